"""What of a layer is saved beside its configuration, and how it is had back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.layers.weights import write_weights
from cornu.utils.errors import shown
from cornu.utils.overriding import overridden

if TYPE_CHECKING:
    from cornu._core import Model as CoreModel


class LayerSaving:
    """The part of a layer that a class of one's own has a say in when models are saved."""

    _name: str
    _built: bool
    _row: tuple[int, ...]
    build: Callable[[Any], None]
    _lockable: Callable[[], CoreModel | None]

    # Whether a file says what the layer was built for, whoever has written the class.
    _tells_build_config = False

    def get_build_config(self) -> dict[str, Any] | None:
        """Return what `build_from_config` builds a layer by; None of one that is not built.

        A class of one's own may return more, plain values, which a file keeps.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2)
        >>> layer.build((None, 3))
        >>> layer.get_build_config()
        {'input_shape': (None, 3)}

        Source: https://keras.io/api/layers/base_layer/
        """
        return {"input_shape": (None, *self._row)} if self._built else None

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build the layer as the one that `get_build_config` was called of.

        Of a class of one's own that has this method, or that, it is called where a model is loaded,
        before the weights are read.

        Args:
            config: What `get_build_config` returned; without an `"input_shape"`, nothing is done.

        Raises:
            ValueError: the layer can't take such an input.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2)
        >>> layer.build_from_config({"input_shape": (None, 3)})
        >>> layer.kernel.shape
        (3, 2)

        Source: https://keras.io/api/layers/base_layer/
        """
        if not isinstance(config, Mapping):
            raise ValueError(f"`config` must be a dictionary. Received: config={shown(config)}")
        if config.get("input_shape") is not None:
            self.build(config["input_shape"])

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Write the weights, but for those of layers within, to a dictionary, under "0" and so on.

        A class of one's own may write any arrays of numbers in their place, by any names; files of
        Keras 3's layout have these then.

        Args:
            store: The dictionary.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2)
        >>> layer.build((None, 3))
        >>> store = {}
        >>> layer.save_own_variables(store)
        >>> {name: array.shape for name, array in store.items()}
        {'0': (3, 2), '1': (2,)}

        Source: https://keras.io/api/layers/base_layer/
        """
        from cornu.saving.weight_places import own_weights

        for name, weight in own_weights(self):
            store[name] = weight.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read the weights, but for those of layers within, from what `save_own_variables` wrote.

        Args:
            store: The dictionary; of a file, one that reads an array when it is asked for it.

        Raises:
            ValueError: it has more or fewer, or one doesn't fit; none is written then.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2)
        >>> layer.build((None, 1))
        >>> layer.load_own_variables({"0": [[1, 2]], "1": [3, 4]})
        >>> layer([[10]])
        array([[13., 24.]], dtype=float32)

        Source: https://keras.io/api/layers/base_layer/
        """
        from cornu.saving.weight_places import own_weights

        owner, pairs = f'layer "{self._name}"', own_weights(self)
        names = [name for name, _ in pairs]
        if len(store) != len(names) or any(name not in store for name in names):
            raise ValueError(
                f"What is read to {owner} must have {len(names)} variables, {names}. "
                f"Received: {len(store)}, {shown(list(store))}"
            )
        weights = [weight for _, weight in pairs]
        arrays = [np.asarray(store[name]) for name in names]
        places = [f"{weight.name} of {owner}" for weight in weights]
        write_weights(owner, weights, arrays, self._lockable(), places)

    @property
    def _build_config(self) -> Any:
        """What a file has for `build_from_config`; None: nothing."""
        from cornu.saving.serialization import serialize_keras_object

        if self._tells_build_config or self._is_built_by_config:
            return serialize_keras_object(self.get_build_config())
        return None

    def _build_as_told(self, config: Mapping[str, Any]) -> None:
        """Have the class build the layer by what a file has for it."""
        self._is_told = True
        try:
            self.build_from_config(config)
        finally:
            del self._is_told

    @property
    def _is_built_by_config(self) -> bool:
        """Whether the class has a say in how a saved layer is built."""
        return overridden(self, ("get_build_config", "build_from_config")) is not None
