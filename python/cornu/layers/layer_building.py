"""Building a layer: making its weights, and giving them their first values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cornu.layers.arguments import batch_counted, check_batch_shape, first_values
from cornu.layers.build_lock import build_lock
from cornu.variable import Variable

if TYPE_CHECKING:
    from cornu._core import Layer as CoreLayer
    from cornu._core import Model as CoreModel


class LayerBuilding:
    """The part of a layer that is about when it is built; `Layer` says what it is."""

    _name: str
    _dtype: str
    _core: CoreLayer
    _trainable: bool
    _first_weights: Any
    _state_names: tuple[str, ...]
    _is_own: property
    _is_building: bool
    # Whether `build_from_config` of a class of the user's is at work.
    _is_told = False
    _hands_mask_on: property
    _make_core: Callable[[], CoreLayer]
    _make_own_core: Callable[[], CoreLayer]
    _renew_class_core: Callable[[], None]
    _initializers: Callable[[], Sequence[tuple[str, Callable[..., Any] | None]]]
    _give_rules: Callable[[CoreLayer], None]
    _note_rules: Callable[[Variable], None]
    _write_weights: Callable[..., None]
    _prepare: Callable[[tuple[int, ...]], None]
    _fill_own: Callable[[tuple[int, ...], str], list[Variable]]
    _forget_own: Callable[[], None]

    def _begin_unbuilt(self) -> None:
        """Have no weights, and fit any input."""
        self._path: str | None = None
        self._weights: list[Variable] = []
        self._built = False
        # Whether a model was made of it when it had its weights already.
        self._reused = False
        # The shape of the rows that the weights were made for.
        self._row: tuple[int, ...] = ()
        # The chain of this layer alone, and the shape of the rows that it takes.
        self._alone: tuple[tuple[int, ...], CoreModel] | None = None

    @property
    def built(self) -> bool:
        """Whether the weights are there; a layer that has none is built from the beginning."""
        return self._built or not (self._is_own or self._initializers())

    @built.setter
    def built(self, value: bool) -> None:
        # Layers of one's own say so in `build`; the layer itself knows better.
        if not ((self._is_building or self._is_told) and value):
            raise AttributeError(
                f"`built` of a layer can't be set: `build` makes the weights. Received: {value}"
            )

    def _build(self, input_shape: Any) -> None:
        shape = check_batch_shape("input_shape", input_shape)
        row = shape[1:]
        if self._is_own:
            self._prepare(row)
        with build_lock(), batch_counted("input_shape", shape):
            try:
                self._core.build(row)
            except MemoryError:
                raise MemoryError(
                    f'There is not enough memory for the weights of layer "{self._name}". '
                    f"Input shape: {(None, *row)}, output shape: "
                    f"{(None, *self._core.output_shape(row))}"
                ) from None
            except ValueError as error:
                # The core names the layer where it is about shapes.
                prefix = "" if str(error).startswith("Layer ") else f'Layer "{self._name}": '
                raise ValueError(f"{prefix}{error}") from None
            if self._built:
                return
            try:
                self._fill(row)
            except BaseException:
                self._forget()
                raise

    def _fill(self, row: tuple[int, ...], parent: str | None = None) -> None:
        """Give the weights, which the core has just made, their first values.

        Args:
            row: The shape of an input's row.
            parent: The name of the model that it is built in.
        """
        path = f"{parent}/{self._name}" if parent else self._name
        self._weights = self._fill_weights(row, path)
        self._write_first_weights()
        self._path = path
        self._row = row
        self._built = True

    def _fill_weights(self, row: tuple[int, ...], path: str) -> list[Variable]:
        """Return the weights with their first values and their paths, which begin with this one."""
        if self._is_own:
            return self._fill_own(row, path)
        return self._first_weights_of(self._core, path)

    def _first_weights_of(self, core: CoreLayer, path: str) -> list[Variable]:
        """Return the weights of a layer of the core, which it has just made, likewise."""
        weights = []
        for (name, initializer), span in zip(self._initializers(), core.spans(), strict=True):
            span[...] = first_values(f"{path}/{name}", initializer, span.shape, self._dtype)
            trainable = self._trainable and name not in self._state_names
            weights.append(Variable.view_of(span, name, f"{path}/{name}", trainable))
            self._note_rules(weights[-1])
        return weights

    def _write_first_weights(self) -> None:
        if self._first_weights is not None:
            self._write_weights(self._first_weights, None)

    def _forget(self) -> None:
        """Be unbuilt again: an initializer failed, or the data it was built for were refused."""
        self._begin_unbuilt()
        self._forget_own()
        self._core = self._new_core()

    def _new_core(self) -> CoreLayer:
        core = self._make_own_core() if self._is_own else self._make_core()
        self._renew_class_core()
        core.trainable = self._trainable
        core.supports_masking = self._hands_mask_on
        self._give_rules(core)
        return core

    def _tell_core(self) -> None:
        if "_core" in self.__dict__:
            self._core.supports_masking = self._hands_mask_on
