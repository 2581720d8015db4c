"""Activations as C."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cornu.exporting.adding import parameters_of
from cornu.exporting.c_program import Program

# Those that work along a row.
_OF_ROWS = ("softmax", "log_softmax", "sparsemax", "glu")
# What C calls those that it has other names for, or whose names it has for other things.
_CALLED = {
    "exponential": "real_exp",
    "sigmoid": "real_sigmoid",
    "softplus": "real_softplus",
    "tanh": "real_tanh",
    "threshold": "above_threshold",
}


def add_activation(program: Program, specification: Any) -> None:
    """Add an activation to a program, along the last axis if it works along rows.

    Args:
        program: The program.
        specification: What the core is told of it.
    """
    name, given = specification
    if name == "linear":
        return
    if name in _OF_ROWS:
        *others, columns = program.row
        row = (*others, columns // 2) if name == "glu" else program.row
        call = f"{name}({math.prod(others)}, {columns}, {{x}}, {{y}});"
        program.add(call, row, in_place=name != "glu")
        return
    parameters: Sequence[float] = parameters_of(name, given)
    if name == "relu":
        slope, largest, threshold = parameters
        if math.isinf(largest) and threshold == 0:
            name, parameters = ("leaky_relu", (slope,)) if slope else ("relu", ())
        else:
            name = "relu_with_slope"
    program.add_elementwise(expression_of(program, (name, parameters)))


def expression_of(program: Program, activation: tuple[str, Sequence[float]]) -> str:
    """Return an activation of `{x}[i]` as C.

    Args:
        program: What numbers are written for.
        activation: Its name, as C has it or as the core, and its parameters.
    """
    name, parameters = activation
    arguments = ["{x}[i]", *map(program.number, parameters)]
    return f"{_CALLED.get(name, name)}({', '.join(arguments)})"
