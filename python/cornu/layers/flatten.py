"""Rows of any shape as plain vectors."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.config import check_data_format
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer


class Flatten(Layer):
    """A layer that makes each row one-dimensional: (n, a, b) becomes (n, a * b). It copies nothing.

    Args:
        data_format: `"channels_last"`: elements keep their order. `"channels_first"`: a row's first
            axis is brought behind the others before, which copies. None: what
            `config.image_data_format` says.
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
        self.data_format = check_data_format(data_format)
        super().__init__(**kwargs)

    def _expected_input(self) -> InputSpec:
        return InputSpec(min_ndim=1)

    @property
    def _moves(self) -> bool:
        return self.data_format == "channels_first"

    def _make_core(self) -> _core.Layer:
        make = _core.flatten_channels_first if self._moves else _core.flatten
        return make(self.name, self.dtype)
