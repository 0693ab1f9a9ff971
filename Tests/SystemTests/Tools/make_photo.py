#!/usr/bin/python3
"""A picture with a photograph's spectrum (1/f), made the same every time: make_photo.py WIDTH HEIGHT OUT.jpg"""

import sys

import numpy as np
from PIL import Image

width, height, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
noise = np.random.default_rng(3676).standard_normal((3, height, width))
frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :])
frequency[0, 0] = 1
spectrum = np.fft.fft2(noise) / frequency**1.2
spectrum[:, 0, 0] = 0
light = np.fft.ifft2(spectrum).real
# Channels of photographs are much alike.
light = 0.25 * light + 0.75 * light.mean(axis=0)
light = (light - light.mean()) / light.std()
samples = np.clip(128 + 45 * light, 0, 255).astype(np.uint8)
Image.fromarray(samples.transpose(1, 2, 0), "RGB").save(path, quality=92, subsampling=2)
