"""The user's data as arrays that the core reads where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.keras_tensor import KerasTensor
from cornu.layers.foreign_arrays import foreign_to_array, is_foreign_array, refuse_unreadable
from cornu.utils.arrays import is_real

_TYPES = "bool, integers or floats of at most 64 bits"


def as_rows(value: Any, name: str) -> np.ndarray:
    """Return data as an array with at least one axis, of the same memory where it is one already.

    Args:
        value: An array of any layout and real dtype, what has `__array__`, `__dlpack__` or a
            buffer, a frame or series of pandas or polars, or lists of numbers.
        name: What the caller calls it, for errors.

    Returns:
        A plain `ndarray`: the same object, a view of it, or a new one of lists or of a frame.

    Raises:
        TypeError: it is no array and can't be made one: None, a generator, a dictionary, a sparse
            matrix.
        ValueError: lists are ragged, the numbers are of another kind, or it has no rows.

    Example:

    >>> from cornu.layers.user_arrays import as_rows
    >>> as_rows([[1, 2], [3, 4]], "x").shape
    (2, 2)
    """
    if type(value) is not np.ndarray:
        value = _make_array(value, name)
    if not is_real(value.dtype):
        raise ValueError(f"`{name}` must be an array of {_TYPES}. Received: dtype {value.dtype}")
    if value.ndim == 0:
        raise ValueError(f"`{name}` must have rows. Received: {name} of shape ()")
    return value


def _make_array(value: Any, name: str) -> np.ndarray:
    if isinstance(value, np.ndarray):
        if isinstance(value, np.ma.MaskedArray):
            raise ValueError(
                f"`{name}` must not be a masked array: what the mask hides would be used. Pass "
                f"`{name}.filled(value)`, or the rows that count. Received: {name} of type "
                f"{type(value).__name__}"
            )
        # A memory map, or a matrix whose slices would be of two axes.
        return np.asarray(value)
    if isinstance(value, list | tuple):
        return _from_lists(value, name)
    if isinstance(value, KerasTensor):
        raise TypeError(
            f"`{name}` must be an array: a symbolic tensor has no numbers. Received: {value!r}"
        )
    refuse_unreadable(value, name)
    if not is_foreign_array(value):
        raise TypeError(
            f"`{name}` must be a NumPy array or a list of numbers; `fit`, `evaluate` and `predict` "
            "take generators and data sets as `x` too. "
            f"Received: {name} of type {type(value).__name__}"
        )
    return foreign_to_array(value, name)


def only_array(value: Any, name: str) -> np.ndarray | None:
    """Return the one array in a list of one, made of whatever knows how to be one; else None.

    Args:
        value: Anything.
        name: What the caller calls it, for errors.

    Raises:
        ValueError: it is a frame of no real numbers.

    Example:

    >>> import numpy as np
    >>> from cornu.layers.user_arrays import only_array
    >>> only_array([np.zeros(3)], "x")
    array([0., 0., 0.])
    >>> only_array([[0.0, 0.0, 0.0]], "x")
    """
    if not isinstance(value, list | tuple) or len(value) != 1:
        return None
    (only,) = value
    if not isinstance(only, np.ndarray):
        if not is_foreign_array(only):
            return None
        only = _make_array(only, name)
    return only if only.ndim > 0 else None


def _from_lists(value: Any, name: str) -> np.ndarray:
    if value and isinstance(value[0], KerasTensor):
        raise ValueError(
            f"`{name}` must be one symbolic tensor: layers that join several, and models with "
            f"branches, are not supported. Received: a list of {len(value)}"
        )
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"`{name}` must have rows of one shape. Received: ragged lists, {_lengths(value)}"
        ) from None


def _lengths(rows: Any) -> str:
    """Where lists begin to differ: "row 0 of length 2, row 3 of length 1"."""
    lengths = [len(row) if hasattr(row, "__len__") else None for row in rows]
    for i, length in enumerate(lengths):
        if length != lengths[0]:
            return f"row 0 {_length_text(lengths[0])}, row {i} {_length_text(length)}"
    return f"whose {len(lengths)} rows differ within"


def _length_text(length: int | None) -> str:
    return "is a single number" if length is None else f"of length {length}"
