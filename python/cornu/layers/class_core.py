"""Layers of cornu's with methods of the user's: the core's layer behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu._core import Model as CoreModel
from cornu.layers.arguments import check_batch_shape
from cornu.layers.forward import forward
from cornu.layers.masks import mask_for_core
from cornu.layers.own_shapes import Shape, is_probing
from cornu.layers.traced_core import through
from cornu.layers.user_arrays import as_rows
from cornu.utils.overriding import overridden_by
from cornu.utils.tracing import is_traced
from cornu.variable import Variable

if TYPE_CHECKING:
    from cornu._core import Layer as CoreLayer

# The methods that such a class may have in the place of cornu's.
_REPLACEABLE = ("call", "build", "compute_output_shape", "compute_output_spec", "compute_mask")


class ClassCore:
    """The part of a layer that is about what its class computes.

    Where a class derived from one of cornu's layers has its own `call`, Python computes it, and
    `super().call` goes to a layer of the core that has the same weights.
    """

    _name: str
    _dtype: str
    _core: CoreLayer
    _is_foreign: property
    _is_watched: bool
    _trainable: bool
    _is_building: bool
    _own_spans: list[Variable]
    _weights: list[Variable]
    _make_core: Callable[[], CoreLayer]
    _chain: Callable[[Shape], CoreModel]
    _give_weight_rules: Callable[[int, Variable], None]
    _first_weights_of: Callable[..., list[Variable]]
    _initializers: Callable[[], Sequence[tuple[str, Any]]]

    # Whether a class of the user's has methods in the place of one of cornu's, and may.
    _replaces = False
    _is_replaceable = True
    # The core's layer behind them; None: the class has no such methods, or none of the core's.
    _class_core: CoreLayer | None = None

    @classmethod
    def _note_replaced(cls) -> None:
        cls._replaces = cls._is_replaceable and overridden_by(cls, _REPLACEABLE) is not None

    def _init_class_core(self) -> None:
        self._class_chain: tuple[Shape, CoreModel] | None = None
        # Its weights, and those that a `build` of the user's has put in their places.
        self._class_weights: list[Variable] = []
        self._placed_weights: dict[str, Variable] = {}

    def _renew_class_core(self) -> None:
        """Make the core's layer, without weights, if there is to be one."""
        self._init_class_core()
        if self._replaces and not self._is_foreign:
            self._class_core = self._make_core()
            self._class_core.trainable = self._trainable

    def _build_class(self, input_shape: Any) -> None:
        """Make the weights that the class has, as those of what Python computes; once."""
        core = self._class_core
        if core is None or core.built:
            return
        core.build(check_batch_shape("input_shape", input_shape)[1:])
        for weight in self._first_weights_of(core, self._name):
            self._class_weights.append(weight)
            self._core.share_weight(weight)
            self._own_spans.append(weight)
            self._give_weight_rules(len(self._own_spans) - 1, weight)

    def _weights_of_class(self) -> list[Variable]:
        return self._weights if self._class_core is None else self._class_weights

    def _placed_or_known(self, name: str) -> Variable | None:
        """The weight of that name that the class has; None: it is not there."""
        if name in self._placed_weights:
            return self._placed_weights[name]
        names = [known for known, _ in self._initializers()]
        weights = self._weights_of_class()
        # By place: what stands for a weight while derivatives are taken has no name.
        return weights[names.index(name)] if name in names and len(weights) > 0 else None

    def _keep_weight(self, name: str, value: Any) -> None:
        if self._is_building and isinstance(value, Variable):
            self._placed_weights[name] = value
        # `layer.kernel *= 2` writes in place, then hands the same object back.
        elif value is not self._placed_or_known(name):
            raise AttributeError(
                f"`{name}` is a view of the core's memory and can't be replaced: write to it with "
                f"`layer.{name}[...] = value` or `layer.{name}.assign(value)`."
            )

    def _formula(self, x: Any, training: bool, mask: Any = None) -> Any:
        """What cornu's class computes, of an array or of what `autograd` watches."""
        if self._is_foreign:
            raise NotImplementedError(
                f"{type(self).__name__} must have a method `call(self, inputs)`."
            )
        row = np.shape(x)[1:]
        acts = training and not is_probing()
        counted = None if mask is None else mask_for_core(np.asarray(mask), np.shape(x))
        weights = self._weights_of_class()
        if self._is_watched or is_traced(x):
            return through(self._chain_of_class(row), x, weights, acts, counted)
        return forward(self._chain_of_class(row), as_rows(x, "inputs"), acts, mask=counted)

    def _chain_of_class(self, row: Shape) -> CoreModel:
        core = self._class_core
        if core is None:
            return self._chain(row)
        if self._initializers() and not core.built:
            raise ValueError(
                f'Layer "{self._name}" has no weights for `super().call`: its own `build` must '
                "call `super().build(input_shape)`."
            )
        if self._class_chain is None or self._class_chain[0] != row:
            model = CoreModel(self._name)
            model.set_layers([core], row)
            self._class_chain = row, model
        return self._class_chain[1]
