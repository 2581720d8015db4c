"""A model's chain of layers: put together, changed and built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakSet

from cornu import _core
from cornu.config import floatx
from cornu.keras_tensor import KerasTensor
from cornu.layers.arguments import check_name
from cornu.layers.build_lock import build_lock
from cornu.layers.data_layer import DataLayer
from cornu.layers.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.layers.layer_rules import own_caller
from cornu.layers.masks import Masks, warn_of_lost_masks
from cornu.layers.settable_activation import SettableActivation
from cornu.models.chain_building import ChainBuilding
from cornu.models.chain_shapes import Shape, check_dtypes, infer_shapes, located
from cornu.models.chain_tensors import ChainTensors
from cornu.models.intake import Intake, check_place, leading_data_layers, row_after
from cornu.models.named_row import NamedRow, named_row
from cornu.models.trainer import Trainer
from cornu.utils.core_backed import CoreBacked
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.keywords import of_sequential
from cornu.utils.memory_limit import take_weights
from cornu.utils.naming import unique_name
from cornu.utils.nesting import flattened, is_model, named_paths, nested_models

# A layer, a model with a chain of its own, or the input before all others.
Part = Any
State = tuple[list[Part], bool, Shape, Shape]


class Chain(ChainBuilding, Trainer, ChainTensors, Masks, CoreBacked):
    """A chain of layers that is built as soon as the input's shape is known.

    Args:
        layers: The layers; None: `add` brings them.
        trainable: Whether training changes the layers' weights.
        name: A name; None: `sequential`, `sequential_1`, ...
    """

    _plural, _keras_class, _is_chain = "Models", "Sequential", True
    _takes_mask = True
    # What Keras calls for each batch, and the core does by itself.
    _core_methods = (
        "call",
        "__call__",
        "train_step",
        "test_step",
        "predict_step",
        "compute_loss",
        "compute_loss_and_updates",
        "compute_mask",
        "compute_metrics",
        "stateless_call",
        "stateless_compute_loss",
        "make_train_function",
        "make_test_function",
        "make_predict_function",
        "get_metrics_result",
        "reset_metrics",
    )

    @of_sequential
    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        self._refuse_own_methods()
        super().__init__()
        self._name = unique_name(type(self).__name__) if name is None else check_name(name)
        self._core = self._new_core(check_flag("trainable", trainable))
        # Perhaps an InputLayer first; `layers` leaves it out.
        self._layers: list[Part] = []
        # Those without the input; and with the layers of models in their places.
        self._parts: list[Part] = []
        self._flat: list[Layer] = []
        # The first ones, which the core does not see, and what data go through them by.
        self._before_core: list[DataLayer] = []
        self._intake: Intake | None = None
        # The models that this one stands in.
        self._parents: WeakSet[Chain] = WeakSet()
        self._path: str | None = None
        self._built = False
        self._goes_by_layer = False
        # Whether Python computes one of them.
        self._has_own_layers = False
        # What rows are known to be, by the input.
        self._input_row: NamedRow | None = None
        # Whether it stays built, whatever becomes of the data that it was built for.
        self._settled = False
        # Whether the core can be asked at once, with nothing to be kept beside the output.
        self._is_plain = False
        # Whether what is built now is so for data that may yet be refused.
        self._on_trial = False
        self._row: Shape = ()
        self._output: Shape = ()
        if layers is not None:
            given = layers if isinstance(layers, list | tuple) else [layers]
            found: list[Part] = []
            named: dict[str, Part] = {}
            for layer in given:
                found = self._with(found, layer, named)
            self._set_chain(found)

    # ---- What it is

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def built(self) -> bool:
        """Whether the weights are there."""
        return self._built

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return list(self._parts)

    def _chain(self) -> Sequence[Any]:
        """The layers that the core computes: of a model within this one, those it is made of."""
        return self._flat

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of the input, the batch (None) first."""
        first = self._layers[0] if self._built else None
        if not isinstance(first, InputLayer):
            raise AttributeError(f'Model "{self._name}" has no input shape before it is built.')
        return first.batch_shape

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of the output, the batch (None) first."""
        if not self._built:
            raise AttributeError(f'Model "{self._name}" has no output shape before it is built.')
        return (self.input_shape[0], *self._output)

    @property
    def dtype(self) -> str:
        """The float type of weights and results."""
        chain = self._chain()
        return chain[0].dtype if chain else floatx()

    # ---- Layers

    def _with(
        self, layers: list[Part], layer: Any, named: dict[str, Part] | None = None
    ) -> list[Part]:
        """The layers and one more, and before a first one the input that it names; `named` are they
        by name, and it is added."""
        if isinstance(layer, KerasTensor) and isinstance(layer._layer, InputLayer):
            layer = layer._layer
        if not isinstance(layer, Layer | InputLayer | Chain):
            raise ValueError(
                "Only instances of cornu.layers.Layer can be added to a Sequential model. "
                f"Received: {shown(layer)} (of type {type(layer).__name__})"
            )
        if layer is self or (is_model(layer) and self in nested_models([layer])):
            raise ValueError(f"A model can't stand in itself. Received: {layer!r}")
        check_place(_without_input(layers), layer)
        named = {other.name: other for other in layers} if named is None else named
        if named.setdefault(layer.name, layer) is not layer:
            raise ValueError(
                "All layers of a model should have unique names. Received: "
                f'a second layer of the name "{layer.name}"'
            )
        if isinstance(layer, InputLayer):
            if layers:
                raise ValueError(
                    "The input has already been configured: another can only be added before all "
                    f"layers. Received: {layer!r} after {layers[-1]!r}"
                )
            return [layer]
        if not layers and is_model(layer):
            first = layer._layers[0] if layer._layers else None
            shape = first.batch_shape if isinstance(first, InputLayer) else None
        else:
            shape = None if layers else layer._input_shape_argument
        if shape is not None:
            layers = [InputLayer(batch_shape=shape)]
            named.setdefault(layers[0].name, layers[0])
        return [*layers, layer]

    def _change(self, layers: list[Part], rebuild: bool) -> None:
        """Take other layers, here and in the models that this one stands in; all or none.

        A model that can't take them is not built any more, and says why when it is used.
        """
        with build_lock():
            self._refuse_change()
            parts = _without_input(layers)
            before = self._states(parts)
            new = [layer for layer in flattened(parts) if not layer._built]
            self._set_chain(layers, rebuild)
            parents = list(self._parents)
            try:
                for parent in parents:
                    try:
                        parent._change(parent._layers, rebuild)
                    except ValueError:
                        parent._change(parent._layers, False)
            except BaseException:
                self._undo(new, before)
                for parent in parents:
                    parent._change(parent._layers, True)
                raise

    def _refuse_change(self) -> None:
        if self._core.in_training:
            raise RuntimeError(
                f'The layers of model "{self._name}" can\'t be changed while it is trained by '
                "`fit`."
            )
        for parent in self._parents:
            parent._refuse_change()

    def _set_chain(self, layers: list[Part], rebuild: bool = True) -> None:
        """Take these layers, and make what weights are missing where the input's shape is known.

        Nothing is changed if that fails.
        """
        with build_lock():
            self._refuse_change()
            input_layer = layers[0] if layers else None
            if not rebuild or len(layers) < 2 or not isinstance(input_layer, InputLayer):
                self._take(layers, False, self._row, self._output)
                return
            parts = _without_input(layers)
            data_layers = leading_data_layers(parts)
            parts = parts[len(data_layers) :]
            # A model among them without layers yet builds this one when it gets some.
            if not parts or any(not model._parts for model in nested_models(parts)):
                self._take(layers, False, self._row, self._output)
                return
            row = row_after(data_layers, input_layer.batch_shape[1:])
            if input_layer.takes_other_types and not data_layers:
                raise ValueError(
                    f'An input of dtype "{input_layer.dtype}" must stand before a layer that makes '
                    f"numbers of it, such as StringLookup. Received: {input_layer!r} before "
                    f"{parts[0]!r}"
                )
            rows: dict[int, Shape] = {}
            shapes = infer_shapes(self._name, parts, row, rows)
            chain: Any = flattened(parts)
            check_dtypes(input_layer, chain)
            before = self._states(parts)
            new = _unbuilt(chain, [row, *shapes])
            changed = True
            try:
                try:
                    self._core.set_layers([layer._core for layer in chain], row)
                except (ValueError, MemoryError) as error:
                    changed = False
                    raise located(error, self._name, chain, [row, *shapes]) from None
                # Their memory is not touched yet.
                take_weights(sum(span.nbytes for _, one, _ in new for span in one._core.spans()))
                self._fill(new, parts)
                for model, _ in before[:-1]:
                    model._adopt(rows[id(model)], self._on_trial)
                self._take(layers, True, row, shapes[-1])
                _note_reuse(chain, new)
                warn_of_lost_masks(chain)
            except BaseException:
                # An interrupt may come at any place, so all of it is taken back.
                if changed:
                    self._undo([layer for _, layer, _ in new], before)
                raise

    def _adopt(self, row: Shape, on_trial: bool) -> None:
        """Be built, as a part of another model, which has just built the layers for such rows."""
        layers, chain = self._layers, self._chain()
        if not isinstance(layers[0], InputLayer):
            layers = [InputLayer(batch_shape=(None, *row)), *layers]
        check_dtypes(layers[0], chain)
        self._core.set_layers([layer._core for layer in chain], row)
        self._on_trial = on_trial
        try:
            self._take(layers, True, row, self._core.shape(-1))
        finally:
            self._on_trial = False

    def _states(self, parts: Sequence[Part]) -> list[tuple[Chain, State]]:
        """The state of this model, after those of the models among its parts that are not built."""
        models = [model for model in nested_models(parts) if not model._built]
        return [
            (model, (model._layers, model._built, model._row, model._output))
            for model in (*models, self)
        ]

    def _take(self, layers: list[Part], built: bool, row: Shape, output: Shape) -> None:
        # Read without the lock: true only while the rest is right.
        self._settled = self._is_plain = False
        for part in (*self._layers, *layers):
            if is_model(part):
                part._parents.discard(self)
            elif isinstance(part, SettableActivation):
                part._models.discard(self)
        for part in layers:
            if is_model(part):
                part._parents.add(self)
            elif isinstance(part, SettableActivation):
                part._models.add(self)
        self._parts = _without_input(layers)
        self._before_core = leading_data_layers(self._parts)
        self._flat = flattened(self._computed)
        self._intake = None
        if self._before_core:
            first = layers[0] if isinstance(layers[0], InputLayer) else None
            known = None if first is None else first.batch_shape[1:]
            self._intake = Intake(self._before_core, known)
        self._tensors = None
        self._layers, self._built, self._row, self._output = layers, built, row, output
        if built:
            for part in self._parts:
                part._note_home(self)
        self._input_row = named_row(layers)
        self._has_own_layers = any(layer._is_own for layer in self._flat)
        # Whether a call keeps penalties of what layers give out, or masks.
        self._goes_by_layer = any(
            layer.activity_regularizer is not None or layer._may_add_losses or layer._makes_mask
            for layer in self._chain()
        )
        self._settled = built and not self._on_trial and self._intake is None
        self._is_plain = self._settled and not self._goes_by_layer

    @property
    def _computed(self) -> list[Part]:
        """The layers that the core computes, with models among them."""
        return self._parts[len(self._before_core) :]

    def _fill(self, new: Sequence[tuple[int, Layer, Shape]], parts: Sequence[Part]) -> None:
        """Give new weights their first values, in the order of the layers."""
        parents: dict[int, str] = {}
        for part, path in named_paths(parts, self._path or self._name):
            parents.setdefault(id(part), path)
            if is_model(part) and not part._built:
                part._path = f"{path}/{part.name}"
        for index, layer, row in new:
            try:
                layer._fill(row, parents[id(layer)])
            except MemoryError as error:
                raise MemoryError(f'Layer {index} "{layer.name}": {error}') from None

    def _undo(self, new: Sequence[Layer], before: Sequence[tuple[Chain, State]]) -> None:
        """Take back what was built: the weights of these layers, and what models were since."""
        for layer in new:
            layer._forget()
        for model, state in before:
            model._take(*state)
            if state[1]:
                model._core.set_layers([layer._core for layer in model._chain()], model._row)
            else:
                model._core = model._new_core(model._core.trainable)
                model._bound = None

    def _new_core(self, trainable: bool) -> _core.Model:
        core = _core.Model(self._name)
        core.trainable = trainable
        return core

    def _own_caller(self, trains: bool = False) -> Callable[..., Any] | None:
        return own_caller(self._chain(), trains)

    def _end_names(self) -> tuple[str, str]:
        parts = self._parts
        return parts[0].name, f'{len(parts) - 1} "{parts[-1].name}"'

    def _output_name(self) -> str | None:
        return self._parts[-1].name if self._parts else None


def _without_input(layers: Sequence[Part]) -> list[Part]:
    return list(layers[1:] if layers and isinstance(layers[0], InputLayer) else layers)


def _note_reuse(chain: Sequence[Layer], new: Sequence[tuple[int, Layer, Shape]]) -> None:
    """Remember of the layers that had weights already that a model counts on them."""
    just_built = {id(layer) for _, layer, _ in new}
    for layer in chain:
        if id(layer) not in just_built:
            layer._reused = True


def _unbuilt(chain: Sequence[Layer], rows: Sequence[Shape]) -> list[tuple[int, Layer, Shape]]:
    """The layers without weights, each once, with their places and the shapes of their rows."""
    found: dict[int, tuple[int, Layer, Shape]] = {}
    for index, layer in enumerate(chain):
        if not layer._built:
            found.setdefault(id(layer), (index, layer, rows[index]))
    return list(found.values())
