"""Tables of named columns, as pandas and polars have them, as arrays.

They are known by what they have, as neither is ever imported: `to_numpy`, and `dtypes` by column (a
frame) or a `dtype` (a series), each with a `kind` as NumPy's have. A frame of polars has a
`schema`, whose types have no kind: what a column of it is, its array says.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.utils.arrays import is_real

# An error names so many columns: enough to see what kind they are of.
_SHOWN = 3


def frame_to_array(value: Any, name: str) -> np.ndarray | None:
    """Return a frame or a series as an array; None: it is neither.

    What has one type of NumPy's is not copied, if it needs no copy to be an array. Columns of
    several types get one array of the type that holds them all, and pandas's own types, which may
    miss values, one of float64 with NaN there.

    Args:
        value: Anything.
        name: What the caller calls it, for the error.

    Raises:
        ValueError: a column is of no real type, and it is no array of numbers all the same, as one
            of categories may be.
    """
    columns = _columns(value)
    if not columns:
        return _from_schema(value, name)
    types = {dtype for _, dtype in columns}
    if all(map(is_real, types)):
        if not all(isinstance(dtype, np.dtype) for dtype in types):
            return value.to_numpy(dtype="float64", na_value=np.nan)
        if len(types) > 1:
            return value.to_numpy(dtype=np.result_type(*types))
    array = np.asarray(value)
    if is_real(array.dtype):
        return array
    others = [(column, dtype) for column, dtype in columns if not is_real(dtype)]
    raise _refusal(others, '.astype("float32")', name)


def _from_schema(value: Any, name: str) -> np.ndarray | None:
    """A frame of polars as an array; None: it is none."""
    schema: Any = getattr(value, "schema", None)
    if not hasattr(value, "to_numpy") or not hasattr(schema, "items"):
        return None
    array = np.asarray(value)
    if is_real(array.dtype):
        return array
    others = [(c, dtype) for c, dtype in schema.items() if not is_real(np.asarray(value[c]).dtype)]
    raise _refusal(others, ".cast(polars.Float32)", name)


def _refusal(others: list[tuple[Any, Any]], cast: str, name: str) -> ValueError:
    """The error for columns, by name and dtype, that are not of real numbers."""
    shown = [
        f"{'values' if column is None else repr(column)} of dtype {dtype}"
        for column, dtype in others[:_SHOWN]
    ]
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return ValueError(
        f"`{name}` must have columns of bool, integers or floats of at most 64 bits. Where they "
        f"hold numbers, `{cast}` makes them so. Received: {name} with {', '.join(shown)}{more}"
    )


def _columns(value: Any) -> list[tuple[Any, Any]]:
    """The names and dtypes of a frame's columns, or of a series; empty: it is neither."""
    if not hasattr(value, "to_numpy"):
        return []
    dtypes: Any = getattr(value, "dtypes", None)
    if hasattr(dtypes, "items"):
        columns = list(dtypes.items())
    else:
        columns = [(getattr(value, "name", None), getattr(value, "dtype", None))]
    return columns if all(hasattr(dtype, "kind") for _, dtype in columns) else []
