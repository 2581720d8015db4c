"""The dense layers of a network that C trains: their products, and the slopes of activations."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from cornu import layers
from cornu.exporting.adding import parameters_of
from cornu.exporting.c_layers import is_dense, product_of
from cornu.exporting.c_optimizer import refused
from cornu.exporting.c_program import Program

# Activations whose derivative their output is enough for, with what C calls it.
SLOPES = {
    "elu": "elu_slope",
    "exponential": "exponential_slope",
    "hard_sigmoid": "hard_sigmoid_slope",
    "leaky_relu": "leaky_relu_slope",
    "relu": "relu_slope",
    "relu6": "relu6_slope",
    "selu": "selu_slope",
    "sigmoid": "sigmoid_slope",
    "softplus": "softplus_slope",
    "tanh": "tanh_slope",
}
# Those of them that are 0 somewhere, and let nothing through there.
_WITH_SLOPE_ZERO = ("hard_sigmoid", "leaky_relu", "relu", "relu6")
_RULES = (
    "activity_regularizer",
    "kernel_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "bias_constraint",
)
_LEAST = float(np.finfo(np.float32).tiny)
_PASSING = (layers.Flatten, layers.Identity, layers.Reshape)


class Stage(NamedTuple):
    """A dense layer: a product, and an activation.

    Attributes:
        layer: The layer.
        rows: How often the product is made for one row.
        inputs: Its depth.
        units: What it gives.
        call: The product in C, with `{x}` and `{y}`.
        activation: What it ends with; None: nothing.
    """

    layer: Any
    rows: int
    inputs: int
    units: int
    call: str
    activation: Any


def derivative_of(program: Program, stage: Stage, output: str) -> str:
    """Return the line that makes `dy[i]` the derivative by what the activation was given.

    Args:
        program: What numbers are written for.
        stage: The layer.
        output: What the activation gave, in C.
    """
    name, parameters = stage.activation
    slope = f"{SLOPES[name]}({', '.join([output, *map(program.number, parameters)])})"
    return f"dy[i] = gated(dy[i], {slope});" if name in _WITH_SLOPE_ZERO else f"dy[i] *= {slope};"


def weights_of(stage: Stage) -> list[tuple[str, Any]]:
    """Return the weights of a stage, in their order, with their names in its layer.

    Args:
        stage: The stage.
    """
    both = (("kernel", stage.layer.kernel), ("bias", stage.layer.bias))
    return [(name, weight) for name, weight in both if weight is not None]


def stages_of(model: Any, program: Program) -> list[Stage]:
    """The dense layers of a model.

    Args:
        model: The model.
        program: What has its constants, and no steps: to follow the shapes by.

    Raises:
        ValueError: C would train one of its layers otherwise; the message names it.
    """
    stages: list[Stage] = []
    seen: set[int] = set()
    for layer in model._chain():
        named = f'Layer "{layer.name}" ({type(layer).__name__})'
        if any(getattr(layer, name, None) is not None for name in _RULES):
            raise refused(named, "it has a regularizer or a constraint.")
        if isinstance(layer, _PASSING) and getattr(layer, "data_format", "") != "channels_first":
            program.row = tuple(layer._core.output_shape(program.row))
            continue
        if not is_dense(layer):
            raise refused(named, "only Dense, EinsumDense, Flatten, Reshape and Identity can.")
        if id(layer) in seen or not (layer.trainable and model.trainable):
            raise refused(named, "it is frozen, or stands twice in the model.")
        seen.add(id(layer))
        program.begin(layer)
        product = product_of(program, layer)
        program.row = product.row
        name, given = layer._specification
        given = parameters_of(name, given)
        activation = None if name == "linear" else (name, given)
        if name == "relu":
            slope, largest, threshold = given
            if not math.isinf(largest) or threshold != 0:
                raise refused(named, "its relu has a maximum or a threshold.")
            given = (slope,) if slope else ()
            activation = ("leaky_relu" if slope else "relu", given)
        # Of a smaller one, float32 may have 0, and what an activation gave doesn't say its slope.
        if activation is not None and given and not given[0] >= _LEAST:
            raise refused(
                named, f"its {name} has a parameter that is not positive, or next to nothing."
            )
        stages.append(
            Stage(layer, product.rows, product.inputs, product.units, product.call, activation)
        )
    if not stages:
        raise refused(f'Model "{model.name}"', "it has no dense layer.")
    for stage in stages[:-1]:
        check_slope(stage)
    return stages


def check_slope(stage: Stage) -> None:
    """Raise a ValueError where there is no derivative of what a layer ends with.

    Args:
        stage: The layer.

    Raises:
        ValueError: there is none.
    """
    if stage.activation is not None and stage.activation[0] not in SLOPES:
        raise refused(
            f'Layer "{stage.layer.name}" ({type(stage.layer).__name__})',
            f"there is no derivative of {stage.activation[0]} here, only of linear, "
            f"{', '.join(SLOPES)}, and of softmax at the end with its cross-entropy.",
        )
