"""An array of an ONNX file, checked before it is made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.utils.errors import shown

# By TensorProto.DataType: the type, and the field that has its numbers unless they are raw bytes.
_KINDS = {
    1: ("<f4", "float_data"),
    6: ("<i4", "int32_data"),
    7: ("<i8", "int64_data"),
    9: ("?", "int32_data"),
    10: ("<f2", "int32_data"),
    11: ("<f8", "double_data"),
    16: ("<u2", "int32_data"),
}
_BFLOAT16 = 16
_EXTERNAL = 1
# Names longer than this are cut in messages.
_MOST_LETTERS = 200
# More axes than any layer has.
MOST_AXES = 16


class RefusedError(ValueError):
    """The error that names a node, or an array."""


def array_of(tensor: Any) -> np.ndarray:
    """Return the array of a `TensorProto`; one of bfloat16 as float32.

    Args:
        tensor: The protocol buffer.

    Raises:
        RefusedError: its numbers are in another file, are not as many as its shape says, or are of
            a type that layers have none of.
    """
    sizes = list(tensor.dims)
    what = f'Tensor "{cut(tensor.name)}" of shape {shown(sizes)}'
    if tensor.data_location == _EXTERNAL or tensor.external_data:
        raise RefusedError(
            f"{what} is in another file, which isn't read. Save the model with its weights in it: "
            "onnx.save(onnx.load(path), path)"
        )
    if tensor.data_type not in _KINDS:
        raise RefusedError(
            f"{what} must be of a float type, int32, int64 or bool. "
            f"Received: type {tensor.data_type} of TensorProto"
        )
    # Before their product, which takes a long time of many.
    if len(sizes) > MOST_AXES:
        raise RefusedError(f"{what} must have at most {MOST_AXES} axes. Received: {len(sizes)}")
    code, field = _KINDS[tensor.data_type]
    dtype, raw = np.dtype(code), tensor.raw_data
    count = len(raw) / dtype.itemsize if raw else len(getattr(tensor, field))
    if min(sizes, default=0) < 0 or math.prod(sizes) != count:
        raise RefusedError(f"{what} must have as many numbers as that. Received: {count:g}")
    if raw:
        found = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="))
    elif dtype == "<f2":
        found = np.array(getattr(tensor, field), np.uint16).view(np.float16)
    else:
        found = np.array(getattr(tensor, field), dtype.newbyteorder("="))
    if tensor.data_type == _BFLOAT16:
        # The upper half of float32.
        found = (found.astype(np.uint32) << 16).view(np.float32)
    return found.reshape(sizes)


def cut(text: str | bytes) -> str:
    """Return a text that isn't too long for a message."""
    shown = text if isinstance(text, str) else repr(text)
    return shown if len(shown) <= _MOST_LETTERS else f"{shown[: _MOST_LETTERS - 3]}..."


def is_too_large(sizes: Sequence[int]) -> bool:
    """Whether a row of these sizes is larger than any that is taken."""
    return len(sizes) > MOST_AXES or math.prod(sizes) > 2**31
