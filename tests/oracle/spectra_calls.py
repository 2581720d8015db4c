"""Calls of Fourier transforms, and of windows that slide over signals."""

import numpy as np

from .ops_call import F, I, rough, smooth
from .ops_operands import CUBE, X, Y

SIGNALS = F(np.sin(np.arange(22.0) ** 1.3).reshape(2, 11))
OTHERS = F(np.cos(np.arange(22.0) ** 1.2).reshape(2, 11))
# Of windows of 4 in transforms of 6, two by two.
SPECTRUM = [F(wave(np.arange(40.0)).reshape(2, 5, 4)) for wave in (np.sin, np.cos)]
WINDOW = F([0.5, 1.0, 2.0, 0.25])

SPECTRA = [
    *(rough(name, [SIGNALS, OTHERS]) for name in ("fft", "fft2", "ifft2")),
    rough("fft", [CUBE, CUBE]),
    *(rough("rfft", SIGNALS, fft_length=length) for length in (None, 5, 16)),
    *(rough("irfft", [SIGNALS, OTHERS], fft_length=length) for length in (None, 5, 16, 1)),
    smooth("extract_sequences", X, 2, 1),
    smooth("extract_sequences", CUBE, 3, 2),
    rough("extract_sequences", I([1, 2, 3, 4, 5, 6, 7]), 3, 2),
    *(rough("stft", SIGNALS, 4, 2, 6, window=one) for one in ("hann", "hamming", WINDOW, None)),
    rough("stft", SIGNALS, 4, 3, 7, center=False),
    *(rough("istft", SPECTRUM, 4, 2, 6, window=one) for one in ("hann", "hamming", WINDOW, None)),
    rough("istft", SPECTRUM, 6, 3, 6, length=7),
    smooth("psnr", X, Y, 2.0),
]
