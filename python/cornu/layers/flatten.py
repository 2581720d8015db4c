"""Rows of any shape as plain vectors."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown


class Flatten(Layer):
    """A layer that makes each row one-dimensional: (n, a, b) becomes (n, a * b). It copies nothing.

    Args:
        data_format: `"channels_last"` or None, which is the same: elements keep their order.
            `"channels_first"` is not supported yet.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `data_format` is something else.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.layers.Flatten()(np.zeros((5, 2, 3))).shape
    (5, 6)

    Source: https://keras.io/api/layers/reshaping_layers/flatten/
    """

    _options = ("data_format",)

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        if not is_among(data_format, (None, "channels_last")):
            raise ValueError(
                "`data_format` must be 'channels_last' or None; 'channels_first' is not supported "
                "yet. "
                f"Received: data_format={shown(data_format)}"
            )
        self.data_format = "channels_last"
        super().__init__(**kwargs)

    def _expected_input(self) -> InputSpec:
        return InputSpec(min_ndim=1)

    def _compute(self, x: Any, training: bool) -> Any:
        return x.reshape((x.shape[0], -1))

    def _make_core(self) -> _core.Layer:
        return _core.flatten(self.name, self.dtype)
