"""A layer's weights: what they are, which of them training changes, and copies of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.layers.weights import copy_weights, count_numbers, write_weights
from cornu.variable import Variable

if TYPE_CHECKING:
    from cornu._core import Layer as CoreLayer
    from cornu._core import Model as CoreModel


class LayerWeights:
    """The part of a layer that is about its weights; `Layer` builds them."""

    _name: str
    _sublayers: Callable[[], list[Any]]
    _is_state: Callable[[Variable], bool]
    _core: CoreLayer
    _class_core: CoreLayer | None
    _placed_or_known: Callable[[str], Variable | None]
    _trainable: bool
    _weights: list[Variable]
    # The weights that the layer moves itself.
    _state_names: tuple[str, ...]
    # Returns what of the core is locked while weights are copied or written; None: nothing.
    _lockable: Callable[[], CoreModel | None]

    def _own_in_files(self) -> list[Variable] | None:
        """The weights in the layer's own group of a file; None: all but those of layers within."""
        return None

    def _within_in_files(self) -> dict[str, Any]:
        """Layers within one of cornu's that have groups of their own in a file, by the names of
        these."""
        return {}

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights. May be set at any time, after `compile` too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        self._core.trainable = self._trainable
        if self._class_core is not None:
            self._class_core.trainable = self._trainable
        for weight in self._weights:
            weight._trainable = self._trainable and not self._is_state(weight)
        for layer in self._sublayers():
            layer.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """The weights: each the same object at each read, and a view of the core's memory."""
        return list(self._weights)

    variables = weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [weight for weight in self._weights if weight.trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [weight for weight in self._weights if not weight.trainable]

    non_trainable_variables = non_trainable_weights

    def count_params(self) -> int:
        """Return the number of numbers in the weights.

        Raises:
            ValueError: they are not there yet.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2)
        >>> layer.build((None, 3))
        >>> layer.count_params()
        8

        Source: https://keras.io/api/layers/base_layer/
        """
        return count_numbers("layer", self)

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights, in the order of `weights`.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2, kernel_initializer="ones")
        >>> layer.build((None, 1))
        >>> layer.get_weights()
        [array([[1., 1.]], dtype=float32), array([0., 0.], dtype=float32)]

        Source: https://keras.io/api/layers/base_layer/
        """
        return copy_weights(self._weights, self._lockable())

    def set_weights(self, weights: Any) -> None:
        """Write all weights, or none if one does not fit.

        Args:
            weights: A list of arrays, as `get_weights` returns it.

        Raises:
            ValueError: it has another length, or an array another shape.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2)
        >>> layer.build((None, 1))
        >>> layer.set_weights([[[1, 2]], [3, 4]])
        >>> layer([[10]])
        array([[13., 24.]], dtype=float32)

        Source: https://keras.io/api/layers/base_layer/
        """
        self._write_weights(weights, self._lockable())

    def _write_weights(self, weights: Any, model: CoreModel | None) -> None:
        owner = f'layer "{self._name}"'
        places = [f"{weight.name} of {owner}" for weight in self._weights]
        write_weights(owner, self._weights, weights, model, places)

    def _weight_named(self, name: str) -> Variable | None:
        return self._placed_or_known(name)
