"""A layer's regularizers and constraints: what training makes of its weights beside the loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu import _core
from cornu.custom.derivatives import value_of
from cornu.utils.tracing import as_one_array
from cornu.variable import Variable

# What the names of these arguments end in.
RULES = ("_regularizer", "_constraint")


class LayerRules:
    """The part of a layer that is about its regularizers and constraints."""

    _name: str
    _weights: list[Variable]
    activity_regularizer: Any
    # Of what the last call on an array returned, or the calls within a model's.
    _output_losses: Sequence[Any] = ()
    _initializers: Callable[[], Sequence[tuple[str, Callable[..., Any] | None]]]
    trainable_weights: property
    _is_own: property

    def _take_rules(self, **given: Any) -> None:
        """Keep regularizers and constraints under their arguments' names.

        Raises:
            ValueError: one of them stands for nothing.
        """
        for name, identifier in given.items():
            setattr(self, name, found_rule(name, identifier))

    def _give_rules(self, core: _core.Layer) -> None:
        """Tell the core's layer, before it is built, of regularizers and constraints."""
        # Those that Python computes, by the weight's index and whether it is a constraint.
        self._own_rules: dict[tuple[int | None, bool], Callable[..., Any]] = {}
        if self.activity_regularizer is not None:
            self._give_rule(core, None, False, self.activity_regularizer)
        # What Python computes gives the rules of its weights as it makes them.
        for index, (name, _) in enumerate(() if self._is_own else self._initializers()):
            for ending in RULES:
                rule = self._rule_named(name + ending)
                if rule is not None:
                    self._give_rule(core, index, ending == "_constraint", rule)

    def _give_weight_rules(self: Any, index: int, weight: Variable) -> None:
        """Tell the core's layer of a weight's own regularizer and constraint."""
        if weight.regularizer is not None:
            self._give_rule(self._core, index, False, weight.regularizer)
        if weight.constraint is not None:
            self._give_rule(self._core, index, True, weight.constraint)

    def _rule_weight(self: Any, index: int) -> str:
        """The name of a weight by the core's index."""
        return self._own_spans[index].name if self._is_own else self._initializers()[index][0]

    def _give_rule(
        self, core: _core.Layer, index: int | None, constrains: bool, rule: Callable[..., Any]
    ) -> None:
        arguments = _core_arguments(rule, constrains)
        if arguments is None:
            self._own_rules[index, constrains] = rule
            arguments = ("own",)
        if constrains:
            assert index is not None
            core.set_constraint(index, *arguments)
        else:
            core.set_regularizer(index, *arguments)

    @property
    def losses(self) -> list[Any]:
        """The penalties: of the output of the last call on an array, then of trainable weights."""
        return [*self._output_losses, *self._weight_losses()]

    def _weight_losses(self) -> list[Any]:
        rules = [(weight.regularizer, weight) for weight in self._weights if weight.trainable]
        return [rule(weight.value) for rule, weight in rules if rule is not None]

    def _note_rules(self, weight: Variable) -> None:
        """Let a weight tell its regularizer and its constraint."""
        weight._regularizer = self._rule_named(f"{weight.name}_regularizer")
        weight._constraint = self._rule_named(f"{weight.name}_constraint")

    def _rule_named(self, name: str) -> Any:
        """A regularizer or constraint by its argument's name; None: there is no such argument."""
        # Asked for, what isn't there would take 6 ms: its error names the nearest attribute.
        is_there = name in self.__dict__ or hasattr(type(self), name)
        return getattr(self, name) if is_there else None

    def _output_penalty(self, output: Any) -> list[Any]:
        """The penalty of what a call returned, an array or what is watched, in a list; or none."""
        if self.activity_regularizer is None or not len(output):
            return []
        penalty = _summed(self.activity_regularizer(output))
        return [penalty / value_of(output).dtype.type(len(output))]


def found_rule(name: str, identifier: Any) -> Any:
    """Return the regularizer or constraint that an argument stands for; None: none.

    Args:
        name: The argument's, which tells which of both it is.
        identifier: What came.

    Raises:
        ValueError: it stands for nothing.
    """
    if identifier is None:
        return None
    from cornu import constraints, regularizers

    module = constraints if name.endswith("constraint") else regularizers
    return module.get(identifier)


def _core_arguments(rule: Any, constrains: bool) -> tuple[Any, ...] | None:
    """What the core takes of a regularizer or a constraint; None: it is Python's to compute."""
    from cornu.constraints.constraint import CoreConstraint
    from cornu.regularizers.regularizer import CoreRegularizer

    base: Any = CoreConstraint if constrains else CoreRegularizer
    # A subclass of one's own may compute something else.
    if isinstance(rule, base) and type(rule).__call__.__module__.startswith("cornu."):
        return rule._core_arguments()
    return None


def own_caller(layers: Sequence[Any], trains: bool) -> Callable[..., Any] | None:
    """Return what the core calls for regularizers and constraints of the user's own; None: none.

    Args:
        layers: The model's layers, in their order.
        trains: Whether derivatives will be wanted.

    Raises:
        ImportError: they will, and what computes them is not installed.
    """
    if not any(layer._own_rules for layer in layers):
        return None
    if trains and any(not key[1] for layer in layers for key in layer._own_rules):
        from cornu.custom.derivatives import require_autograd

        require_autograd()

    def call(
        constrains: bool, place: int, weight: int | None, x: np.ndarray, wants_result: bool
    ) -> tuple[float, Any]:
        layer = layers[place]
        rule = layer._own_rules[weight, constrains]
        name = "the output" if weight is None else layer._rule_weight(weight)
        if constrains:
            return 0.0, _checked(rule(x), x, f'The constraint of {name} of layer "{layer.name}"')
        whose = f'The regularizer of {name} of layer "{layer.name}"'
        if not wants_result:
            return _number(_summed(rule(x)), whose), None
        from cornu.custom.derivatives import pull_back

        value, back = pull_back(lambda x: _summed(rule(x)), x)
        number = _number(value, whose)
        return number, _checked(back(np.ones_like(value))[0], x, whose)

    return call


def _summed(penalty: Any) -> Any:
    """What a regularizer returned as one number, as Keras has it: the sum of an array."""
    value = as_one_array(penalty)
    return value.sum() if np.ndim(value) and value_of(value).dtype.kind in "biuf" else value


def _number(value: Any, whose: str) -> float:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise ValueError(
            f"{whose} must return a number. Received: a value of type {type(value).__name__} and "
            f"shape {array.shape}"
        )
    return float(array.reshape(()))


def _checked(value: Any, x: np.ndarray, whose: str) -> np.ndarray:
    """An array as the core copies it: like x."""
    array = np.asarray(value)
    if array.shape != x.shape or array.dtype.kind not in "biuf":
        raise ValueError(
            f"{whose} must return numbers of shape {x.shape}. Received: shape {array.shape}, "
            f"dtype {array.dtype}"
        )
    return np.ascontiguousarray(array, dtype=x.dtype)
