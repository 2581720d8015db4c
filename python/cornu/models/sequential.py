"""A model to which layers are added one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.layers.layer import Layer
from cornu.models.model import Model
from cornu.utils.keywords import of_sequential


class Sequential(Model):
    """A chain of layers, each of which takes what the one before it gives.

    With an `Input` as first layer, or a first layer with `input_shape`, the weights are made as
    layers are added; else when the model first sees data, or by `build`.

    Args:
        layers: The layers; None: `add` brings them.
        trainable: Whether training changes the layers' weights.
        name: A name; None: `sequential`, `sequential_1`, ...

    Attributes:
        name: The name.
        built: Whether the weights are there.

    Raises:
        ValueError: something is no layer, two layers have one name, or a layer can't take what the
            one before it gives.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2, activation="softmax")])
    >>> model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    >>> history = model.fit(np.eye(3), np.array([0, 1, 0]), epochs=2, verbose=0)
    >>> sorted(history.history)
    ['accuracy', 'loss']
    >>> model.predict(np.eye(3), verbose=0).shape
    (3, 2)

    Source: https://keras.io/api/models/sequential/
    """

    _is_of_layers = True

    if TYPE_CHECKING:
        # That of `Chain`, which `Model` hides from a type checker.
        def __init__(
            self, layers: Any = None, trainable: bool = True, name: str | None = None
        ) -> None: ...

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return super().layers

    @layers.setter
    def layers(self, layers: Any) -> None:
        raise AttributeError("`layers` can't be set. Use `add()` and `pop()` to change the layers.")

    @of_sequential
    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Add a layer at the end.

        Args:
            layer: A layer, a model that stands as a layer, or an `Input` before all others.
            rebuild: Whether to make its weights at once, where the input's shape is known.

        Raises:
            ValueError: it is no layer, its name is taken, or it can't take the output of the layer
                before it; the model is left as it was.
            RuntimeError: the model is being trained.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential()
        >>> model.add(cornu.Input((3,)))
        >>> model.add(cornu.layers.Dense(2))
        >>> model.output_shape
        (None, 2)

        Source: https://keras.io/api/models/sequential/
        """
        self._change(self._with(self._layers, layer), rebuild)

    @of_sequential
    def pop(self, rebuild: bool = True) -> Layer:
        """Remove the last layer and return it.

        Args:
            rebuild: Whether to make the model fit for use at once.

        Raises:
            IndexError: there is none.
            RuntimeError: the model is being trained.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> model.add(cornu.layers.Dense(5))
        >>> model.pop().units
        5
        >>> model.output_shape
        (None, 2)

        Source: https://keras.io/api/models/sequential/
        """
        if not self._layers:
            raise IndexError(f'Model "{self._name}" has no layer that could be removed.')
        last: Any = self._layers[-1]
        self._change(self._layers[:-1], rebuild)
        return last
