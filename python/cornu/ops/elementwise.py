"""Functions of each number by itself, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_float, as_tensor
from cornu.utils.tracing import numpy_of, untraced

_floating = documented(
    "numpy",
    "An array of x's shape, in x's float type, or `floatx()` for integers and bools.",
)
_keeping = documented("numpy", "An array of x's shape and type.")
_documented_round = documented("numpy", "An array of x's shape and type.", decimals="How many.")


def of_floats(name: str, x: Any) -> Any:
    """Return NumPy's function of each number, which are floats before."""
    x = as_float(x)
    # A logarithm of 0 is as silent as Keras's.
    with np.errstate(all="ignore"):
        return getattr(numpy_of(x), name)(x)


def _same(name: str, x: Any) -> Any:
    x = as_tensor(x)
    with np.errstate(all="ignore"):
        return getattr(numpy_of(x), name)(x)


@_floating
def exp(x: Any) -> Any:
    """Take e to the power of each number.

    >>> ops.exp([0.0, 1.0]).round(3)
    array([1.   , 2.718], dtype=float32)
    """
    return of_floats("exp", x)


@_floating
def exp2(x: Any) -> Any:
    """Take 2 to the power of each number.

    >>> ops.exp2([0.0, 3.0])
    array([1., 8.], dtype=float32)
    """
    return of_floats("exp2", x)


@_floating
def expm1(x: Any) -> Any:
    """Take `exp(x) - 1`, exact where x is small.

    >>> ops.expm1([0.0, 1e-6])
    array([0.0000000e+00, 1.0000005e-06], dtype=float32)
    """
    return of_floats("expm1", x)


@_floating
def log(x: Any) -> Any:
    """Take the natural logarithm; of 0 it is minus infinity, of less NaN.

    >>> ops.log([1.0, 10.0])
    array([0.       , 2.3025851], dtype=float32)
    """
    return of_floats("log", x)


@_floating
def log10(x: Any) -> Any:
    """Take the logarithm to base 10.

    >>> ops.log10([1.0, 1000.0]).round(3)
    array([0., 3.], dtype=float32)
    """
    return of_floats("log10", x)


@_floating
def log1p(x: Any) -> Any:
    """Take `log(1 + x)`, exact where x is small.

    >>> ops.log1p([0.0, 1e-6])
    array([0.000000e+00, 9.999995e-07], dtype=float32)
    """
    return of_floats("log1p", x)


@_floating
def log2(x: Any) -> Any:
    """Take the logarithm to base 2.

    >>> ops.log2([1.0, 8.0])
    array([0., 3.], dtype=float32)
    """
    return of_floats("log2", x)


@_floating
def sqrt(x: Any) -> Any:
    """Take the square root; of less than 0 it is NaN.

    >>> ops.sqrt([4.0, 9.0])
    array([2., 3.], dtype=float32)
    """
    return of_floats("sqrt", x)


@_floating
def rsqrt(x: Any) -> Any:
    """Take 1 divided by the square root.

    >>> ops.rsqrt([4.0, 0.25])
    array([0.5, 2. ], dtype=float32)
    """
    x = sqrt(x)
    with np.errstate(all="ignore"):
        return 1 / x


@_floating
def cbrt(x: Any) -> Any:
    """Take the cube root.

    >>> ops.cbrt([8.0, -27.0]).round(3)
    array([ 2., -3.], dtype=float32)
    """
    return of_floats("cbrt", x)


@_floating
def floor(x: Any) -> Any:
    """Round down to whole numbers.

    >>> ops.floor([-1.5, 1.5])
    array([-2.,  1.], dtype=float32)
    """
    return of_floats("floor", x)


@_floating
def ceil(x: Any) -> Any:
    """Round up to whole numbers.

    >>> ops.ceil([-1.5, 1.5])
    array([-1.,  2.], dtype=float32)
    """
    return of_floats("ceil", x)


@_floating
def reciprocal(x: Any) -> Any:
    """Take 1 divided by each number.

    >>> ops.reciprocal([2.0, 4.0])
    array([0.5 , 0.25], dtype=float32)
    """
    return of_floats("reciprocal", x)


@_floating
def fabs(x: Any) -> Any:
    """Take the absolute value, as a float.

    >>> ops.fabs([-1.5, 1.5])
    array([1.5, 1.5], dtype=float32)
    """
    return of_floats("fabs", x)


@_keeping
def abs(x: Any) -> Any:
    """Take the absolute value.

    >>> ops.abs([-1.5, 1.5])
    array([1.5, 1.5], dtype=float32)
    """
    return _same("absolute", x)


@_keeping
def absolute(x: Any) -> Any:
    """Take the absolute value, as `abs`.

    >>> ops.absolute([-1.5, 1.5])
    array([1.5, 1.5], dtype=float32)
    """
    return abs(x)


@_keeping
def negative(x: Any) -> Any:
    """Change the sign.

    >>> ops.negative([-1.5, 1.5])
    array([ 1.5, -1.5], dtype=float32)
    """
    return _same("negative", x)


@_keeping
def sign(x: Any) -> Any:
    """Take -1 for negative numbers, 0 for 0 and 1 for positive ones.

    >>> ops.sign([-1.5, 0.0, 1.5])
    array([-1.,  0.,  1.], dtype=float32)
    """
    return _same("sign", x)


@_keeping
def square(x: Any) -> Any:
    """Multiply each number by itself.

    >>> ops.square([-1.5, 2.0])
    array([2.25, 4.  ], dtype=float32)
    """
    x = as_tensor(x)
    # NumPy has no product of bools for this; Keras takes them as integers.
    return _same("square", x.astype(np.int32) if x.dtype == bool else x)


@_keeping
def trunc(x: Any) -> Any:
    """Round towards 0 to whole numbers.

    >>> ops.trunc([-1.5, 1.5])
    array([-1.,  1.], dtype=float32)
    """
    x = as_tensor(x)
    # NumPy 1 would make floats of integers.
    return x.copy() if x.dtype.kind in "iub" else _same("trunc", x)


@_documented_round
def round(x: Any, decimals: int = 0) -> Any:
    """Round to a number of decimals, halves to the even digit.

    >>> ops.round([0.5, 1.5, 2.25], decimals=1)
    array([0.5, 1.5, 2.2], dtype=float32)
    """
    x = as_tensor(x)
    return np.around(untraced(x), decimals)


@_keeping
def conj(x: Any) -> Any:
    """Take the complex conjugate; real numbers stay.

    >>> ops.conj([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return _same("conj", x)


@_keeping
def conjugate(x: Any) -> Any:
    """Take the complex conjugate, as `conj`.

    >>> ops.conjugate([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return conj(x)


@_keeping
def real(x: Any) -> Any:
    """Take the real part.

    >>> ops.real([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return _same("real", x)


@_keeping
def imag(x: Any) -> Any:
    """Take the imaginary part: 0 for real numbers.

    >>> ops.imag([1.0, 2.0])
    array([0., 0.], dtype=float32)
    """
    x = as_tensor(x)
    return np.zeros_like(untraced(x)) if x.dtype.kind != "c" else _same("imag", x)


@_floating
def angle(x: Any) -> Any:
    """Take the angle of complex numbers, in radians: 0 or pi for real ones.

    >>> ops.angle([1.0, -1.0])
    array([0.       , 3.1415927], dtype=float32)
    """
    x = as_float(x)
    return _same("angle", x) if x.dtype.kind == "c" else np.angle(untraced(x)).astype(x.dtype)
