"""Arrays of other packages: by `__array__`, the array interface, DLPack or the buffer protocol."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.keras_tensor import KerasTensor
from cornu.layers.frames import frame_to_array

# DLPack's numbers of devices whose memory the processor reads: its own, and CUDA's and ROCm's that
# is pinned or managed.
_READABLE_DEVICES = (1, 3, 11, 13)


def is_foreign_array(value: Any) -> bool:
    """Return whether something that is no list knows how to be an array.

    Example:

    >>> from cornu.layers.foreign_arrays import is_foreign_array
    >>> is_foreign_array(memoryview(b"data")), is_foreign_array(b"data"), is_foreign_array(iter([]))
    (True, False, False)
    """
    # Bytes are a text's.
    if isinstance(value, KerasTensor | list | tuple | str | bytes):
        return False
    return _has_array(value) or _has_dlpack(value) or _has_buffer(value)


def foreign_to_array(value: Any, name: str) -> np.ndarray:
    """Return what `is_foreign_array` as an array, of the same memory where it can be.

    Args:
        value: The array, frame, series or buffer.
        name: What the caller calls it, for errors.

    Raises:
        TypeError: it lies on a device that the processor can't read.
        ValueError: it is a frame of no real numbers, or of a type that NumPy has not.
    """
    array = frame_to_array(value, name)
    if array is not None:
        return array
    if _has_array(value):
        return np.asarray(value)
    if not _has_dlpack(value):
        return np.asarray(memoryview(value))
    device = value.__dlpack_device__()
    if int(device[0]) not in _READABLE_DEVICES:
        raise TypeError(
            f"`{name}` must lie in the processor's memory: copy it there first. Received: {name} "
            f"of type {type(value).__name__} on DLPack's device ({int(device[0])}, {device[1]})"
        )
    try:
        return np.from_dlpack(value)
    except (BufferError, RuntimeError) as error:
        raise ValueError(
            f"`{name}` must be an array that NumPy can read by DLPack: {error}. Received: {name} "
            f"of type {type(value).__name__}"
        ) from error


def refuse_unreadable(value: Any, name: str) -> None:
    """Refuse data that hold numbers, but not as an array, with what makes them one.

    They are known by what they have, as their packages are never imported.

    Raises:
        TypeError: it is a sparse matrix, as SciPy has it, or a query of polars that hasn't run.
    """
    if is_sparse_matrix(value):
        advice, what = "a sparse matrix is not: call `.toarray()`", "a dense array"
    elif hasattr(value, "collect") and hasattr(value, "lazy") and not is_foreign_array(value):
        advice, what = "a query has no rows yet: call `.collect()`", "an array or a frame"
    else:
        return
    raise TypeError(
        f"`{name}` must be {what}; {advice}. Received: {name} of type {type(value).__name__}"
    )


def is_sparse_matrix(value: Any) -> bool:
    """Return whether it is a sparse matrix or array, as SciPy has it."""
    return hasattr(value, "nnz") and hasattr(value, "toarray")


def _has_array(value: Any) -> bool:
    return hasattr(value, "__array__") or hasattr(value, "__array_interface__")


def _has_dlpack(value: Any) -> bool:
    return hasattr(value, "__dlpack__") and hasattr(value, "__dlpack_device__")


def _has_buffer(value: Any) -> bool:
    try:
        memoryview(value).release()
    except (TypeError, BufferError):
        return False
    return True
