"""Nothing, as a layer."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.layer import Layer


class Identity(Layer):
    """A layer whose output is its input. In a model it costs nothing.

    Args:
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Example:

    >>> import cornu
    >>> cornu.layers.Identity()([[1.0, 2.0]])
    array([[1., 2.]], dtype=float32)

    Source: https://keras.io/api/layers/core_layers/identity/
    """

    _supports_masking = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.activation(self.name, self.dtype, ("linear", ()))
