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

  /// The text of the file of devices/ that holds the profile of this name.
  package static func file(named name: String) -> [UInt8]? {
    files.first { $0.name == name }?.json
  }

  /// One line a file of devices/, under the file's name; a test holds the two together.
  static let files: [(name: String, json: [UInt8])] = [
    ("acep-3bit-stream", PackageResources.acep_3bit_stream_json),
    ("airprint-a4-color", PackageResources.airprint_a4_color_json),
    ("airprint-letter-gray", PackageResources.airprint_letter_gray_json),
    ("badger-2040", PackageResources.badger_2040_json),
    ("brother-ql-700-62mm", PackageResources.brother_ql_700_62mm_json),
    ("brother-ql-800-62mm-red", PackageResources.brother_ql_800_62mm_red_json),
    ("cat-printer-gb01", PackageResources.cat_printer_gb01_json),
    ("cmyk-600x400", PackageResources.cmyk_600x400_json),
    ("divoom-pixoo-64", PackageResources.divoom_pixoo_64_json),
    ("dymo-450-address", PackageResources.dymo_450_address_json),
    ("eltron-lp2844-4x6", PackageResources.eltron_lp2844_4x6_json),
    ("epaper-mono-black1", PackageResources.epaper_mono_black1_json),
    ("epson-tm-t88", PackageResources.epson_tm_t88_json),
    ("epson-tm-t88v-58mm", PackageResources.epson_tm_t88v_58mm_json),
    ("epson-tm-t88v-80mm", PackageResources.epson_tm_t88v_80mm_json),
    ("epson-tm-t88vi-graphics", PackageResources.epson_tm_t88vi_graphics_json),
    ("esp-rgb-panel-800x480", PackageResources.esp_rgb_panel_800x480_json),
    ("fbtft-480x320", PackageResources.fbtft_480x320_json),
    ("flipper-zero", PackageResources.flipper_zero_json),
    ("hub75-64x32", PackageResources.hub75_64x32_json),
    ("ili9341-320x240", PackageResources.ili9341_320x240_json),
    ("ili9488-480x320", PackageResources.ili9488_480x320_json),
    ("indexed-320x240", PackageResources.indexed_320x240_json),
    ("inkplate-10", PackageResources.inkplate_10_json),
    ("inkplate-6", PackageResources.inkplate_6_json),
    ("inky-frame-5in7", PackageResources.inky_frame_5in7_json),
    ("inky-what-red", PackageResources.inky_what_red_json),
    ("ipp-everywhere-a4-black", PackageResources.ipp_everywhere_a4_black_json),
    ("ipp-everywhere-a4-gray", PackageResources.ipp_everywhere_a4_gray_json),
    ("ipp-everywhere-letter-color", PackageResources.ipp_everywhere_letter_color_json),
    ("it8951-6in", PackageResources.it8951_6in_json),
    ("kindle-4", PackageResources.kindle_4_json),
    ("kiosk-1080p", PackageResources.kiosk_1080p_json),
    ("kiosk-1080p-jpeg", PackageResources.kiosk_1080p_jpeg_json),
    ("ks0108-128x64", PackageResources.ks0108_128x64_json),
    ("lilygo-t5-4in7", PackageResources.lilygo_t5_4in7_json),
    ("linux-fb-1024x600", PackageResources.linux_fb_1024x600_json),
    ("lvgl-i1-128x64", PackageResources.lvgl_i1_128x64_json),
    ("lvgl-rgb565-480x272", PackageResources.lvgl_rgb565_480x272_json),
    ("m5paper", PackageResources.m5paper_json),
    ("nokia-7110", PackageResources.nokia_7110_json),
    ("openepaperlink-m3-1in6", PackageResources.openepaperlink_m3_1in6_json),
    ("openepaperlink-m3-2in9", PackageResources.openepaperlink_m3_2in9_json),
    ("openepaperlink-m3-6in0", PackageResources.openepaperlink_m3_6in0_json),
    ("openepaperlink-m3-9in7", PackageResources.openepaperlink_m3_9in7_json),
    ("pcd8544-84x48", PackageResources.pcd8544_84x48_json),
    ("pebble-classic", PackageResources.pebble_classic_json),
    ("pebble-time", PackageResources.pebble_time_json),
    ("playdate", PackageResources.playdate_json),
    ("png-palette", PackageResources.png_palette_json),
    ("pnm-gray-roll", PackageResources.pnm_gray_roll_json),
    ("receipt-576", PackageResources.receipt_576_json),
    ("remarkable-2", PackageResources.remarkable_2_json),
    ("sh1106-128x64", PackageResources.sh1106_128x64_json),
    ("sharp-memory-400x240", PackageResources.sharp_memory_400x240_json),
    ("sony-ericsson-t68i", PackageResources.sony_ericsson_t68i_json),
    ("ssd1306-128x64", PackageResources.ssd1306_128x64_json),
    ("ssd1331-96x64", PackageResources.ssd1331_96x64_json),
    ("ssd1351-128x128", PackageResources.ssd1351_128x128_json),
    ("st7735-160x128-rgb444", PackageResources.st7735_160x128_rgb444_json),
    ("st7789-240x240", PackageResources.st7789_240x240_json),
    ("st7920-128x64", PackageResources.st7920_128x64_json),
    ("star-tsp100", PackageResources.star_tsp100_json),
    ("trmnl-og", PackageResources.trmnl_og_json),
    ("trmnl-og-4gray", PackageResources.trmnl_og_4gray_json),
    ("tsc-te200-4x6", PackageResources.tsc_te200_4x6_json),
    ("waveshare-13in3e", PackageResources.waveshare_13in3e_json),
    ("waveshare-2in13-v3", PackageResources.waveshare_2in13_v3_json),
    ("waveshare-2in13b-v4", PackageResources.waveshare_2in13b_v4_json),
    ("waveshare-4in2-4gray", PackageResources.waveshare_4in2_4gray_json),
    ("waveshare-4in2-v2-partial", PackageResources.waveshare_4in2_v2_partial_json),
    ("waveshare-4in2b-v2", PackageResources.waveshare_4in2b_v2_json),
    ("waveshare-4in2c", PackageResources.waveshare_4in2c_json),
    ("waveshare-5in65f", PackageResources.waveshare_5in65f_json),
    ("waveshare-7in3e", PackageResources.waveshare_7in3e_json),
    ("waveshare-7in3g", PackageResources.waveshare_7in3g_json),
    ("waveshare-7in5-v2", PackageResources.waveshare_7in5_v2_json),
    ("waveshare-7in5-v2-4gray", PackageResources.waveshare_7in5_v2_4gray_json),
    ("waveshare-7in5b-v2", PackageResources.waveshare_7in5b_v2_json),
    ("wled-16x16", PackageResources.wled_16x16_json),
    ("zebra-203dpi-4x6", PackageResources.zebra_203dpi_4x6_json),
    ("zebra-300dpi-4x6", PackageResources.zebra_300dpi_4x6_json),
    ("zebra-600dpi-4x6", PackageResources.zebra_600dpi_4x6_json),
    ("zebra-ql320-cpcl", PackageResources.zebra_ql320_cpcl_json),
    ("zjiang-5890-58mm", PackageResources.zjiang_5890_58mm_json),
  ]
}
