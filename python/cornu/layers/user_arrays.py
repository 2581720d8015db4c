"""The user's data as arrays that the core reads where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np

_TYPES = "bool, integers or floats of at most 64 bits"


def as_rows(value: Any, name: str) -> np.ndarray:
    """Return data as an array with at least one axis, of the same memory where it is one already.

    Args:
        value: An array of any layout and real dtype, or lists of numbers.
        name: What the caller calls it, for errors.

    Returns:
        A plain `ndarray`: the same object, a view of it, or a new one of lists.

    Raises:
        TypeError: it is no array and can't be made one: None, a generator, a dictionary.
        ValueError: lists are ragged, the numbers are of another kind, or it has no rows.

    Example:

    >>> from cornu.layers.user_arrays import as_rows
    >>> as_rows([[1, 2], [3, 4]], "x").shape
    (2, 2)
    """
    if type(value) is not np.ndarray:
        value = _make_array(value, name)
    dtype = value.dtype
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise ValueError(f"`{name}` must be an array of {_TYPES}. Received: dtype {dtype}")
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
    if hasattr(value, "batch_shape"):
        raise TypeError(
            "Layers and models can't be called on an `Input`: the functional API is not supported "
            "yet. Make the model with Sequential([Input(...), ...]). "
            f"Received: {name}={value!r}"
        )
    if not hasattr(value, "__array__") and not hasattr(value, "__array_interface__"):
        raise TypeError(
            f"`{name}` must be a NumPy array or a list of numbers. Generators, data sets and "
            f"dictionaries are not supported yet. Received: {name} of type {type(value).__name__}"
        )
    return np.asarray(value)


def _from_lists(value: Any, name: str) -> np.ndarray:
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
