"""Activations as operators of ONNX.

Attributes of operators are float32: in float64 they are written out where their numbers would be
rounded. onnxruntime has no Erf and no Celu of float64: the first is taken of float32 there, within
1e-7.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.exporting.adding import parameters_of
from cornu.exporting.onnx_graph import TENSOR_TYPES, Graph

# What `selu` is made with.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def add_activation(graph: Graph, specification: Any) -> None:
    """Add an activation to a graph, along the last axis if it works along rows.

    Args:
        graph: The graph.
        specification: What the core is told of it.
    """
    name, given = specification
    parameters: Sequence[float] = parameters_of(name, given)
    if name in _OPERATORS:
        op, attributes = _OPERATORS[name]
        graph.then(op, **attributes)
    elif name != "linear":
        graph.at = _WRITTEN_OUT[name](graph, graph.at, *parameters)


def _is_double(graph: Graph) -> bool:
    return graph.dtype == "float64"


def _clip(graph: Graph, x: str, least: float, most: float) -> str:
    if not _is_double(graph):
        return graph.add("Clip", x, graph.number(least), graph.number(most))
    # onnxruntime 1.32 fails on a Clip of float64 behind a Relu.
    return graph.add("Min", graph.add("Max", x, graph.number(least)), graph.number(most))


def _relu(graph: Graph, x: str, slope: float, largest: float, threshold: float) -> str:
    if threshold == 0 and math.isinf(largest) and slope != 0:
        return _leaky_relu(graph, x, slope)
    value = graph.add("Relu", x) if threshold == 0 else _threshold(graph, x, threshold, 0)
    if not math.isinf(largest):
        value = _clip(graph, value, 0, largest)
    if slope == 0:
        return value
    below = graph.add("Relu", graph.add("Sub", graph.number(threshold), x))
    return graph.add("Sub", value, graph.add("Mul", below, graph.number(slope)))


def _leaky_relu(graph: Graph, x: str, slope: float) -> str:
    if _is_double(graph):
        return graph.add("PRelu", x, graph.number(slope))
    return graph.add("LeakyRelu", x, alpha=slope)


def _threshold(graph: Graph, x: str, threshold: float, other: float) -> str:
    is_above = graph.add("Greater", x, graph.number(threshold))
    return graph.add("Where", is_above, x, graph.number(other))


def _elu(graph: Graph, x: str, alpha: float) -> str:
    if not _is_double(graph):
        return graph.add("Elu", x, alpha=alpha)
    return _elu_of(graph, x, graph.add("Min", x, graph.number(0)), alpha)


def _elu_of(graph: Graph, x: str, below: str, alpha: float) -> str:
    # onnxruntime has an Elu of float64 from opset 18 on only.
    less = graph.add("Sub", graph.add("Exp", below), graph.number(1))
    scaled = graph.add("Mul", less, graph.number(alpha))
    return graph.add("Add", scaled, graph.add("Relu", x))


def _selu(graph: Graph, x: str) -> str:
    if not _is_double(graph):
        return graph.add("Selu", x)
    return graph.add("Mul", _elu(graph, x, SELU_ALPHA), graph.number(SELU_SCALE))


def _celu(graph: Graph, x: str, alpha: float) -> str:
    if not _is_double(graph):
        return graph.add("Celu", x, alpha=alpha)
    ratio = graph.add("Div", graph.add("Min", x, graph.number(0)), graph.number(alpha))
    return _elu_of(graph, x, ratio, alpha)


def _gelu(graph: Graph, x: str) -> str:
    ratio = graph.add("Div", x, graph.number(math.sqrt(2)))
    if _is_double(graph):
        single = graph.add("Erf", graph.add("Cast", ratio, to=TENSOR_TYPES["float32"]))
        error = graph.add("Cast", single, to=TENSOR_TYPES["float64"])
    else:
        error = graph.add("Erf", ratio)
    share = graph.add("Mul", graph.add("Add", error, graph.number(1)), graph.number(0.5))
    return graph.add("Mul", x, share)


def _gelu_tanh(graph: Graph, x: str) -> str:
    cube = graph.add("Mul", graph.add("Mul", x, x), x)
    sum_ = graph.add("Add", x, graph.add("Mul", cube, graph.number(0.044715)))
    # A sigmoid of twice that has the same value, and more of its digits where it is small.
    gate = graph.add("Sigmoid", graph.add("Mul", sum_, graph.number(1.5957691216057308)))
    return graph.add("Mul", x, gate)


def _silu(graph: Graph, x: str) -> str:
    return graph.add("Mul", x, graph.add("Sigmoid", x))


def _hard_sigmoid(graph: Graph, x: str) -> str:
    if not _is_double(graph):
        return graph.add("HardSigmoid", x, alpha=1 / 6, beta=0.5)
    bounded = _clip(graph, graph.add("Add", x, graph.number(3)), 0, 6)
    return graph.add("Div", bounded, graph.number(6))


def _hard_silu(graph: Graph, x: str) -> str:
    if not _is_double(graph) and graph.opset >= 14:
        return graph.add("HardSwish", x)
    return graph.add("Mul", x, _hard_sigmoid(graph, x))


def _mish(graph: Graph, x: str) -> str:
    if graph.opset >= 18:
        return graph.add("Mish", x)
    return graph.add("Mul", x, graph.add("Tanh", _softplus(graph, x)))


def _tanh_shrink(graph: Graph, x: str) -> str:
    return graph.add("Sub", x, graph.add("Tanh", x))


def _soft_shrink(graph: Graph, x: str, threshold: float) -> str:
    return graph.add("Sub", x, _clip(graph, x, -threshold, threshold))


def _hard_shrink(graph: Graph, x: str, threshold: float) -> str:
    # NaN is not near, and stays.
    is_near = graph.add("LessOrEqual", graph.add("Abs", x), graph.number(threshold))
    return graph.add("Where", is_near, _zero(graph), x)


def _zero(graph: Graph) -> str:
    return graph.number(0)


def _log_sigmoid(graph: Graph, x: str) -> str:
    return graph.add("Neg", _softplus(graph, graph.add("Neg", x)))


def _softplus(graph: Graph, x: str) -> str:
    if not _is_double(graph):
        return graph.add("Softplus", x)
    # onnxruntime's of float64 is infinite from 710 on.
    least = graph.add("Exp", graph.add("Neg", graph.add("Abs", x)))
    tail = graph.add("Log", graph.add("Add", least, graph.number(1)))
    return graph.add("Add", graph.add("Relu", x), tail)


def _squareplus(graph: Graph, x: str, b: float) -> str:
    square = graph.add("Add", graph.add("Mul", x, x), graph.number(b))
    root = graph.add("Sqrt", square)
    # Below 0 the sum would lose its digits.
    below = graph.add("Div", graph.number(b), graph.add("Sub", root, x))
    is_below = graph.add("Less", x, _zero(graph))
    twice = graph.add("Where", is_below, below, graph.add("Add", x, root))
    return graph.add("Mul", twice, graph.number(0.5))


def _sparse_sigmoid(graph: Graph, x: str) -> str:
    bounded = _clip(graph, graph.add("Add", x, graph.number(1)), 0, 2)
    return graph.add("Mul", bounded, graph.number(0.5))


def _sparse_plus(graph: Graph, x: str) -> str:
    half = _sparse_sigmoid(graph, x)
    is_large = graph.add("GreaterOrEqual", x, graph.number(1))
    return graph.add("Where", is_large, x, graph.add("Mul", half, half))


def _glu(graph: Graph, x: str) -> str:
    *others, columns = graph.row
    graph.row = (*others, columns // 2)
    sizes = graph.integers(columns // 2, columns // 2)
    half, gate = graph.add("Split", x, sizes, outputs=2, axis=-1)
    return graph.add("Mul", half, graph.add("Sigmoid", gate))


def _sparsemax(graph: Graph, x: str) -> str:
    columns, last = graph.row[-1], (len(graph.row) - 1,)
    # What is added to all makes no difference; beside large numbers 1 would be lost.
    x = graph.add("Sub", x, graph.reduce("ReduceMax", x, last))
    ordered, _ = graph.add("TopK", x, graph.integers(columns), outputs=2)
    ranks = graph.vector("ranks", np.arange(1, columns + 1))
    sums = graph.add("CumSum", ordered, graph.integer(-1))
    least = graph.add("Add", graph.add("Mul", ordered, ranks), graph.number(1))
    # Largest first: those that keep a share.
    kept = graph.add("Greater", least, sums)
    one, zero = graph.number(1), graph.number(0)
    count = graph.reduce("ReduceSum", graph.add("Where", kept, one, zero), last)
    total = graph.reduce("ReduceSum", graph.add("Where", kept, ordered, zero), last)
    shift = graph.add("Div", graph.add("Sub", total, graph.number(1)), count)
    return graph.add("Relu", graph.add("Sub", x, shift))


_OPERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "exponential": ("Exp", {}),
    "log_softmax": ("LogSoftmax", {"axis": -1}),
    "sigmoid": ("Sigmoid", {}),
    "softmax": ("Softmax", {"axis": -1}),
    "softsign": ("Softsign", {}),
    "tanh": ("Tanh", {}),
}
_WRITTEN_OUT: dict[str, Callable[..., str]] = {
    "celu": _celu,
    "elu": _elu,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "glu": _glu,
    "hard_shrink": _hard_shrink,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "hard_tanh": lambda graph, x: _clip(graph, x, -1, 1),
    "leaky_relu": _leaky_relu,
    "log_sigmoid": _log_sigmoid,
    "mish": _mish,
    "relu": _relu,
    "relu6": lambda graph, x: _clip(graph, x, 0, 6),
    "selu": _selu,
    "silu": _silu,
    "soft_shrink": _soft_shrink,
    "softplus": _softplus,
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": _sparse_sigmoid,
    "sparsemax": _sparsemax,
    "squareplus": _squareplus,
    "tanh_shrink": _tanh_shrink,
    "threshold": _threshold,
}
