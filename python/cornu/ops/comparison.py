"""Comparisons, truth values and bits, after NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor, promoted
from cornu.utils.tracing import untraced

_pairs = documented("numpy", "An array of bools, of the shape that both have in common.")
_single = documented("numpy", "An array of bools, of x's shape.")
_close = documented(
    "numpy",
    "Whether it is so.",
    rtol="How far from each other they may be, as a part of x2.",
    atol="How far from each other they may be at least.",
    equal_nan="Whether a NaN equals a NaN.",
)
_bits = documented(
    "numpy",
    "An array of the shape and type that both have in common.",
    x="Integers or bools.",
    y="Integers or bools, whose shape broadcasts against x's.",
)
_inside = documented(
    "numpy",
    "An array of bools, of x1's shape.",
    x2="The numbers to look for, of any shape.",
    assume_unique="Whether no number occurs twice in either; the result is the same.",
    invert="Whether to tell which are not there.",
)


def _compared(name: str, x1: Any, x2: Any) -> Any:
    return getattr(np, name)(*promoted(untraced(x1), untraced(x2)))


def _logical(name: str, *arguments: Any) -> Any:
    return getattr(np, name)(*(as_tensor(untraced(one)) for one in arguments))


def _told(name: str, x: Any) -> Any:
    return getattr(np, name)(as_tensor(untraced(x)))


def _of_bits(name: str, x: Any, y: Any) -> Any:
    return getattr(np, name)(*promoted(untraced(x), untraced(y)))


@_pairs
def equal(x1: Any, x2: Any) -> Any:
    """Tell which numbers are equal.

    >>> ops.equal([1, 2, 3], 2)
    array([False,  True, False])
    """
    return _compared("equal", x1, x2)


@_pairs
def not_equal(x1: Any, x2: Any) -> Any:
    """Tell which numbers are not equal.

    >>> ops.not_equal([1, 2, 3], 2)
    array([ True, False,  True])
    """
    return _compared("not_equal", x1, x2)


@_pairs
def greater(x1: Any, x2: Any) -> Any:
    """Tell where x1 is greater than x2.

    >>> ops.greater([1, 2, 3], 2)
    array([False, False,  True])
    """
    return _compared("greater", x1, x2)


@_pairs
def greater_equal(x1: Any, x2: Any) -> Any:
    """Tell where x1 is at least x2.

    >>> ops.greater_equal([1, 2, 3], 2)
    array([False,  True,  True])
    """
    return _compared("greater_equal", x1, x2)


@_pairs
def less(x1: Any, x2: Any) -> Any:
    """Tell where x1 is less than x2.

    >>> ops.less([1, 2, 3], 2)
    array([ True, False, False])
    """
    return _compared("less", x1, x2)


@_pairs
def less_equal(x1: Any, x2: Any) -> Any:
    """Tell where x1 is at most x2.

    >>> ops.less_equal([1, 2, 3], 2)
    array([ True,  True, False])
    """
    return _compared("less_equal", x1, x2)


@_pairs
def logical_and(x1: Any, x2: Any) -> Any:
    """Tell where both are true, that is not 0.

    >>> ops.logical_and([True, False], True)
    array([ True, False])
    """
    return _logical("logical_and", x1, x2)


@_pairs
def logical_or(x1: Any, x2: Any) -> Any:
    """Tell where one or both are true, that is not 0.

    >>> ops.logical_or([True, False], True)
    array([ True,  True])
    """
    return _logical("logical_or", x1, x2)


@_pairs
def logical_xor(x1: Any, x2: Any) -> Any:
    """Tell where just one is true, that is not 0.

    >>> ops.logical_xor([True, False], True)
    array([False,  True])
    """
    return _logical("logical_xor", x1, x2)


@_single
def logical_not(x: Any) -> Any:
    """Tell where x is false, that is 0.

    >>> ops.logical_not([True, False])
    array([False,  True])
    """
    return _told("logical_not", x)


@_single
def isfinite(x: Any) -> Any:
    """Tell which numbers are neither NaN nor infinite.

    >>> ops.isfinite([1.0, float('nan'), float('inf'), -float('inf')])
    array([ True, False, False, False])
    """
    return _told("isfinite", x)


@_single
def isinf(x: Any) -> Any:
    """Tell which numbers are infinite.

    >>> ops.isinf([1.0, float('nan'), float('inf'), -float('inf')])
    array([False, False,  True,  True])
    """
    return _told("isinf", x)


@_single
def isnan(x: Any) -> Any:
    """Tell which numbers are NaN.

    >>> ops.isnan([1.0, float('nan'), float('inf'), -float('inf')])
    array([False,  True, False, False])
    """
    return _told("isnan", x)


@_single
def isneginf(x: Any) -> Any:
    """Tell which numbers are minus infinity.

    >>> ops.isneginf([1.0, float('nan'), float('inf'), -float('inf')])
    array([False, False, False,  True])
    """
    return _told("isinf", x) & (as_tensor(untraced(x)) < 0)


@_single
def isposinf(x: Any) -> Any:
    """Tell which numbers are infinity.

    >>> ops.isposinf([1.0, float('nan'), float('inf'), -float('inf')])
    array([False, False,  True, False])
    """
    return _told("isinf", x) & (as_tensor(untraced(x)) > 0)


@_single
def isreal(x: Any) -> Any:
    """Tell which numbers have no imaginary part.

    >>> ops.isreal([1.0, 2.0])
    array([ True,  True])
    """
    return _told("isreal", x)


@_single
def signbit(x: Any) -> Any:
    """Tell which numbers have a minus sign, -0 among them.

    >>> ops.signbit([1.0, -0.0])
    array([False,  True])
    """
    x = as_tensor(untraced(x))
    return np.signbit(x) if x.dtype.kind == "f" else x < 0


@_close
def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Tell which numbers are near each other: `abs(x1 - x2) <= atol + rtol * abs(x2)`.

    >>> ops.isclose([1.0, 1.1], [1.0, 1.0])
    array([ True, False])
    """
    first, second = promoted(untraced(x1), untraced(x2))
    return np.isclose(first, second, rtol, atol, equal_nan)


@_close
def allclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Tell whether all numbers are near each other, as `isclose` has it.

    >>> bool(ops.allclose([1.0, 1.1], [1.0, 1.0]))
    False
    """
    return np.all(isclose(x1, x2, rtol, atol, equal_nan))


@_inside
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Tell which numbers of x1 are among those of x2.

    >>> ops.isin([1, 2, 3], [2, 4])
    array([False,  True, False])
    """
    first, second = promoted(untraced(x1), untraced(x2))
    return np.isin(first, second, assume_unique, invert)


@_bits
def bitwise_and(x: Any, y: Any) -> Any:
    """Keep the bits that both have.

    >>> ops.bitwise_and([6, 5], 3)
    array([2, 1], dtype=int32)
    """
    return _of_bits("bitwise_and", x, y)


@_bits
def bitwise_or(x: Any, y: Any) -> Any:
    """Keep the bits that one or both have.

    >>> ops.bitwise_or([6, 5], 3)
    array([7, 7], dtype=int32)
    """
    return _of_bits("bitwise_or", x, y)


@_bits
def bitwise_xor(x: Any, y: Any) -> Any:
    """Keep the bits that just one has.

    >>> ops.bitwise_xor([6, 5], 3)
    array([5, 6], dtype=int32)
    """
    return _of_bits("bitwise_xor", x, y)


@_bits
def bitwise_invert(x: Any) -> Any:
    """Invert every bit; of bools, take the logical not.

    >>> ops.bitwise_invert([0, 5])
    array([-1, -6], dtype=int32)
    """
    return _told("invert", x)


@_bits
def bitwise_not(x: Any) -> Any:
    """Invert every bit, as `bitwise_invert`.

    >>> ops.bitwise_not([0, 5])
    array([-1, -6], dtype=int32)
    """
    return bitwise_invert(x)


@_bits
def bitwise_left_shift(x: Any, y: Any) -> Any:
    """Shift bits of x to the left, by y places.

    >>> ops.bitwise_left_shift([1, 3], 2)
    array([ 4, 12], dtype=int32)
    """
    return _of_bits("left_shift", x, y)


@_bits
def bitwise_right_shift(x: Any, y: Any) -> Any:
    """Shift bits of x to the right, by y places.

    >>> ops.bitwise_right_shift([4, 13], 2)
    array([1, 3], dtype=int32)
    """
    return _of_bits("right_shift", x, y)


@_bits
def left_shift(x: Any, y: Any) -> Any:
    """Shift bits to the left, as `bitwise_left_shift`.

    >>> ops.left_shift([1, 3], 2)
    array([ 4, 12], dtype=int32)
    """
    return bitwise_left_shift(x, y)


@_bits
def right_shift(x: Any, y: Any) -> Any:
    """Shift bits to the right, as `bitwise_right_shift`.

    >>> ops.right_shift([4, 13], 2)
    array([1, 3], dtype=int32)
    """
    return bitwise_right_shift(x, y)
