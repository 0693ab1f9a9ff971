/// The profiles that are compiled in, from the files in devices/.
package enum BuiltInProfiles {
  /// All of them, ascending by name.
  package static let all: [Profile] = files.map { name, json in
    do {
      return try Profile(json: json, file: name)
    } catch {
      preconditionFailure("built-in profile \(error)")
    }
  }

  /// The profile of this name.
  package static func named(_ name: String) -> Profile? {
    all.first { $0.name == name }
  }

  /// One line a file of devices/, under the file's name; a test holds the two together.
  static let files: [(name: String, json: [UInt8])] = [
    ("acep-3bit-stream", PackageResources.acep_3bit_stream_json),
    ("cmyk-600x400", PackageResources.cmyk_600x400_json),
    ("epaper-mono-black1", PackageResources.epaper_mono_black1_json),
    ("esp-rgb-panel-800x480", PackageResources.esp_rgb_panel_800x480_json),
    ("hub75-64x32", PackageResources.hub75_64x32_json),
    ("ili9488-480x320", PackageResources.ili9488_480x320_json),
    ("indexed-320x240", PackageResources.indexed_320x240_json),
    ("it8951-6in", PackageResources.it8951_6in_json),
    ("kiosk-1080p", PackageResources.kiosk_1080p_json),
    ("lilygo-t5-4in7", PackageResources.lilygo_t5_4in7_json),
    ("linux-fb-1024x600", PackageResources.linux_fb_1024x600_json),
    ("png-palette", PackageResources.png_palette_json),
    ("pnm-gray-roll", PackageResources.pnm_gray_roll_json),
    ("receipt-576", PackageResources.receipt_576_json),
    ("ssd1306-128x64", PackageResources.ssd1306_128x64_json),
    ("ssd1331-96x64", PackageResources.ssd1331_96x64_json),
    ("st7735-160x128-rgb444", PackageResources.st7735_160x128_rgb444_json),
    ("st7789-240x240", PackageResources.st7789_240x240_json),
    ("waveshare-13in3e", PackageResources.waveshare_13in3e_json),
    ("waveshare-4in2-4gray", PackageResources.waveshare_4in2_4gray_json),
    ("waveshare-4in2-v2-partial", PackageResources.waveshare_4in2_v2_partial_json),
    ("waveshare-4in2c", PackageResources.waveshare_4in2c_json),
    ("waveshare-5in65f", PackageResources.waveshare_5in65f_json),
    ("waveshare-7in3e", PackageResources.waveshare_7in3e_json),
    ("waveshare-7in3g", PackageResources.waveshare_7in3g_json),
    ("waveshare-7in5-v2", PackageResources.waveshare_7in5_v2_json),
    ("waveshare-7in5-v2-4gray", PackageResources.waveshare_7in5_v2_4gray_json),
    ("waveshare-7in5b-v2", PackageResources.waveshare_7in5b_v2_json),
    ("wled-16x16", PackageResources.wled_16x16_json),
  ]
}
