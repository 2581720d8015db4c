"""A row's axes in another order."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.utils.errors import shown
from cornu.utils.number import as_integer


class Permute(Layer):
    """A layer that puts the axes of each row in another order.

    Args:
        dims: The axes of a row, which are counted from 1, in their new order.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `dims` doesn't name each axis from 1 on once.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.layers.Permute((2, 1))(np.zeros((5, 3, 4))).shape
    (5, 4, 3)

    Source: https://keras.io/api/layers/reshaping_layers/permute/
    """

    _options = ("dims",)

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        numbers = tuple(map(as_integer, dims)) if isinstance(dims, tuple | list) else ()
        self.dims = tuple(number for number in numbers if number is not None)
        if not numbers or sorted(self.dims) != list(range(1, len(numbers) + 1)):
            raise ValueError(
                "`dims` must be a tuple that has each axis of a row from 1 on once, such as "
                f"(2, 1). Received: dims={shown(dims)}"
            )
        super().__init__(**kwargs)

    def _expected_input(self) -> InputSpec:
        return InputSpec(ndim=len(self.dims) + 1)

    def _make_core(self) -> _core.Layer:
        return _core.permute(self.name, self.dtype, self.dims)
