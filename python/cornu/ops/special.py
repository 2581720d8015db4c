"""Functions that NumPy has not: of the normal distribution, and Bessel's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_float
from cornu.utils.tracing import Differentiable, numpy_of

_floating = documented(
    "core", "An array of x's shape, in x's float type, or `floatx()` for integers and bools."
)
_of_numpy = documented(
    "numpy", "An array of x's shape, in x's float type, or `floatx()` for integers and bools."
)


def _each(function: Any) -> Any:
    """A function of Python's floats as one of arrays."""
    of_objects = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(of_objects(x)).astype(x.dtype)


def _density(x: Any, scale: float) -> Any:
    return scale * numpy_of(x).exp(-x * x)


_erf = Differentiable(
    _each(math.erf), lambda ans, x: lambda g: g * _density(x, 2 / math.sqrt(math.pi))
)
_erfc = Differentiable(
    _each(math.erfc), lambda ans, x: lambda g: g * _density(x, -2 / math.sqrt(math.pi))
)


def _inverse(x: np.ndarray) -> np.ndarray:
    """Halley's method, from a formula that is right to three digits (Winitzki, 2008)."""
    y = x.astype(np.float64)
    with np.errstate(all="ignore"):
        logarithm = np.log1p(-y * y)
        first = 2 / (math.pi * 0.147) + logarithm / 2
        found = np.sign(y) * np.sqrt(np.sqrt(first * first - logarithm / 0.147) - first)
        for _ in range(3):
            # Near the ends the complement keeps the digits.
            upper = np.asarray(np.frompyfunc(math.erfc, 1, 1)(np.abs(found))).astype(np.float64)
            wrong = np.sign(y) * ((1 - np.abs(y)) - upper)
            step = wrong / (2 / math.sqrt(math.pi) * np.exp(-found * found))
            found = found - step / (1 + found * step)
    found = np.where(np.abs(y) < 1, found, np.where(np.abs(y) == 1, np.copysign(np.inf, y), np.nan))
    return np.where(y == 0, y, found).astype(x.dtype)


_erfinv = Differentiable(
    _inverse,
    lambda ans, x: lambda g: g * (math.sqrt(math.pi) / 2) * numpy_of(ans).exp(ans * ans),
)


def _bessel_one(x: np.ndarray) -> np.ndarray:
    """The modified Bessel function of order 1, the derivative of that of order 0, by its integral.

    The trapezoidal rule is exact to the last digits on a smooth periodic function.
    """
    angles = np.linspace(0, math.pi, 1025)
    weights = np.full(1025, 1 / 1024)
    weights[[0, -1]] /= 2
    values = np.exp(x[..., None].astype(np.float64) * np.cos(angles)) * np.cos(angles)
    return (values @ weights).astype(x.dtype)


_i0 = Differentiable(
    lambda x: np.i0(x).astype(x.dtype).reshape(x.shape),
    lambda ans, x: lambda g: g * Differentiable(_bessel_one)(x),
)


@_floating
def erf(x: Any) -> Any:
    """Take the error function: how likely a normal variable of deviation sqrt(1/2) is within x.

    >>> ops.erf([0.0, 0.5])
    array([0.       , 0.5204999], dtype=float32)
    """
    return _erf(as_float(x))


@_floating
def erfc(x: Any) -> Any:
    """Take `1 - erf(x)`, exact where x is great.

    >>> ops.erfc([0.0, 5.0])
    array([1.0000000e+00, 1.5374598e-12], dtype=float32)
    """
    return _erfc(as_float(x))


@_floating
def erfinv(x: Any) -> Any:
    """Take the number of which x is the error function.

    >>> ops.erfinv([0.0, 0.5])
    array([0.        , 0.47693628], dtype=float32)
    """
    return _erfinv(as_float(x))


@_of_numpy
def i0(x: Any) -> Any:
    """Take the modified Bessel function of the first kind, of order 0.

    >>> ops.i0([0.0, 1.0]).round(3)
    array([1.   , 1.266], dtype=float32)
    """
    return _i0(as_float(x))
