"""Functions of two numbers each, after NumPy, with Keras's rules for what they have in common."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_float, as_tensor, promoted
from cornu.utils.tracing import numpy_of, untraced

_both = documented("numpy", "An array of the shape and type that both have in common.")
_floating = documented(
    "numpy", "An array of the shape that both have in common, of floats: `floatx()` of integers."
)
_clipped = documented(
    "numpy",
    "An array of x's shape and type.",
    x_min="The least number.",
    x_max="The greatest number.",
)
_replaced = documented(
    "numpy",
    "An array of x's shape and type.",
    nan="What stands for a NaN.",
    posinf="What stands for infinity; None: the greatest number of the type.",
    neginf="What stands for minus infinity; None: the least number of the type.",
)


def _of_both(name: str, x1: Any, x2: Any, floating: bool = False) -> Any:
    x1, x2 = promoted(x1, x2, floating=floating)
    # A division by 0 is as silent as Keras's.
    with np.errstate(all="ignore"):
        return getattr(numpy_of(x1, x2), name)(x1, x2)


@_both
def add(x1: Any, x2: Any) -> Any:
    """Add numbers; of bools, take the logical or.

    >>> ops.add([1.0, 2.0], 3)
    array([4., 5.], dtype=float32)
    """
    return _of_both("add", x1, x2)


@_both
def subtract(x1: Any, x2: Any) -> Any:
    """Subtract x2 from x1.

    >>> ops.subtract([1.0, 2.0], 3)
    array([-2., -1.], dtype=float32)
    """
    return _of_both("subtract", x1, x2)


@_both
def multiply(x1: Any, x2: Any) -> Any:
    """Multiply numbers; of bools, take the logical and.

    >>> ops.multiply([1.0, 2.0], 3)
    array([3., 6.], dtype=float32)
    """
    return _of_both("multiply", x1, x2)


@_floating
def divide(x1: Any, x2: Any) -> Any:
    """Divide x1 by x2.

    >>> ops.divide([1, 2], 4)
    array([0.25, 0.5 ], dtype=float32)
    """
    return _of_both("divide", x1, x2, floating=True)


@_floating
def true_divide(x1: Any, x2: Any) -> Any:
    """Divide x1 by x2, as `divide`.

    >>> ops.true_divide([1, 2], 4)
    array([0.25, 0.5 ], dtype=float32)
    """
    return divide(x1, x2)


@_floating
def divide_no_nan(x1: Any, x2: Any) -> Any:
    """Divide x1 by x2; where x2 is 0, the result is 0.

    >>> ops.divide_no_nan([1.0, 2.0], [2.0, 0.0])
    array([0.5, 0. ], dtype=float32)
    """
    x1, x2 = promoted(x1, x2, floating=True)
    module = numpy_of(x1, x2)
    zero = untraced(x2) == 0
    return module.where(zero, x1.dtype.type(0), x1 / module.where(zero, x1.dtype.type(1), x2))


@_both
def floor_divide(x1: Any, x2: Any) -> Any:
    """Divide x1 by x2 and round down.

    >>> ops.floor_divide([7, -7], 2)
    array([ 3, -4], dtype=int32)
    """
    return _of_both("floor_divide", x1, x2)


@_both
def mod(x1: Any, x2: Any) -> Any:
    """Take what a division rounded down leaves over; it has the sign of x2.

    >>> ops.mod([7, -7], 3)
    array([1, 2], dtype=int32)
    """
    return _of_both("mod", x1, x2)


@_both
def fmod(x1: Any, x2: Any) -> Any:
    """Take what a division rounded towards 0 leaves over; it has the sign of x1.

    >>> ops.fmod([7, -7], 3)
    array([ 1, -1], dtype=int32)
    """
    return _of_both("fmod", x1, x2)


@_both
def power(x1: Any, x2: Any) -> Any:
    """Take x1 to the power of x2.

    >>> ops.power([2.0, 3.0], 2)
    array([4., 9.], dtype=float32)
    """
    return _of_both("power", x1, x2)


@_both
def maximum(x1: Any, x2: Any) -> Any:
    """Take the greater number; a NaN wins.

    >>> ops.maximum([1.0, 5.0], 3)
    array([3., 5.], dtype=float32)
    """
    return _of_both("maximum", x1, x2)


@_both
def minimum(x1: Any, x2: Any) -> Any:
    """Take the lesser number; a NaN wins.

    >>> ops.minimum([1.0, 5.0], 3)
    array([1., 3.], dtype=float32)
    """
    return _of_both("minimum", x1, x2)


@_both
def fmax(x1: Any, x2: Any) -> Any:
    """Take the greater number; a NaN loses.

    >>> ops.fmax([1.0, float('nan')], 3)
    array([3., 3.], dtype=float32)
    """
    return _of_both("fmax", x1, x2)


@_both
def fmin(x1: Any, x2: Any) -> Any:
    """Take the lesser number; a NaN loses.

    >>> ops.fmin([1.0, float('nan')], 3)
    array([1., 3.], dtype=float32)
    """
    return _of_both("fmin", x1, x2)


@_floating
def arctan2(x1: Any, x2: Any) -> Any:
    """Take the angle, in radians, of the point whose coordinates are x2 and x1.

    >>> ops.arctan2([1.0, -1.0], 1.0).round(3)
    array([ 0.785, -0.785], dtype=float32)
    """
    return _of_both("arctan2", x1, x2, floating=True)


@_floating
def hypot(x1: Any, x2: Any) -> Any:
    """Take `sqrt(x1**2 + x2**2)`, which does not overflow on the way.

    >>> ops.hypot([3.0, 5.0], [4.0, 12.0])
    array([ 5., 13.], dtype=float32)
    """
    return _of_both("hypot", x1, x2, floating=True)


@_floating
def logaddexp(x1: Any, x2: Any) -> Any:
    """Take `log(exp(x1) + exp(x2))`, which does not overflow on the way.

    >>> ops.logaddexp([0.0, 1000.0], [0.0, 1000.0])
    array([6.9314718e-01, 1.0006932e+03], dtype=float32)
    """
    return _of_both("logaddexp", x1, x2, floating=True)


@_floating
def logaddexp2(x1: Any, x2: Any) -> Any:
    """Take `log2(2**x1 + 2**x2)`, which does not overflow on the way.

    >>> ops.logaddexp2([0.0, 1000.0], [0.0, 1000.0])
    array([1.000e+00, 1.001e+03], dtype=float32)
    """
    return _of_both("logaddexp2", x1, x2, floating=True)


@_floating
def heaviside(x1: Any, x2: Any) -> Any:
    """Take 0 for negative x1, 1 for positive x1 and x2 where x1 is 0.

    >>> ops.heaviside([-1.0, 0.0, 1.0], 0.5)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return _of_both("heaviside", untraced(x1), untraced(x2), floating=True)


@_floating
def nextafter(x1: Any, x2: Any) -> Any:
    """Take the next number of the type from x1 towards x2.

    >>> ops.nextafter([1.0], 2.0)
    array([1.0000001], dtype=float32)
    """
    return _of_both("nextafter", untraced(x1), untraced(x2), floating=True)


@_floating
def ldexp(x1: Any, x2: Any) -> Any:
    """Take `x1 * 2**x2`.

    >>> ops.ldexp([1.0, 3.0], [1, 2])
    array([ 2., 12.], dtype=float32)
    """
    x1 = as_float(x1)
    with np.errstate(all="ignore"):
        return x1 * np.ldexp(x1.dtype.type(1), untraced(as_tensor(x2)))


@_both
def gcd(x1: Any, x2: Any) -> Any:
    """Take the greatest common divisor of integers.

    >>> ops.gcd([12, 18], 8)
    array([4, 2], dtype=int32)
    """
    return _of_both("gcd", x1, x2)


@_both
def lcm(x1: Any, x2: Any) -> Any:
    """Take the least common multiple of integers.

    >>> ops.lcm([4, 6], 10)
    array([20, 30], dtype=int32)
    """
    return _of_both("lcm", x1, x2)


@_clipped
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Replace what is below or above two limits by them.

    >>> ops.clip([-1.0, 0.5, 2.0], 0, 1)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x = as_tensor(x)
    if x.dtype == bool:
        x = x.astype(np.int32)
    return minimum(maximum(x, x_min), x_max)


@_replaced
def nan_to_num(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Replace NaN and infinities.

    >>> ops.nan_to_num([1.0, float('nan'), float('inf')])
    array([1.0000000e+00, 0.0000000e+00, 3.4028235e+38], dtype=float32)
    """
    x = as_tensor(x)
    plain = untraced(x)
    replaced = np.nan_to_num(plain, nan=nan, posinf=posinf, neginf=neginf)
    return numpy_of(x).where(np.isfinite(plain), x, replaced)
