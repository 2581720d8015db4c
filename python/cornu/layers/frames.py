"""Tables of named columns, as pandas has them, as arrays.

They are known by what they have, as pandas is never imported: `to_numpy`, and `dtypes` by column (a
frame) or a `dtype` (a series), each with a `kind` as NumPy's have.
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
        return None
    types = {dtype for _, dtype in columns}
    if all(map(is_real, types)):
        if not all(isinstance(dtype, np.dtype) for dtype in types):
            return value.to_numpy(dtype="float64", na_value=np.nan)
        if len(types) > 1:
            return value.to_numpy(dtype=np.result_type(*types))
    array = np.asarray(value)
    if is_real(array.dtype):
        return array
    others = [
        f"{'values' if column is None else repr(column)} of dtype {dtype}"
        for column, dtype in columns
        if not is_real(dtype)
    ]
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    raise ValueError(
        f"`{name}` must have columns of bool, integers or floats of at most 64 bits. Where they "
        f'hold numbers, `.astype("float32")` makes them so. Received: {name} with '
        f"{', '.join(others[:_SHOWN])}{more}"
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
