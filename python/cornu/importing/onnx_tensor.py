"""An array of an ONNX file, checked before it is made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

# By TensorProto.DataType: the type, and the field that has its numbers unless they are raw bytes.
_KINDS = {
    1: ("<f4", "float_data"),
    6: ("<i4", "int32_data"),
    7: ("<i8", "int64_data"),
    11: ("<f8", "double_data"),
}
_EXTERNAL = 1


def array_of(tensor: Any) -> np.ndarray:
    """Return the array of a `TensorProto`.

    Args:
        tensor: The protocol buffer.

    Raises:
        ValueError: its numbers are in another file, are not as many as its shape says, or are of a
            type that layers have none of.
    """
    sizes = list(tensor.dims)
    what = f'Tensor "{tensor.name}" of shape {sizes}'
    if tensor.data_location == _EXTERNAL or tensor.external_data:
        raise ValueError(
            f"{what} is in another file, which isn't read. Save the model with its weights in it: "
            "onnx.save(onnx.load(path), path)"
        )
    if tensor.data_type not in _KINDS:
        raise ValueError(
            f"{what} must be of float32, float64, int32 or int64. "
            f"Received: type {tensor.data_type} of TensorProto"
        )
    code, field = _KINDS[tensor.data_type]
    dtype, raw = np.dtype(code), tensor.raw_data
    count = len(raw) / dtype.itemsize if raw else len(getattr(tensor, field))
    if min(sizes, default=0) < 0 or math.prod(sizes) != count:
        raise ValueError(f"{what} must have as many numbers as that. Received: {count:g}")
    if raw:
        found = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="))
    else:
        found = np.array(getattr(tensor, field), dtype.newbyteorder("="))
    # NumPy has shapes of 64 axes.
    if len(sizes) > 16:
        raise ValueError(f"{what} must have at most 16 axes. Received: {len(sizes)}")
    return found.reshape(sizes)
