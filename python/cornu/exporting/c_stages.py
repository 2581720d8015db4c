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
# Each is taken as the activation of the dense layer before it.
_ACTIVATIONS = (layers.Activation, layers.ELU, layers.LeakyReLU, layers.ReLU, layers.Softmax)
# Layers that can be trained; a class derived from one computes the same.
TRAINED = (layers.Dense, layers.EinsumDense, *_PASSING, *_ACTIVATIONS)


class Stage(NamedTuple):
    """A dense layer: a product, and an activation, its own or that of a layer behind it.

    Attributes:
        layer: The layer.
        rows: How often the product is made for one row.
        inputs: Its depth.
        units: What it gives.
        call: The product in C, with `{x}` and `{y}`.
        activation: What it ends with; None: nothing.
        end: The layer that this is of.
    """

    layer: Any
    rows: int
    inputs: int
    units: int
    call: str
    activation: Any
    end: Any


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
        is_activation = isinstance(layer, _ACTIVATIONS) and layer._activation_in_core is not None
        if is_activation and not layer._is_own:
            activation = _activation_of(named, layer._activation_in_core)
            if activation is None:
                continue
            if not stages or stages[-1].activation is not None:
                raise refused(named, "no dense layer without an activation is before it.")
            stages[-1] = stages[-1]._replace(activation=activation, end=layer)
            continue
        if not is_dense(layer):
            kinds = ", ".join(kind.__name__ for kind in TRAINED)
            raise refused(named, f"only {kinds} along the last axis can.")
        if id(layer) in seen or not (layer.trainable and model.trainable):
            raise refused(named, "it is frozen, or stands twice in the model.")
        seen.add(id(layer))
        program.begin(layer)
        product = product_of(program, layer)
        program.row = product.row
        activation = _activation_of(named, layer._specification)
        sizes = product.rows, product.inputs, product.units
        stages.append(Stage(layer, *sizes, product.call, activation, layer))
    if not stages:
        raise refused(f'Model "{model.name}"', "it has no dense layer.")
    for stage in stages[:-1]:
        check_slope(stage)
    return stages


def _activation_of(named: str, specification: Any) -> Any:
    """An activation as C has it, with its parameters; None: it changes nothing."""
    name, given = specification
    if name == "linear":
        return None
    given = parameters_of(name, given)
    if name == "relu":
        slope, largest, threshold = given
        if not math.isinf(largest) or threshold != 0:
            raise refused(named, "its relu has a maximum or a threshold.")
        name, given = ("leaky_relu", (slope,)) if slope else (name, ())
    # Of a smaller one, float32 may have 0, and what an activation gave doesn't say its slope.
    if given and not given[0] >= _LEAST:
        raise refused(
            named, f"its {name} has a parameter that is not positive, or next to nothing."
        )
    return name, given


def check_slope(stage: Stage) -> None:
    """Raise a ValueError where there is no derivative of what a layer ends with.

    Args:
        stage: The layer.

    Raises:
        ValueError: there is none.
    """
    if stage.activation is not None and stage.activation[0] not in SLOPES:
        raise refused(
            f'Layer "{stage.end.name}" ({type(stage.end).__name__})',
            f"there is no derivative of {stage.activation[0]} here, only of linear, "
            f"{', '.join(SLOPES)}, and of softmax at the end with its cross-entropy.",
        )
