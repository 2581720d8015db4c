"""What all models are: chains of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.custom.derivatives import is_traced
from cornu.keras_tensor import KerasTensor
from cornu.layers.arguments import check_training
from cornu.layers.forward import forward
from cornu.layers.layer import Layer
from cornu.layers.several_arrays import are_several
from cornu.layers.weights import copy_weights, count_numbers, write_weights
from cornu.models.saved import Saved
from cornu.models.training_data import check_x, take_rows
from cornu.utils.errors import shown
from cornu.utils.kept_masks import KEPT, mask_of
from cornu.utils.keywords import of_sequential
from cornu.utils.nesting import numbered
from cornu.variable import Variable


class Model(Saved):
    """A chain of layers; made of two symbolic tensors, it has the layers between them.

    `Model(inputs, outputs)` returns a `Functional`; `Sequential` is a `Model` too. What it makes of
    a call, a training or a file is the same.

    Args:
        inputs: The tensor to begin with: that of an `Input`, or one within another model.
        outputs: The tensor to end with, which layers were called to get from `inputs`.
        name: A name; None: `functional`, `functional_1`, ...
        trainable: Whether training changes the layers' weights.

    Raises:
        ValueError: `outputs` does not come from `inputs`, there are several inputs or outputs, or
            a subclass is made: models are chains of layers, and have no `call` of their own.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> inputs = cornu.Input((3,))
    >>> hidden = cornu.layers.Dense(4, activation="relu")(inputs)
    >>> model = cornu.Model(inputs, cornu.layers.Dense(2)(hidden))
    >>> model.predict(np.zeros((5, 3)), verbose=0).shape
    (5, 2)
    >>> cornu.Model(model.input, hidden).predict(np.zeros((5, 3)), verbose=0).shape
    (5, 4)

    Source: https://keras.io/api/models/model/
    """

    # Whether it is made of layers, and not by methods of its own, which the core would not call.
    _is_of_layers = False
    # Whether it is a copy that has watched arrays for weights.
    _is_watched = False

    if TYPE_CHECKING:
        # What a call of `Model` takes; `Functional` does take it, and `Sequential` says otherwise.
        def __init__(
            self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool = True
        ) -> None: ...
    else:

        def __new__(cls, *_, **__):
            if cls is Model:
                from cornu.models.functional import Functional

                return super().__new__(Functional)
            if not cls._is_of_layers:
                raise ValueError(
                    "Models with methods of their own are not supported: a model is a chain of "
                    "layers. Use Sequential([...]) or Model(inputs, outputs). "
                    f"Received: {cls.__name__}, a subclass of Model"
                )
            return super().__new__(cls)

    @classmethod
    @of_sequential
    def from_config(cls, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Make a model from what `get_config` returned, with weights of its own.

        Args:
            config: The plain values, of a `Sequential` or of a model made by calls.
            custom_objects: Classes of one's own by name.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> cornu.Sequential.from_config(model.get_config()).output_shape
        (None, 2)

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        if cls is not Model:
            return super().from_config(config, custom_objects)
        from cornu.models import functional, sequential

        if isinstance(config, Mapping) and "input_layers" in config:
            return functional.Functional.from_config(config, custom_objects)
        return sequential.Sequential.from_config(config, custom_objects)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self._name}, built={self._built}>"

    def _repr_html_(self) -> str:
        """The summary as a table, which notebooks show."""
        from cornu.utils.layer_html import model_html

        return model_html(self)

    # ---- Calling

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the model's output for an array.

        Args:
            inputs: Rows of the input's shape, of any real dtype and layout; or a symbolic tensor.
            training: Whether to do as in training: dropout drops.
            mask: Which places of the input count; None: the mask that `inputs` has from the layer
                that made it, if any.

        Returns:
            A new array; a symbolic tensor for one.

        Raises:
            TypeError: it is no array.
            ValueError: it has another shape.
        """
        # First what a program waits for that asks row by row: it takes nothing but arrays.
        if training is None and mask is None and self._is_plain and not KEPT:
            few = self._core.predict_few(inputs)
            if few is not None:
                return few
        if self._is_watched or is_traced(inputs):
            return self._compute(inputs, check_training(training), mask)
        if isinstance(inputs, KerasTensor):
            return self._call_symbolic(inputs, training, mask)
        is_training = check_training(training)
        if not self._built and self._begins_with_own and are_several(inputs):
            x = inputs
            for layer in self._parts:
                x = layer(x, training=training)
            return x
        found = self._mask_for(inputs, mask)
        x = take_rows(inputs, "inputs", self._known_row())
        row, _ = self._shapes(x)
        check_x(x, row, self._end_names, "inputs")
        with self._build_for(row):
            if found is None and not self._goes_by_layer:
                return forward(self._core, x, is_training)
        for layer in self._chain():
            layer._output_losses = ()
        for layer in self._chain():
            x = layer._apply(x, is_training, found)
            found = mask_of(x)
        return x

    @property
    def _begins_with_own(self) -> bool:
        chain = self._chain()
        return bool(chain) and chain[0]._may_add_losses

    def _compute(self, x: Any, training: bool, mask: Any) -> Any:
        """The output for what `autograd` watches, within a layer or a loss of the user's."""
        if mask is not None:
            raise ValueError(f"`mask` must be None within a layer. Received: mask={shown(mask)}")
        if not self._built or self._before_core:
            raise ValueError(
                f'Model "{self._name}" within a layer must be built by the end of `build`, or by '
                "a call in `call` outside training, and begin with no layer that prepares data."
            )
        check_x(x, self._row, self._end_names, "inputs")
        for layer in self._chain():
            x = layer(x, training=training)
        return x

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or its index.

        Args:
            name: The name.
            index: The place in `layers`.

        Raises:
            ValueError: there is none, or not just one of the two was given.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(8, name="hidden"), cornu.layers.Dense(2)])
        >>> model.get_layer("hidden").units, model.get_layer(index=-1).units
        (8, 2)

        Source: https://keras.io/api/models/model/
        """
        if (name is None) == (index is None):
            raise ValueError(
                f"One of `name` and `index` must be given. Received: name={name}, index={index}"
            )
        layers = self.layers
        if index is not None:
            if not isinstance(index, int | np.integer) or not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"`index` must be that of one of {len(layers)} layers. "
                    f"Received: index={shown(index)}"
                )
            return layers[index]
        if not isinstance(name, str):
            hint = f" Did you mean index={name}?" if isinstance(name, int | np.integer) else ""
            raise ValueError(
                f"`name` must be a string. Received: name={shown(name)} "
                f"(of type {type(name).__name__}).{hint}"
            )
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"No layer has this name. Received: name={name!r}; layers: "
            f"{[layer.name for layer in layers]}"
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print a table of the layers, their output shapes and numbers of parameters.

        Args:
            line_length: Characters a line; None: 88, or what the terminal has.
            positions: Where columns end, as shares of the line; None: Keras's.
            print_fn: Called once with the text, in place of `print`.
            expand_nested: Whether to list the layers of models within the model too.
            show_trainable: Whether to add a column that says what is trained.
            layer_range: Names of the first and the last layer to show; None: all.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)], name="small")
        >>> model.summary(line_length=50)
        Model: "small"
        ┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
        ┃ Layer (type)        ┃ Output Shape   ┃ Param # ┃
        ┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
        │ dense (Dense)       │ (None, 2)      │       8 │
        └─────────────────────┴────────────────┴─────────┘
         Total params: 8 (32.00 B)
         Trainable params: 8 (32.00 B)
         Non-trainable params: 0 (0.00 B)

        Source: https://keras.io/api/models/model/
        """
        from cornu.utils.summary import print_summary

        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    # ---- Weights

    @property
    def trainable(self) -> bool:
        """Whether training changes weights, of layers that are trainable themselves; setting it
        sets that of all layers too."""
        return self._core.trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._core.trainable = bool(value)
        for layer in self.layers:
            layer.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """The weights of all layers, in their order; a layer that stands twice gives its own once.

        Each is a view of the core's memory: writing to it changes the model.
        """
        layers = {id(layer): layer for layer in self._chain()}
        return [weight for layer in layers.values() for weight in layer.weights]

    variables = weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [weight for weight in self.weights if weight.trainable and self.trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [weight for weight in self.weights if not (weight.trainable and self.trainable)]

    non_trainable_variables = non_trainable_weights

    @property
    def losses(self) -> list[Any]:
        """The penalties of regularizers: of the layers' outputs when the model was last called on
        an array, then of the weights that are trained.
        """
        layers = list({id(layer): layer for layer in self._chain()}.values())
        found = [penalty for layer in layers for penalty in layer._output_losses]
        if self.trainable:
            found += [penalty for layer in layers for penalty in layer._weight_losses()]
        return found

    def count_params(self) -> int:
        """Return the number of numbers in the weights.

        Raises:
            ValueError: they are not there yet.

        Example:

        >>> import cornu
        >>> cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)]).count_params()
        8

        Source: https://keras.io/api/models/model/
        """
        return count_numbers("model", self)

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights, in the order of `weights`; of whole training steps where
        another thread trains the model.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2, kernel_initializer="ones")
        >>> model = cornu.Sequential([cornu.Input((1,)), layer])
        >>> model.get_weights()
        [array([[1., 1.]], dtype=float32), array([0., 0.], dtype=float32)]

        Source: https://keras.io/api/layers/base_layer/
        """
        return copy_weights(self.weights, self._lockable())

    def set_weights(self, weights: Any) -> None:
        """Write all weights, or none if one does not fit.

        Args:
            weights: A list of arrays, as `get_weights` returns it.

        Raises:
            ValueError: it has another length, or an array another shape.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(2)])
        >>> model.set_weights([[[1, 2]], [3, 4]])
        >>> model([[10]])
        array([[13., 24.]], dtype=float32)

        Source: https://keras.io/api/layers/base_layer/
        """
        places = {
            id(weight): f'{weight.name} of layer {index} "{layer.name}"'
            for index, layer in reversed(list(numbered(self._parts)))
            for weight in layer.weights
        }
        own = self.weights
        write_weights(
            f'model "{self._name}"',
            own,
            weights,
            self._lockable(),
            [places[id(weight)] for weight in own],
        )

    def _lockable(self) -> _core.Model | None:
        return self._core if self._built else None
