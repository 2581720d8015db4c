"""What all layers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from cornu import _core
from cornu.config import layer_dtype
from cornu.custom.derivatives import is_traced
from cornu.keras_tensor import KerasTensor
from cornu.layers.added_losses import AddedLosses, collect, collecting, hand_on
from cornu.layers.arguments import (
    batch_counted,
    check_batch_shape,
    check_name,
    check_training,
    refuse_unsupported,
)
from cornu.layers.forward import forward
from cornu.layers.input_shape import INPUT_SHAPE_ARGUMENTS, take_input_shape
from cornu.layers.layer_building import LayerBuilding
from cornu.layers.layer_rules import RULES, LayerRules
from cornu.layers.layer_saving import LayerSaving
from cornu.layers.layer_specification import LayerSpecification
from cornu.layers.layer_weights import LayerWeights
from cornu.layers.masks import Masks, mask_for_core
from cornu.layers.own_computation import OwnComputation
from cornu.layers.own_shapes import is_probing
from cornu.layers.recorded_arguments import configuration, recorded_arguments
from cornu.layers.several_arrays import are_several, call_on_several
from cornu.layers.symbolic import Symbolic
from cornu.layers.user_arrays import as_rows
from cornu.utils.core_backed import CoreBacked
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.keywords import unrecognized
from cornu.utils.naming import unique_name
from cornu.utils.overriding import overridden_by, refuse_overridden

# What is asked of a layer before all else, and `Layer.__init__` sets.
_FIRST = ("_name", "_core", "_built", "_input_shape_argument", "_dtype", "_is_asked")


class Layer(
    OwnComputation,
    LayerBuilding,
    LayerWeights,
    LayerSaving,
    LayerRules,
    AddedLosses,
    LayerSpecification,
    Masks,
    Symbolic,
    CoreBacked,
):
    """The base of the layers: a named step from an array to an array, with weights or without.

    Calling a layer on an array applies it; a layer without weights yet makes them for the array's
    shape first.

    A layer of one's own is a class derived from this one. It has `call(self, x)` or `call(self, x,
    training=None)`, written with NumPy's functions or `cornu.ops`; `build(self, input_shape)`,
    where it makes its weights with `add_weight`, if it has any; other layers among its attributes;
    and `compute_output_shape`, or else `call` is tried with zeros. A class derived from a layer of
    cornu's may have such methods too, and `super().call` and `super().build` in them. Training
    takes the extra `cornu[custom]`, for the derivatives.

    Args:
        activity_regularizer: A penalty for what the layer gives out, divided by the rows of the
            batch: a regularizer or its name; None: none.
        trainable: Whether training changes the weights; settable at any time.
        dtype: `"float32"`, `"float64"` or None for `floatx()`: the type of weights and results.
        autocast: True; arrays of every real dtype are taken.
        name: A name; None: the class's in snake case, with a number from the second on.
        **kwargs: `input_shape`, the shape of a row, `input_dim`, its one size, or
            `batch_input_shape`, with the batch before it: they give a model whose first layer
            this is its input. `weights`: arrays to begin with, in place of the initializers'.

    Raises:
        ValueError: an argument is not one of these.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Dense(2, name="first")
    >>> isinstance(layer, cornu.Layer), layer.built
    (True, False)
    >>> layer(np.ones((4, 3))).shape
    (4, 2)
    >>> [weight.path for weight in layer.weights]
    ['first/kernel', 'first/bias']
    >>> class Doubled(cornu.layers.Layer):
    ...     def call(self, x):
    ...         return 2 * x
    >>> Doubled()(np.array([[1.0, 2.0]]))
    array([[2., 4.]], dtype=float32)

    Source: https://keras.io/api/layers/base_layer/
    """

    _plural, _keras_class = "Layers", "Layer"
    _more_keywords: tuple[str, ...] = (*INPUT_SHAPE_ARGUMENTS, "weights")
    _core_methods = (
        "call",
        "build",
        "__call__",
        "compute_output_shape",
        "compute_output_spec",
        "compute_mask",
        "add_weight",
    )
    # Of a layer of one's own the core calls the others.
    _never_called = ("__call__",)
    # Set once, by the constructor: the core would not see them change.
    _options: tuple[str, ...] = ()
    # Weights that the layer moves itself: no gradient does.
    _state_names: tuple[str, ...] = ()
    # The arguments of a layer of one's own that doesn't tell them, or why they are not known.
    _recorded: dict[str, Any] | str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Note what methods a class of the user's has; cornu's have a core of their own."""
        super().__init_subclass__(**kwargs)
        cls._note_replaced()
        if cls._replaces or cls._make_core is Layer._make_core:
            cls._note_methods()
            cls._makes_mask = overridden_by(cls, ("compute_mask",)) is not None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Note the arguments of a class of the user's that doesn't tell them."""
        layer = super().__new__(cls)
        if cls._is_recorded():
            layer.__dict__["_recorded"] = recorded_arguments(cls, args, kwargs)
        return layer

    @classmethod
    def _is_recorded(cls) -> bool:
        own = cls._make_core is Layer._make_core and cls._own_config is Layer._own_config
        return own and cls.get_config is Layer.get_config

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        kind = type(self).__name__
        self._take_rules(activity_regularizer=activity_regularizer)
        refuse_unsupported({"autocast": autocast}, default=True)
        self._input_shape_argument = take_input_shape(kwargs)
        first_weights = kwargs.pop("weights", None)
        if kwargs:
            raise unrecognized(type(self), kwargs)
        self._refuse_own_methods()
        self._trainable = check_flag("trainable", trainable)
        self._dtype = layer_dtype(dtype)
        self._name = unique_name(kind) if name is None else check_name(name)
        # Of Keras 2's argument `weights`, until they are written.
        self._first_weights = first_weights
        self._begin_unbuilt()
        self._init_own()
        self._core = self._new_core()

    def _refuse_own_methods(self) -> None:
        if self._is_own:
            refuse_overridden(self, self._never_called, self._plural)
        else:
            super()._refuse_own_methods()

    def __getattr__(self, name: str) -> Any:
        kind = type(self).__name__
        if name in _FIRST and "_name" not in self.__dict__:
            raise RuntimeError(
                f"In layer {kind}, you forgot to call `super().__init__()` first in `__init__()`."
            )
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        is_rule = name.endswith(RULES) and type(self)._make_core is not Layer._make_core
        is_fixed = name in self._options or is_rule
        if is_fixed and "_core" in self.__dict__:
            raise AttributeError(
                f"`{name}` of a layer can't be changed: make another layer with it. "
                f"Received: {self._name}.{name} = {shown(value)}"
            )
        super().__setattr__(name, value)

    # ---- What subclasses say

    def _make_core(self) -> _core.Layer:
        """Make the core's layer."""
        return _core.foreign(self._name, self._dtype, self._part, self._makes_mask)

    def _make_own_core(self) -> _core.Layer:
        """Make the one for what Python computes."""
        return Layer._make_core(self)

    def _initializers(self) -> Sequence[tuple[str, Callable[..., Any] | None]]:
        """The weights' names with their initializers, in the order of the core's spans."""
        return ()

    @property
    def _is_foreign(self) -> bool:
        """Whether the core has no layer for what the class computes."""
        return type(self)._make_core is Layer._make_core

    @property
    def _is_own(self) -> bool:
        """Whether Python computes it."""
        return self._is_foreign or self._replaces

    def _own_config(self) -> dict[str, Any]:
        """The arguments that are the class's own, by name."""
        return {name: getattr(self, name) for name in self._options}

    # ---- What it is

    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes a layer like this one of, without weights.

        Example:

        >>> import cornu
        >>> config = cornu.layers.Dense(2, activation="relu", name="first").get_config()
        >>> config["name"], config["units"], config["activation"]
        ('first', 2, 'relu')

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        from cornu.activations import serialize as serialize_activation
        from cornu.saving.serialization import serialize_keras_object

        config = {"name": self._name, "trainable": self._trainable}
        config["dtype"] = serialize_keras_object(self.dtype_policy)
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize_keras_object(self.activity_regularizer)
        if self._is_recorded():
            return configuration(self, self._recorded, config)
        own = self._own_config()
        # An activation is written as its name; anything else as everywhere.
        return config | {name: serialize_activation(value) for name, value in own.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """Make a layer from what `get_config` returned, with weights of its own.

        Args:
            config: The plain values.

        Example:

        >>> import cornu
        >>> config = cornu.layers.Dense(2, name="first").get_config()
        >>> cornu.layers.Dense.from_config(config)
        <Dense name=first, built=False>

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        from cornu.saving.serialization import make_arguments

        return cls(**make_arguments(config))

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def path(self) -> str | None:
        """The name with that of the model it was built in before it; None before."""
        return self._path

    @property
    def dtype(self) -> str:
        """The float type of weights and results."""
        return self._dtype

    compute_dtype = variable_dtype = input_dtype = dtype

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self._name}, built={self.built}>"

    def _repr_html_(self) -> str:
        """Shapes, weights and configuration as a table, which notebooks show."""
        from cornu.utils.layer_html import layer_html

        return layer_html(self)

    # ---- Building

    def build(self, input_shape: Any) -> None:
        """Make the weights for an input, or check that those that are there fit it.

        Args:
            input_shape: Its shape, the batch (None) first.

        Raises:
            ValueError: the layer can't take such an input.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Dense(2)
        >>> layer.build((None, 3))
        >>> layer.kernel.shape
        (3, 2)

        Source: https://keras.io/api/layers/base_layer/
        """
        if self._is_building:
            self._build_class(input_shape)
        else:
            self._build(input_shape)

    # ---- Calling

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the result for an input's.

        Args:
            input_shape: The shape of the input, the batch (None) first.

        Returns:
            The shape of the output, the batch first.

        Raises:
            ValueError: the layer can't take such an input.

        Example:

        >>> import cornu
        >>> cornu.layers.Flatten().compute_output_shape((None, 8, 8))
        (None, 64)

        Source: https://keras.io/api/layers/base_layer/
        """
        shape = check_batch_shape("input_shape", input_shape)
        with batch_counted("input_shape", shape):
            row = shape[1:]
            found = self._find_output_row(row) if self._is_asked else self._core.output_shape(row)
            return (shape[0], *found)

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layer to an array.

        Args:
            inputs: Rows that the layer can take, of any real dtype and layout, or a symbolic
                tensor.
            training: Whether to do as in training: dropout drops.
            mask: Which places of the input count, for layers that this makes a difference to; None:
                the mask that `inputs` has from the layer that made it, if any.

        Returns:
            A new array of the layer's float type; a symbolic tensor for one.

        Raises:
            TypeError: it is no array, or the layer takes no mask.
            ValueError: the layer can't take it.
        """
        if isinstance(inputs, KerasTensor):
            return self._call_symbolic(inputs, training, mask)
        is_training = check_training(training) and not is_probing()
        if self._is_watched or is_traced(inputs):
            counted = None if mask is None else self._mask_for(inputs, mask)
            self._check_input(np.shape(inputs))
            if not self.built:
                raise ValueError(
                    f'Layer "{self._name}" within another layer must be built by the end of '
                    "`build`, or by a call in `call` outside training."
                )
            output = self._compute(inputs, is_training, counted)
            collect(self._output_penalty(output))
            return output
        if not self._built and self._may_add_losses and are_several(inputs):
            return call_on_several(self, inputs, is_training)
        found = self._mask_for(inputs, mask)
        x = as_rows(inputs, "inputs")
        self._check_input(x.shape)
        if not self._built:
            self.build((None, *x.shape[1:]))
        if self._output_losses:
            self._output_losses = ()
        return self._apply(x, is_training, found)

    def _apply(
        self, x: np.ndarray, is_training: bool, mask: np.ndarray | None = None
    ) -> np.ndarray:
        counted = mask_for_core(mask, x.shape) if mask is not None and self._takes_mask else None
        # Only what Python computes can add to the loss.
        losses: AbstractContextManager[list[Any]]
        losses = collecting() if self._is_own else nullcontext([])
        with losses as added:
            output = forward(self._chain(x.shape[1:]), x, is_training, mask=counted)
        noted = hand_on([*added, *self._output_penalty(output)])
        if noted:
            self._output_losses = [*self._output_losses, *noted]
        if mask is not None or self._makes_mask:
            self._hand_mask_on(x, mask, output)
        return output

    def _chain(self, row: tuple[int, ...]) -> _core.Model:
        """The chain of this layer alone, for rows of a shape; the last one is kept."""
        alone = self._alone
        if alone is None or alone[0] != row:
            model = _core.Model(self._name)
            model.set_layers([self._core], row)
            alone = self._alone = (row, model)
        return alone[1]

    def _lockable(self) -> _core.Model | None:
        return self._chain(self._row) if self._weights else None

    def __reduce__(self) -> tuple[Any, ...]:
        from cornu.saving.pickled_state import reduce_layer

        return reduce_layer(self)

    def __setstate__(self, state: Any) -> None:
        from cornu.saving.pickled_state import set_layer_state

        set_layer_state(self, state)
