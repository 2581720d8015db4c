"""Optimizers whose steps the core takes."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.optimizer import Optimizer
from cornu.utils.overriding import overridden

# The core takes the steps: methods of a subclass would never be called.
_METHODS = (
    "update_step",
    "add_variable",
    "add_variable_from_reference",
    "add_optimizer_variables",
    "assign",
    "assign_add",
    "assign_sub",
    "scale_loss",
    "apply",
    "apply_gradients",
    "build",
    "minimize",
    "stateless_apply",
    "finalize_variable_values",
)


class CoreOptimizer(Optimizer):
    """The base of the optimizers that the core has; their options are fixed when they are made.

    Args:
        kind: The core's name of it.
        learning_rate: The length of a step, at least 0.
        name: A name; None: the class's, in snake case.
        options: Its own arguments.
        common: Keras's common arguments and what came in `**kwargs`.
        told: What the core is told of the options; None: all of them, under their names.

    Raises:
        ValueError: an argument is out of range, unknown, or a method is overridden.
    """

    _takes_own_steps = False

    def __init__(
        self,
        kind: str,
        learning_rate: Any,
        name: str | None,
        options: dict[str, Any],
        common: dict[str, Any],
        told: dict[str, Any] | None = None,
    ) -> None:
        name_of_own = overridden(self, (*_METHODS, "learning_rate", "iterations"))
        if name_of_own is not None:
            raise ValueError(_refusal(type(self), name_of_own))
        self._begin(kind, learning_rate, name, options, common, options if told is None else told)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _METHODS:
            raise ValueError(_refusal(type(self), name))
        super().__setattr__(name, value)


def _refusal(kind: type, name: str) -> str:
    return (
        "The core takes the steps of its optimizers: their methods would never be called. Derive "
        "an optimizer of one's own from cornu.optimizers.Optimizer. "
        f"Received: {kind.__name__} with its own `{name}`"
    )
