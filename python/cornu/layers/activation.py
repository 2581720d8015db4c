"""An activation function as a layer of its own."""

from __future__ import annotations

from typing import Any

from cornu import _core, activations
from cornu.layers.layer import Layer
from cornu.layers.settable_activation import SettableActivation


class Activation(SettableActivation, Layer):
    """A layer that applies an activation function.

    Args:
        activation: A name or function of `cornu.activations`, or a `functools.partial` of one, for
            other parameters than the default ones; or a function of one's own, for which training
            takes the extra `cornu[custom]`.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: there is no such activation.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.layers.Activation("relu")(np.array([[-3.0, -1.0, 0.0, 2.0]]))
    array([[0., 0., 0., 2.]], dtype=float32)

    Source: https://keras.io/api/layers/core_layers/activation/
    """

    _supports_masking = True
    _options = ("activation",)

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        self.activation = activations.get(activation)
        self._specification = activations.core_specification(activation)
        super().__init__(**kwargs)

    @property
    def _is_foreign(self) -> bool:
        return self._specification is None

    @property
    def _activation_in_core(self) -> Any:
        return self._specification

    def _formula(self, x: Any, training: bool, mask: Any = None) -> Any:
        return self.activation(x) if self._is_foreign else super()._formula(x, training, mask)

    def _make_core(self) -> _core.Layer:
        if self._specification is None:
            return super()._make_core()
        return _core.activation(self.name, self.dtype, self._specification)
