"""The user's numbers as arrays that the core takes, and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import config
from cornu.utils.errors import shown
from cornu.utils.number import as_integer
from cornu.utils.tracing import is_traced


def float_type(x: Any) -> np.dtype:
    """Return the type of a function's result: x's own float type, else `floatx()`."""
    dtype = getattr(x, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize <= 8:
        return dtype.newbyteorder("=")
    return np.dtype(config.floatx())


def is_real(dtype: Any) -> bool:
    """Return whether a type is one of numbers that the core takes.

    Args:
        dtype: NumPy's, or another one that has its `kind`, and perhaps its `itemsize`, as pandas's.
    """
    return dtype.kind in "biuf" and getattr(dtype, "itemsize", 8) <= 8


def is_among(value: Any, options: tuple[Any, ...]) -> bool:
    """Return whether a value equals one of some; an array, which compares by element, does not."""
    return not getattr(value, "ndim", 0) and value in options


def address_of(array: np.ndarray) -> int:
    """Return where an array's memory begins, by which views of one weight are known."""
    return array.__array_interface__["data"][0]


def any_type(dtype: Any) -> np.dtype:
    """Return the NumPy type of a variable.

    Args:
        dtype: A bool or integer type, for counters; float32 or float64; None: `floatx()`.

    Raises:
        ValueError: it is of another kind.
    """
    if isinstance(dtype, str) and dtype == "int":
        return np.dtype(np.int64)
    if dtype is not None and isinstance(dtype, str | type | np.dtype):
        try:
            exact = np.dtype(dtype)
        except TypeError:  # such as "bfloat16", for which resolve_dtype has its own words
            exact = None
        if exact is not None and exact.kind in "biu":
            return exact
    return np.dtype(config.resolve_dtype(dtype))


def as_real(x: Any, dtype: Any = None, name: str = "x") -> np.ndarray:
    """Return `x` as an array of float32 or float64, the same memory where it is one already.

    Args:
        x: Anything that NumPy reads as bool, integer or float numbers of up to 64 bits.
        dtype: float32 or float64; None: its own, else `floatx()` (float16 becomes float32).
        name: What the caller calls it, for the error.

    Raises:
        TypeError: the numbers are of another kind.
    """
    if is_traced(x):
        return x if dtype is None else x.astype(dtype)
    array = np.asarray(x)
    if not is_real(array.dtype):
        raise TypeError(
            f"`{name}` must be numbers: bool, integer or float of up to 64 bits. "
            f"Received: {name} of dtype {array.dtype} (from {type(x).__name__})"
        )
    if dtype is None:
        dtype = float_type(x)
        if dtype.itemsize < 4:
            dtype = np.dtype(np.float32)
    # A float64 beyond float32 becomes an infinity, which is what Keras computes with too.
    with np.errstate(over="ignore"):
        return array.astype(dtype, copy=False)


def check_axis(axis: Any) -> int:
    """Return an axis as an integer.

    Raises:
        TypeError: it is a bool or no integer.
    """
    number = as_integer(axis)
    if number is None:
        raise TypeError(f"`axis` must be an integer. Received: axis={shown(axis)}")
    return number


def normalize_axes(axis: Any, rank: int) -> tuple[int, ...]:
    """Return the axes that an `axis` argument names, each in [0, rank); None names all.

    Raises:
        TypeError: it is no integer.
        ValueError: there is no such axis, or one is named twice.
    """
    if axis is None:
        return tuple(range(rank))
    axes = []
    for number in axis if isinstance(axis, tuple | list) else (axis,):
        index = check_axis(number)
        if not -rank <= index < rank:
            raise ValueError(
                f"`axis` must be in [{-rank}, {rank}) for an array of {rank} axes. "
                f"Received: axis={shown(axis)}"
            )
        axes.append(index % rank)
    if len(set(axes)) != len(axes):
        raise ValueError(f"`axis` must name each axis once. Received: axis={shown(axis)}")
    return tuple(axes)


def as_core_array(array: Any, dtype: Any = None) -> np.ndarray:
    """Return an array as the core takes it, contiguous and aligned; copied only where it must be.

    Args:
        array: The array.
        dtype: Its type then; None: its own.
    """
    return np.require(array, dtype, requirements=("C", "A"))


def to_rows(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Return the array as a matrix whose rows run along `axes`, contiguous and aligned.

    It is copied only where it must be.
    """
    others = tuple(i for i in range(array.ndim) if i not in axes)
    columns = math.prod(array.shape[i] for i in axes)
    rows = math.prod(array.shape[i] for i in others)
    moved = array.transpose(others + axes)
    if not is_traced(moved):
        moved = as_core_array(moved)
    return moved.reshape(rows, columns)


def outer_shape(array: np.ndarray, axes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape without `axes`: what is left when each row becomes one number."""
    return tuple(size for i, size in enumerate(array.shape) if i not in axes)


def along_axes(
    function: Callable[[np.ndarray], np.ndarray], array: np.ndarray, axes: tuple[int, ...]
) -> np.ndarray:
    """Return a function of matrices, which works row by row, along `axes`.

    It may change the length of the rows where there is one axis.
    """
    others = tuple(i for i in range(array.ndim) if i not in axes)
    matrix = function(to_rows(array, axes))
    inner = (matrix.shape[1],) if len(axes) == 1 else tuple(array.shape[i] for i in axes)
    moved = matrix.reshape(outer_shape(array, axes) + inner)
    return moved.transpose(np.argsort(others + axes))


def broadcast_pair(
    target: np.ndarray, prediction: np.ndarray, names: tuple[str, str] = ("y_true", "y_pred")
) -> tuple[np.ndarray, np.ndarray]:
    """Return two arrays broadcast against each other.

    Raises:
        ValueError: their shapes don't fit.
    """
    try:
        if is_traced(prediction):
            shape = np.broadcast_shapes(target.shape, prediction.shape)
            return np.broadcast_to(target, shape), np.broadcast_to(prediction, shape)
        first, second = np.broadcast_arrays(target, prediction)
    except ValueError:
        raise ValueError(
            f"`{names[0]}` and `{names[1]}` must have the same shape, or shapes that broadcast. "
            f"Received: {names[0]} of shape {target.shape}, {names[1]} of shape {prediction.shape}"
        ) from None
    return first, second


def match_ranks(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give two arrays one rank, where a last axis of size 1 is all that parts them.

    (n,) beside (n, 1) becomes (n, 1); else the longer one loses that axis. Anything else is left to
    broadcasting.
    """
    if first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        if second.ndim == 1:
            return first, second[:, np.newaxis]
        return first[..., 0], second
    if second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        second, first = match_ranks(second, first)
    return first, second
