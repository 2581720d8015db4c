"""Rows in another shape."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.layer import Layer
from cornu.utils.errors import shown
from cornu.utils.number import as_integer


class Reshape(Layer):
    """A layer that gives each row another shape of as many elements. It copies nothing.

    Args:
        target_shape: The shape of a row, the batch not counted; one size may be -1, for whatever is
            left. A single integer stands for a shape of one size.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `target_shape` is no such shape.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.layers.Reshape((3, -1))(np.zeros((5, 12))).shape
    (5, 3, 4)

    Source: https://keras.io/api/layers/reshaping_layers/reshape/
    """

    _options = ("target_shape",)

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        sizes = target_shape if isinstance(target_shape, tuple | list) else (target_shape,)
        numbers = tuple(map(as_integer, sizes))
        self.target_shape = tuple(size for size in numbers if size is not None)
        if None in numbers:
            raise ValueError(
                "`target_shape` must be a tuple of integers, such as (3, -1). "
                f"Received: target_shape={shown(target_shape)}"
            )
        expected = None
        if any(size is not None and size < -1 for size in self.target_shape):
            expected = "must have sizes that are non-negative integers, or -1 for one of them"
        elif self.target_shape.count(-1) > 1:
            expected = "may have at most one unknown dimension, -1"
        if expected is not None:
            raise ValueError(
                f"`target_shape` {expected}. Received: target_shape={self.target_shape}"
            )
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.reshape(self.name, self.dtype, self.target_shape)
