#!/usr/bin/python3
"""The same picture with a disc in its lower right corner: change_corner.py IN OUT.png SIZE"""

import sys

from PIL import Image, ImageDraw

source, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
picture = Image.open(source).convert("RGB")
right, bottom = picture.width - 1, picture.height - 1
ImageDraw.Draw(picture).ellipse((right - size, bottom - size, right, bottom), fill=(128, 128, 128))
picture.save(path)
