import pathlib
import re
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent.parent
BOARD = """
#include "forme.h"
static const uint8_t descriptor[] = {1, 0, 4, 0, 8, 0, 8, 3, 0, 3, 1, 1, 0};
static const struct forme_kind waveshare_7in3e_kinds[1] = {{{0}, descriptor, sizeof descriptor}};
int32_t modem_read(uint8_t *bytes, size_t count);
int32_t modem_write(const uint8_t *bytes, size_t count);
int modem_open(const char *host, int port);
int modem_open_address(uint8_t family, const uint8_t *address, uint16_t port);
void modem_close(void);
void panel_memory_write(uint32_t offset, const uint8_t *bytes, size_t count);
void panel_refresh(void);
void begin(void);
void update(void);
enum forme_result connect_and_tell(struct forme client, uint32_t millivolts, int rssi_dbm);
"""


class ReadmeTests(unittest.TestCase):
    def compile(self, text):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "page.c"
            source.write_text(text)
            subprocess.run(
                ["gcc", *"-std=c99 -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror".split(), f"-I{FOLDER}", "-c",
                 source, "-o", "/dev/null"], check=True)

    def test_code_compiles(self):
        whole, referral, tlvs = re.findall(r"```c\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
        self.compile(BOARD + whole)
        # As the page says: fetch() stands before update(), which calls it.
        self.assertEqual(whole.count("forme_get(&client, &request, &form)"), 1)
        followed = whole.replace("forme_get(&client, &request, &form)", "fetch(&request, &form)").replace(
            ".kind_count = 1,", ".kind_count = 1, .referral = &referral,")
        place, function = referral.split("\n\n", 1)
        device = followed.index("static const struct forme_device")
        update = followed.index("void update(void)")
        self.compile(
            BOARD + followed[:device] + place + "\n" + followed[device:update] + function + followed[update:])
        self.compile(
            "#pragma GCC diagnostic ignored \"-Wunused-const-variable\"\n" + BOARD
            + "enum forme_result connect_and_tell(struct forme client, uint32_t millivolts, int rssi_dbm) {\n"
            + "enum forme_result result;\n(void)waveshare_7in3e_kinds;\n" + tlvs + "return result;\n}\n")

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)]*)\)", (FOLDER / "README.md").read_text()):
            self.assertTrue((FOLDER / target).exists(), target)

    def test_every_switch_and_result_is_told(self):
        text = (FOLDER / "README.md").read_text()
        header = (FOLDER / "forme.h").read_text()
        names = set(re.findall(r"#ifndef (FORME_WITH_\w+)", header)) | set(re.findall(r"^  (FORME_[A-Z_]+) = \d", header, re.M))
        self.assertGreater(len(names), 17)
        for name in names:
            self.assertIn(f"`{name}`", text)
