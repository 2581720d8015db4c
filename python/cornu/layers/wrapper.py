"""Layers around another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.layers.layer import Layer
from cornu.utils.custom_objects import CustomObjectScope
from cornu.utils.errors import shown


class Wrapper(Layer):
    """The base of layers of one's own that do something with another layer.

    A class derived from it has `call`, which calls `self.layer`. As for all layers of one's own,
    training takes the extra `cornu[custom]`.

    Args:
        layer: The layer within.
        **kwargs: What `Layer` takes.

    Attributes:
        layer: Likewise.

    Raises:
        ValueError: `layer` is none.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Residual(cornu.layers.Wrapper):
    ...     def call(self, inputs):
    ...         return inputs + self.layer(inputs)
    >>> layer = Residual(cornu.layers.Dense(3, kernel_initializer="ones", name="within"))
    >>> layer(np.ones((1, 3)))
    array([[4., 4., 4.]], dtype=float32)
    >>> [weight.path for weight in layer.weights]
    ['residual/within/kernel', 'residual/within/bias']

    Source: https://keras.io/api/layers/base_layer/
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Layer {shown(layer)} supplied to Wrapper isn't a supported layer type. Please "
                "ensure wrapped layer is a valid Keras layer."
            )
        self.layer = layer
        super().__init__(**kwargs)

    def build(self, input_shape: Any) -> None:
        """Build the layer within, unless it is built.

        Args:
            input_shape: The shape of the input, the batch (None) first.

        Example:

        >>> import cornu
        >>> class Same(cornu.layers.Wrapper):
        ...     def call(self, inputs):
        ...         return self.layer(inputs)
        >>> layer = Same(cornu.layers.Dense(2))
        >>> layer.build((None, 3))
        >>> layer.layer.built
        True

        Source: https://keras.io/api/layers/base_layer/
        """
        if not self.layer._built:
            self.layer.build(input_shape)

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "layer": self.layer}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Layer:
        """Make a layer from what `get_config` returned, with weights of its own.

        Args:
            config: The plain values.
            custom_objects: Classes of one's own by name.

        Example:

        >>> import cornu
        >>> class Twice(cornu.layers.Wrapper):
        ...     def call(self, inputs):
        ...         return self.layer(self.layer(inputs))
        >>> config = Twice(cornu.layers.Dense(2)).get_config()
        >>> Twice.from_config(config).layer.units
        2

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        with CustomObjectScope(custom_objects):
            return super().from_config(config)
