"""Spectra of signals: Fourier transforms, of all of a signal or of a window that slides over it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_float, as_tensor, promoted
from cornu.utils.errors import shown
from cornu.utils.number import check_integer
from cornu.utils.tracing import numpy_of

_PAIR = "Two arrays of one shape and float type, the real and the imaginary part, as a tuple."
_pairs = documented("core", "Two arrays of their shape, the real and the imaginary part.", x=_PAIR)
_real = {
    "fft_length": "How many numbers of the last axis are transformed: more are left out, fewer "
    "filled\n        up with zeros. None: all.",
}
_windows = {
    "sequence_length": "The length of a window.",
    "sequence_stride": "From one window's beginning to that of the next.",
    "fft_length": "The length of the transforms, at least `sequence_length`.",
    "window": "What a window's numbers are multiplied by: `hann`, `hamming`, or an array of that\n"
    "        length; None: 1.",
    "length": "How many numbers of each signal to return; None: all.",
}


@_pairs
def fft(x: Any) -> Any:
    """Transform along the last axis: `sum(x[k] * exp(-2j * pi * k * i / n))`.

    >>> ops.fft(([1.0, 0.0], [0.0, 0.0]))
    (array([1., 1.], dtype=float32), array([0., 0.], dtype=float32))
    """
    return _transformed("fft", x, 1)


@_pairs
def fft2(x: Any) -> Any:
    """Transform along the last two axes.

    >>> ops.fft2(([[1.0, 0.0]], [[0.0, 0.0]]))[0]
    array([[1., 1.]], dtype=float32)
    """
    return _transformed("fft2", x, 2)


@_pairs
def ifft2(x: Any) -> Any:
    """Transform back along the last two axes.

    >>> ops.ifft2(([[1.0, 1.0]], [[0.0, 0.0]]))[0]
    array([[1., 0.]], dtype=float32)
    """
    return _transformed("ifft2", x, 2)


@documented("core", "The real and the imaginary part, of shape (..., n // 2 + 1).", **_real)
def rfft(x: Any, fft_length: int | None = None) -> Any:
    """Transform real numbers along the last axis: half of the spectrum, which has it all.

    >>> ops.rfft([1.0, 0.0, 0.0])
    (array([1., 1.], dtype=float32), array([0., 0.], dtype=float32))
    """
    x = as_float(x)
    return _parts(numpy_of(x).fft.rfft(x, _length(fft_length)), x.dtype)


@documented("core", "An array of shape (..., n), of their float type.", x=_PAIR, **_real)
def irfft(x: Any, fft_length: int | None = None) -> Any:
    """Transform half of a spectrum back to real numbers.

    >>> ops.irfft(([1.0, 1.0], [0.0, 0.0]), 3)
    array([1., 0., 0.], dtype=float32)
    """
    both, dtype = _complex(x, 1)
    return numpy_of(both).fft.irfft(both, _length(fft_length)).astype(dtype)


@documented("core", "An array of shape (..., windows, sequence_length).", **_windows)
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Any:
    """Cut the last axis into windows, which may overlap; what is left at the end has no part.

    >>> ops.extract_sequences([1, 2, 3, 4, 5, 6], 3, 2)
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)
    """
    x = as_tensor(x)
    length = check_integer("sequence_length", sequence_length)
    stride = check_integer("sequence_stride", sequence_stride)
    if x.ndim == 0 or x.shape[-1] < length:
        raise ValueError(
            "The last axis of `x` must be as long as a window at least. Received: x of shape "
            f"{x.shape}, sequence_length={length}"
        )
    begins = np.arange(0, x.shape[-1] - length + 1, stride)
    return x[..., begins[:, np.newaxis] + np.arange(length)]


@documented(
    "core",
    "The real and the imaginary part, of shape (..., windows, fft_length // 2 + 1).",
    x="Signals, floats of shape (..., length).",
    center="Whether a window is centered at its place, `x` being mirrored at both ends; else it\n"
    "        begins there.",
    **_windows,
)
def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """Transform windows of signals.

    >>> ops.stft([0.0, 1.0, 2.0, 3.0, 4.0], 3, 2, 3)[0]
    array([[ 0.75 , -0.375],
           [ 3.75 , -1.875],
           [ 5.25 , -2.625]], dtype=float32)
    """
    x = as_tensor(x)
    if x.dtype.kind != "f":
        raise TypeError(f"`x` must be floats. Received: dtype {x.dtype}")
    weights = _window(window, sequence_length, fft_length, x.dtype)
    stride = check_integer("sequence_stride", sequence_stride)
    if center:
        around = [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)]
        x = _mirrored(x, around)
    return rfft(extract_sequences(x, fft_length, stride) * weights, fft_length)


@documented(
    "core",
    "An array of shape (..., length).",
    x=_PAIR + " What `stft` returned.",
    center="As of `stft`.",
    **_windows,
)
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """Put signals together from the transforms of their windows.

    >>> signal = ops.arange(6, dtype="float32")
    >>> ops.istft(ops.stft(signal, 4, 2, 4), 4, 2, 4).round(4)
    array([0., 1., 2., 3., 4., 5.], dtype=float32)
    """
    both, dtype = _complex(x, 2)
    weights = _window(window, sequence_length, fft_length, dtype)
    stride = check_integer("sequence_stride", sequence_stride)
    module = numpy_of(both)
    pieces = module.fft.irfft(both, fft_length).astype(dtype) * weights
    count, total = both.shape[-2], fft_length + stride * (both.shape[-2] - 1)
    # Of each number of the result the sum over the windows that it is in.
    begins = stride * np.arange(count)
    places = begins[:, np.newaxis] + np.arange(fft_length)
    spread = np.zeros((count * fft_length, total), dtype)
    spread[np.arange(spread.shape[0]), places.reshape(-1)] = 1
    norms = (np.tile(weights**2, count) @ spread).astype(dtype)
    flat = module.reshape(pieces, (*pieces.shape[:-2], count * fft_length))
    result = (flat @ spread) / np.where(norms > 1e-10, norms, dtype.type(1))
    if window is None:
        result = result * dtype.type(weights.sum() / stride)
    start = fft_length // 2 if center else 0
    end = total if not center else total - fft_length // 2
    return result[..., start : end if length is None else start + length]


@documented(
    "nn",
    "A number.",
    x1="Numbers, of any shape.",
    x2="Numbers of that shape.",
    max_val="The largest that they can be.",
)
def psnr(x1: Any, x2: Any, max_val: Any) -> Any:
    """Take the ratio of a signal's peak to its noise, in decibels.

    `20 * log10(max_val) - 10 * log10(mean((x1 - x2)**2))`.

    >>> round(float(ops.psnr([1.0, 0.0], [1.0, 0.5], 1.0)), 4)
    9.0309
    """
    first, second = promoted(x1, x2, floating=True)
    if first.shape != second.shape:
        raise ValueError(
            f"`x1` and `x2` must have one shape. Received: shapes {first.shape} and {second.shape}"
        )
    module = numpy_of(first, second)
    error = module.mean(module.square(first - second))
    peak = np.asarray(max_val, second.dtype)
    # Of this type, since NumPy 1 makes a float64 of an integer and a float32.
    ten = second.dtype.type(10)
    with np.errstate(divide="ignore"):
        return ten * (np.log10(peak) + np.log10(peak)) - ten * module.log10(error)


def _length(fft_length: Any) -> int | None:
    return None if fft_length is None else check_integer("fft_length", fft_length)


def _complex(x: Any, rank: int) -> tuple[Any, np.dtype]:
    """A pair as complex numbers, and its float type."""
    if not isinstance(x, tuple | list) or len(x) != 2:
        raise ValueError(
            "`x` must be a tuple of two arrays, the real and the imaginary part. "
            f"Received: x={shown(x)}"
        )
    real, imaginary = as_tensor(x[0]), as_tensor(x[1])
    floats = real.dtype.kind == imaginary.dtype.kind == "f"
    if real.shape != imaginary.shape or real.ndim < rank or not floats:
        raise ValueError(
            "`x` must be a tuple of two arrays of floats, the real and the imaginary part, of one "
            f"shape of at least {rank} axes. Received: shapes {real.shape} and {imaginary.shape}, "
            f"dtypes {real.dtype} and {imaginary.dtype}"
        )
    return real + 1j * imaginary, np.result_type(real.dtype, imaginary.dtype)


def _parts(both: Any, dtype: Any) -> Any:
    module = numpy_of(both)
    return module.real(both).astype(dtype), module.imag(both).astype(dtype)


def _transformed(name: str, x: Any, rank: int) -> Any:
    both, dtype = _complex(x, rank)
    return _parts(getattr(numpy_of(both).fft, name)(both), dtype)


def _window(window: Any, sequence_length: Any, fft_length: Any, dtype: Any) -> np.ndarray:
    """The weights of a window, with zeros around up to the length of a transform."""
    length = check_integer("sequence_length", sequence_length)
    if check_integer("fft_length", fft_length) < length:
        raise ValueError(
            "`fft_length` must be at least `sequence_length`. "
            f"Received: sequence_length={length}, fft_length={fft_length}"
        )
    left = (fft_length - length) // 2
    if window is None:
        return np.ones(fft_length, dtype)
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(
                "`window` must be 'hann', 'hamming', an array or None. "
                f"Received: window={shown(window)}"
            )
        share = 0.5 if window == "hann" else 0.54
        turns = 2 * np.pi * np.arange(length) / length
        window = share - (1 - share) * np.cos(turns)
    weights = np.asarray(window, dtype)
    if weights.shape != (length,):
        raise ValueError(
            f"`window` must have shape ({length},), the length of a window. "
            f"Received: shape {weights.shape}"
        )
    return np.pad(weights, (left, fft_length - length - left))


def _mirrored(x: Any, around: list[tuple[int, int]]) -> Any:
    """x with its last axis mirrored at both ends, without the number at the end itself."""
    before, behind = around[-1]
    places = np.pad(np.arange(x.shape[-1]), (before, behind), mode="reflect")
    return x[..., places]
