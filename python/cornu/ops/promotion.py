"""From whatever a user passes to an array, and to one type for several."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import config
from cornu.utils.errors import shown
from cornu.utils.tracing import any_traced, is_traced, numpy_of, untraced


def standardize(dtype: Any) -> np.dtype:
    """Return the NumPy type that a `dtype` argument stands for; None: `floatx()`.

    Raises:
        ValueError: it is not one of bool, integer, float and complex numbers.
    """
    if dtype is None or dtype is float or (isinstance(dtype, str) and dtype == "float"):
        return np.dtype(config.floatx())
    if dtype is int or (isinstance(dtype, str) and dtype == "int"):
        return np.dtype(np.int32)
    try:
        found = np.dtype(getattr(dtype, "name", dtype))
    except TypeError:
        found = None
    if found is None or found.kind not in "biufc" or found.name == "float128":
        raise ValueError(
            "`dtype` must be a bool, integer, float or complex type of NumPy's. "
            f"Received: dtype={shown(dtype)}"
        )
    return found.newbyteorder("=")


def as_tensor(x: Any) -> Any:
    """Return `x` as an array, or as the traced array that it is.

    Python's floats become `floatx()` and its integers int32, as in Keras; arrays keep their type.

    Raises:
        TypeError: it holds no numbers.
    """
    if is_traced(x):
        return x
    if any_traced(x):
        return numpy_of(x).array(x)
    try:
        array = np.asarray(x)
    except ValueError:  # ragged lists
        array = np.empty(0, object)
    if array.dtype.kind not in "biufc":
        raise TypeError(
            "an operation takes numbers: an array, a list of numbers or a number. "
            f"Received: {shown(x)} (of type {type(x).__name__})"
        )
    if not hasattr(x, "dtype") and _is_pythons(x):
        if array.dtype == np.float64:
            return array.astype(config.floatx())
        if array.dtype == np.int64 and _fits_int32(array):
            return array.astype(np.int32)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _is_pythons(x: Any) -> bool:
    """Whether numbers in lists are Python's own, by the first of them."""
    while isinstance(x, list | tuple) and len(x):
        x = x[0]
    return not hasattr(x, "dtype") and not hasattr(x, "__array__")


def _fits_int32(array: np.ndarray) -> bool:
    limits = np.iinfo(np.int32)
    return array.size == 0 or bool(array.min() >= limits.min and array.max() <= limits.max)


def cast_to(x: Any, dtype: Any) -> Any:
    """Return an array, or a traced one, in another type; the same one where it has it."""
    if x.dtype == dtype:
        return x
    if np.dtype(dtype).kind not in "fc":
        # Nothing depends smoothly on a whole number.
        x = untraced(x)
    with np.errstate(all="ignore"):
        return x.astype(dtype)


def as_float(x: Any) -> Any:
    """Return `x` as an array of floats: its own float type, else `floatx()`."""
    x = as_tensor(x)
    return x if x.dtype.kind in "fc" else cast_to(x, np.dtype(config.floatx()))


def type_of(x: Any) -> Any:
    """Return what counts for promotion: `bool`, `int` or `float` for Python's own, else a type."""
    if type(x) in (bool, int, float):
        return type(x)
    return as_tensor(x).dtype


def result_type(*types: Any) -> np.dtype:
    """Return the type that these have in common, by Keras's rules.

    Floats win over integers and bools of any width; Python's own numbers take the others' width.

    Args:
        *types: NumPy types, and `bool`, `int` and `float` for Python's numbers.
    """
    # By identity: NumPy's float64 equals Python's float.
    exact = [np.dtype(one) for one in types if one is not int and one is not float]
    floats = [one for one in exact if one.kind in "fc"]
    if floats:
        return np.result_type(*floats)
    if any(one is float for one in types):
        return np.dtype(config.floatx())
    whole = [one for one in exact if one.kind in "iu"]
    if not whole:
        return np.dtype(np.int32) if any(one is int for one in types) else np.dtype(bool)
    found = np.result_type(*whole)
    # NumPy has uint64 and a signed type become float64.
    return found if found.kind in "iu" else np.dtype(config.floatx())


def promoted(*arguments: Any, floating: bool = False) -> list[Any]:
    """Return several arguments as arrays of their common type; `floating`: at least a float."""
    types = [type_of(one) for one in arguments]
    dtype = result_type(*types, *([float] if floating else []))
    return [cast_to(as_tensor(one), dtype) for one in arguments]


def common(xs: Any) -> list[Any]:
    """Return the arrays of a list in their common type."""
    return promoted(*xs)


def axes_of(axis: Any) -> Any:
    """Return an `axis` argument as NumPy wants it: a list as a tuple."""
    return tuple(axis) if isinstance(axis, list) else axis
