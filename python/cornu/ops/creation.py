"""New arrays: filled, counted, of a diagonal, and windows, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import config
from cornu.ops.documented import documented
from cornu.ops.promotion import (
    as_tensor,
    cast_to,
    promoted,
    result_type,
    standardize,
    type_of,
)
from cornu.utils.tracing import any_traced, numpy_of, untraced

_filled = documented(
    "numpy",
    "An array.",
    fill_value="The number.",
    dtype="The type; None: `floatx()`.",
    n="The number of rows and columns.",
    x="Numbers, or an array in its shape.",
)
_like = documented(
    "numpy", "An array of x's shape.", fill_value="The number.", dtype="The type; None: x's."
)
_counted = documented(
    "numpy",
    "An array of one axis.",
    start="The first number; where there is no `stop`, the end, and 0 is the first.",
    stop="What all numbers are below.",
    step="The distance of neighbours; None: 1.",
    dtype="The type; None: what the arguments have in common.",
)
_spaced = documented(
    "numpy",
    "An array.",
    start="The first number, or an array of them.",
    stop="The last number, or an array of them.",
    dtype="The type; None: that of floats.",
    axis="Where the new axis is put.",
    retstep="Whether to return the distance of neighbours too.",
    base="The number to whose powers `start` and `stop` are.",
)
_window = documented(
    "numpy",
    "An array of floats, of shape (x,).",
    x="The number of points.",
    beta="The shape: 0 is a rectangle, and higher is narrower.",
)


def _window_of(name: str, x: Any, *arguments: Any) -> Any:
    return getattr(np, name)(int(untraced(x)), *arguments).astype(config.floatx())


@_filled
def array(x: Any, dtype: Any = None) -> Any:
    """Make an array of numbers; None: of the type that they have.

    >>> ops.array([1, 2])
    array([1, 2], dtype=int32)
    """
    x = as_tensor(x)
    if dtype is not None:
        return cast_to(x, standardize(dtype))
    return x if any_traced(x) else x.copy()


@_filled
def zeros(shape: Any, dtype: Any = None) -> Any:
    """Make an array of zeros.

    >>> ops.zeros((2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(shape, standardize(dtype))


@_filled
def ones(shape: Any, dtype: Any = None) -> Any:
    """Make an array of ones.

    >>> ops.ones((2,))
    array([1., 1.], dtype=float32)
    """
    return np.ones(shape, standardize(dtype))


@_filled
def empty(shape: Any, dtype: Any = None) -> Any:
    """Make an array of whatever is in its memory: of zeros, as in Keras.

    >>> ops.empty((2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(shape, standardize(dtype))


@_filled
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Make an array of one number, or of numbers that broadcast to its shape.

    >>> ops.full((2,), 7)
    array([7., 7.], dtype=float32)
    """
    value = cast_to(as_tensor(fill_value), standardize(dtype))
    if any_traced(value):
        return value + np.zeros(shape, value.dtype)
    return np.full(shape, value)


@_like
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Make an array of zeros in the shape of another one.

    >>> ops.zeros_like([1.0, 2.0])
    array([0., 0.], dtype=float32)
    """
    return full_like(x, 0, dtype)


@_like
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Make an array of ones in the shape of another one.

    >>> ops.ones_like([1.0, 2.0])
    array([1., 1.], dtype=float32)
    """
    return full_like(x, 1, dtype)


@_like
def empty_like(x: Any, dtype: Any = None) -> Any:
    """Make an array in the shape of another one: of zeros, as in Keras.

    >>> ops.empty_like([1.0, 2.0])
    array([0., 0.], dtype=float32)
    """
    return full_like(x, 0, dtype)


@_like
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Make an array of one number in the shape of another one.

    >>> ops.full_like([1.0, 2.0], 7)
    array([7., 7.], dtype=float32)
    """
    x = as_tensor(untraced(x))
    return full(x.shape, fill_value, x.dtype if dtype is None else dtype)


@_like
def copy(x: Any) -> Any:
    """Copy an array.

    >>> ops.copy([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    x = as_tensor(x)
    return x if any_traced(x) else x.copy()


@_counted
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """Count from one number up to another.

    >>> ops.arange(3)
    array([0, 1, 2], dtype=int32)
    """
    start, stop, step = untraced(start), untraced(stop), untraced(step)
    if dtype is None:
        given = [one for one in (start, stop, step) if one is not None]
        dtype = result_type(*map(type_of, given))
    if stop is None:
        start, stop = 0, start
    return np.arange(start, stop, 1 if step is None else step).astype(standardize(dtype))


@_spaced
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Make numbers of equal distances.

    >>> ops.linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    first, last = promoted(start, stop, floating=True)
    shares = np.arange(num, dtype=first.dtype) / max(1, num - bool(endpoint))
    module = numpy_of(first, last)
    first, last = module.broadcast_arrays(first, last) if module is np else (first, last)
    shape = (num,) + (1,) * max(first.ndim, last.ndim)
    found = first + (last - first) * shares.astype(first.dtype).reshape(shape)
    if endpoint and num > 1 and module is np:
        # Rounding must not miss the end.
        found[-1] = last
    if axis != 0:
        found = module.moveaxis(found, 0, axis)
    if dtype is not None:
        found = cast_to(found, standardize(dtype))
    if retstep:
        return found, (last - first) / max(1, num - bool(endpoint))
    return found


@_spaced
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Make numbers of equal ratios, from and to powers of a base.

    >>> ops.logspace(0, 3, 4)
    array([   1.,   10.,  100., 1000.], dtype=float32)
    """
    powers = linspace(start, stop, num, endpoint, axis=axis)
    found = powers.dtype.type(base) ** powers
    return found if dtype is None else cast_to(found, standardize(dtype))


@_spaced
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Make numbers of equal ratios.

    >>> ops.geomspace(1, 1000, 4)
    array([   1.,   10.,  100., 1000.], dtype=float32)
    """
    first, last = promoted(untraced(start), untraced(stop), floating=True)
    found = np.geomspace(first, last, num, endpoint, axis=axis)
    return found.astype(first.dtype if dtype is None else standardize(dtype))


@_filled
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Make a matrix of zeros with ones on a diagonal.

    >>> ops.eye(2)
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    return np.eye(N, M, k, standardize(dtype))


@_filled
def identity(n: int, dtype: Any = None) -> Any:
    """Make a square matrix of zeros with ones on the main diagonal.

    >>> ops.identity(2)
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    return eye(n, dtype=dtype)


@_filled
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Make a matrix of ones on and below a diagonal, and zeros above it.

    >>> ops.tri(2)
    array([[1., 0.],
           [1., 1.]], dtype=float32)
    """
    return np.tri(N, M, k, standardize(dtype))


@_window
def bartlett(x: Any) -> Any:
    """Make a triangular window.

    >>> ops.bartlett(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _window_of("bartlett", x)


@_window
def blackman(x: Any) -> Any:
    """Make a Blackman window.

    >>> ops.blackman(5)
    array([-1.3877788e-17,  3.4000000e-01,  1.0000000e+00,  3.4000000e-01,
           -1.3877788e-17], dtype=float32)
    """
    return _window_of("blackman", x)


@_window
def hamming(x: Any) -> Any:
    """Make a Hamming window.

    >>> ops.hamming(5)
    array([0.08, 0.54, 1.  , 0.54, 0.08], dtype=float32)
    """
    return _window_of("hamming", x)


@_window
def hanning(x: Any) -> Any:
    """Make a Hann window.

    >>> ops.hanning(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _window_of("hanning", x)


@_window
def kaiser(x: Any, beta: Any) -> Any:
    """Make a Kaiser window.

    >>> ops.kaiser(5, 2.0)
    array([0.43867627, 0.83476144, 1.        , 0.83476144, 0.43867627],
          dtype=float32)
    """
    return _window_of("kaiser", x, untraced(beta))
