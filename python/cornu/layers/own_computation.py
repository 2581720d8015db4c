"""Layers that Python computes: their weights, and what they return."""

from __future__ import annotations

import functools
import inspect
import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import initializers
from cornu.custom.raised import user_code
from cornu.layers.arguments import check_row_shape, check_training, first_values, refuse_unsupported
from cornu.layers.build_lock import build_lock
from cornu.layers.class_core import ClassCore
from cornu.layers.layer_rules import found_rule
from cornu.layers.own_part import OwnPart
from cornu.layers.own_shapes import OwnShapes, Shape
from cornu.layers.traced_layer import layers_in, models_in
from cornu.utils.arrays import any_type
from cornu.utils.flag import check_flag
from cornu.utils.memory_limit import take_weights
from cornu.utils.name_first import name_first
from cornu.utils.naming import unique_name
from cornu.utils.nesting import is_model, named_paths
from cornu.utils.overriding import overridden
from cornu.utils.user_frame import user_level
from cornu.variable import Variable

if TYPE_CHECKING:
    from cornu._core import Layer as CoreLayer


class OwnComputation(ClassCore, OwnShapes):
    """The part of a layer that Python computes; of others it does nothing.

    A class of the user's has `call`, and perhaps `build`, where `add_weight` makes its weights.
    """

    _name: str
    _dtype: str
    _core: CoreLayer
    _built: bool
    _trainable: bool
    _weights: list[Variable]
    _state_names: tuple[str, ...]
    _new_core: Callable[[], CoreLayer]
    _give_weight_rules: Callable[[int, Variable], None]
    _check_input: Callable[[Any], None]
    _build: Callable[[Any], None]
    built: Any
    # Whether Python computes it.
    _is_own: property

    @classmethod
    def _note_methods(cls) -> None:
        """Note what methods a class of the user's has; its `build` is called while a layer is
        built, and builds the layer else."""
        cls._note_shapes()
        own = cls.__dict__.get("build")
        if own is None:
            return
        cls._has_build = True

        @functools.wraps(own)
        def build(self: Any, input_shape: Any) -> Any:
            return own(self, input_shape) if self._is_building else self._build(input_shape)

        cls.build = build  # type: ignore[attr-defined]

    # Whether a class of the user's has a method in the place of Layer's.
    _has_build = False

    # Whether it is a copy that has watched arrays for weights.
    _is_watched = False

    def _init_own(self) -> None:
        """Begin without weights."""
        self._is_building = False
        self._is_asked = False
        # The row that weights were made for before the layer is built, None before.
        self._prepared: Shape | None = None
        # The weights in the core's order; those of them that `__init__` made.
        self._own_spans: list[Variable] = []
        self._early_spans: list[Variable] = []
        # Those that no gradient moves.
        self._fixed: set[int] = set()
        self._own_rows: dict[Shape, Shape] = {}
        # The models within that were not built yet, with what they were then.
        self._inner_states: list[tuple[Any, Any]] = []
        self._part = OwnPart(self)
        self._init_class_core()

    @property
    def _activation_in_core(self) -> Any:
        """What the core is told of the activation that the layer is; None: it is none."""
        return None

    # ---- Weights

    @name_first("shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a weight, in `__init__` or `build` of a layer of one's own.

        Args:
            shape: Its shape; None: a scalar. A string in its place is the name, as in Keras 2, with
                whose order of arguments it goes on.
            initializer: An initializer, its name, or a function of `(shape, dtype)`; None: Glorot's
                uniform numbers, or zeros for whole numbers.
            dtype: Its type; None: the layer's, which weights that are trained must have.
            trainable: Whether training changes it. One that is not is the layer's to change, by
                `assign` in `call`.
            autocast: True.
            regularizer: A penalty for it, of `cornu.regularizers`, where it is trained; None: none.
            constraint: What it is put under after each step of training, of `cornu.constraints`;
                None: nothing.
            aggregation: Of no use here; Keras's, for several devices.
            overwrite_with_gradient: False.
            name: A name; None: `variable`, `variable_1`, ...

        Returns:
            A `Variable` over the core's memory.

        Raises:
            ValueError: an argument is none of these, or the layer is built already.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> class Scale(cornu.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
        ...     def call(self, x):
        ...         return x * self.factor
        >>> layer = Scale()
        >>> layer(np.array([[2.0, 3.0]]))
        array([[2., 3.]], dtype=float32)
        >>> [weight.path for weight in layer.trainable_weights]
        ['scale/factor']

        Source: https://keras.io/api/layers/base_layer/
        """
        rules = found_rule("regularizer", regularizer), found_rule("constraint", constraint)
        refuse_unsupported({"autocast": autocast}, default=True)
        refuse_unsupported({"overwrite_with_gradient": overwrite_with_gradient}, default=False)
        if (
            not self._is_own
            or self._built
            or (self._prepared is not None and not self._is_building)
        ):
            raise ValueError(
                "`add_weight` makes weights in `__init__` and `build` of a layer of one's own. "
                f"Received: a call of it for {self!r}"
            )
        sizes = () if shape is None else (shape,) if isinstance(shape, int) else shape
        sizes = check_row_shape("shape", sizes)
        kind = any_type(self._dtype if dtype is None else dtype)
        if initializer is None and kind.kind != "f":
            initializer = "zeros"
        trained = check_flag("trainable", trainable)
        label = unique_name("variable") if name is None else name
        make = initializers.get(initializer)
        take_weights(math.prod(sizes) * kind.itemsize)
        value = first_values(f"{self._name}/{label}", make, sizes, kind.name)
        span = self._core.add_weight(sizes, kind.name, trained)
        span[...] = value
        weight = Variable.view_of(span, label, f"{self._name}/{label}", trained and self._trainable)
        if not trained:
            self._fixed.add(id(weight))
        weight._regularizer, weight._constraint = rules
        self._own_spans.append(weight)
        self._give_weight_rules(len(self._own_spans) - 1, weight)
        if not self._is_building:
            self._early_spans.append(weight)
        return weight

    def _is_state(self, weight: Variable) -> bool:
        return id(weight) in self._fixed or weight.name in self._state_names

    def _sublayers(self) -> list[Any]:
        """Layers among the attributes, each once, in their order."""
        return layers_in(self._attributes()) if self._is_own else []

    def _attributes(self) -> dict[str, Any]:
        """The attributes, without what is noted of the models among them: these would come
        before the others."""
        return {name: value for name, value in vars(self).items() if name != "_inner_states"}

    def _prepare(self, row: Shape) -> None:
        """Make the weights for rows of a shape, unless they are there."""
        if self._built or self._prepared == row:
            return
        self._check_input((None, *row))
        self._check_call()
        with build_lock(), user_code():
            if self._prepared is not None:
                self._forget_own()
            new = [layer for layer in self._sublayers() if not layer._built]
            self._inner_states = [
                state
                for model in models_in(self._attributes())
                if not model._built
                for state in model._states(model._parts)
            ]
            self._core = self._new_core()
            self._own_spans = list(self._early_spans)
            for index, weight in enumerate(self._early_spans):
                self._core.share_weight(weight)
                self._give_weight_rules(index, weight)
            self._is_building = True
            try:
                self._own_build(row)
            finally:
                self._is_building = False
            self._prepared = row
            self._own_rows = {}
            try:
                self._own_rows[row] = self._find_output_row(row)
                for layer in self._sublayers():
                    self._share(layer)
                self._share_states()
            except BaseException:
                self._prepared = None
                for layer in new:
                    layer._forget()
                self._undo_models()
                raise

    def _share(self, layer: Any) -> None:
        # One that is not built by now was not called: nothing depends on it.
        for weight in layer.weights:
            if not any(weight is own for own in self._own_spans):
                self._core.share_weight(weight)
                self._own_spans.append(weight)
                self._give_weight_rules(len(self._own_spans) - 1, weight)

    def _share_states(self) -> None:
        """Have what the layers within draw from put back with the weights, after a step that is
        left."""
        for layer in self._sublayers():
            self._core.share_state(layer._core)
        if self._class_core is not None:
            self._core.share_state(self._class_core)

    def _fill_own(self, row: Shape, path: str) -> list[Variable]:
        """Give the weights, which are there, their paths, and return them in their order."""
        self._prepare(row)
        shared = {id(weight): weight for layer in self._sublayers() for weight in layer.weights}
        own = [weight for weight in self._own_spans if id(weight) not in shared]
        own.sort(key=lambda weight: id(weight) in self._fixed)
        self._weights = [*own, *shared.values()]
        _rename(self, path)
        self._warn_of_variables()
        return self._weights

    def _warn_of_variables(self) -> None:
        """Say which variables that the user has made are no weights, as they are in Keras."""
        for name, value in self._attributes().items():
            # A weight's path has its layer in it.
            if isinstance(value, Variable) and value.path == value.name:
                warnings.warn(
                    f'`{name}` of layer "{self._name}" is a Variable, but no weight: it is neither '
                    "trained nor saved. Make it by `add_weight`.",
                    stacklevel=user_level(),
                )

    def _forget_own(self) -> None:
        """Have no weights but those of `__init__`."""
        new = [model for model, _ in self._inner_states]
        found = models_in(self._attributes())
        built = [model for model in found if model._built and model not in new]
        kept = {id(layer) for model in built for layer in model._chain()}
        for layer in self._sublayers():
            if id(layer) not in kept:
                layer._forget()
        self._undo_models()
        self._prepared = None
        self._own_spans = list(self._early_spans)
        self._own_rows = {}

    def _undo_models(self) -> None:
        """Let models within be what they were before the layer's weights were made."""
        for model, state in self._inner_states:
            model._undo([], [(model, state)])

    # ---- What subclasses say

    if TYPE_CHECKING:
        # A class of one's own has the arguments that it wants.
        def call(self, *args: Any, **kwargs: Any) -> Any: ...
    else:

        def call(self, inputs, training=None, mask=None):
            """Return the output for an input. For classes of one's own to write.

            `super().call` of a class that is derived from one of cornu's layers is what that
            computes.

            Args:
                inputs: A read-only array of rows, or what `autograd` watches in its place.
                training: Whether to do as in training; `call` need not have this argument.
                mask: Which places of the input count; likewise.

            Example:

            >>> import cornu
            >>> class Halved(cornu.layers.Layer):
            ...     def call(self, inputs):
            ...         return inputs / 2
            >>> Halved()([[4.0]])
            array([[2.]], dtype=float32)

            Source: https://keras.io/api/layers/base_layer/
            """
            if not self._is_own and not self.built:
                self._build(np.shape(inputs))
            return self._formula(inputs, check_training(training), mask)

    def _own_build(self, row: Shape) -> None:
        """Make the weights; of a class of the user's, as it does."""
        if self._has_build:
            self.build((None, *row))  # type: ignore[attr-defined]
        # Of a class that has weights its `build` says whether it is to have them.
        if not (self._has_build and self._initializers()):
            self._build_class((None, *row))

    def _compute(self, x: Any, training: bool, mask: Any = None) -> Any:
        """Return the output in Python, of an array or of what `autograd` watches; `call` is given
        the mask where it has such an argument."""
        call: Callable[..., Any] = self.call
        options: dict[str, Any] = {"training": training} if self._takes_training else {}
        if mask is not None and self._call_takes_mask:
            options["mask"] = mask
        return call(x, **options)

    @functools.cached_property
    def _takes_training(self) -> bool:
        parameters = inspect.signature(self.call).parameters.values()
        return any(
            parameter.name == "training" or parameter.kind is parameter.VAR_KEYWORD
            for parameter in parameters
        )

    @functools.cached_property
    def _call_takes_mask(self) -> bool:
        return "mask" in inspect.signature(self.call).parameters

    @property
    def _takes_mask(self) -> bool:
        return self._is_own and self._has_call and self._call_takes_mask

    @property
    def _may_add_losses(self) -> bool:
        return self._is_own and self._has_call

    @property
    def _has_call(self) -> bool:
        """Whether `call` is the user's."""
        return overridden(self, ("call",)) is not None

    def _check_call(self) -> None:
        """Raise a ValueError unless `call` can be called with one array, and perhaps `training`."""
        places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = inspect.signature(self.call).parameters.values()
        if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
            return
        positional = [parameter for parameter in parameters if parameter.kind in places]
        needed = [p.name for p in positional if p.default is p.empty and p.name != "training"]
        if not positional:
            raise ValueError(
                f"`call` of {self!r} must have a single positional argument, the input. "
                "Received: no positional arguments"
            )
        if len(needed) > 1:
            raise ValueError(
                f"`call` of {self!r} can only have a single required positional argument, the "
                f"input, and `training`. Received: {needed}"
            )


def _rename(layer: Any, path: str) -> None:
    """Give a layer, its weights and what is within it their paths."""
    layer._path = path
    inner = layer._sublayers()
    shared = {id(weight) for part in inner for weight in part.weights}
    for weight in layer.weights:
        if id(weight) not in shared:
            weight.path = f"{path}/{weight.name}"
    for part in inner:
        _rename(part, f"{path}/{part.name}")
    for model in models_in(vars(layer)):
        for part, parent in named_paths(model._parts, f"{path}/{model.name}"):
            if not is_model(part):
                _rename(part, f"{parent}/{part.name}")
