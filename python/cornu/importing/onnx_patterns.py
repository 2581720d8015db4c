"""Sequences of operators that one layer stands for: those that `export` writes of such a layer."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import activations, layers
from cornu.exporting.onnx_activations import add_activation
from cornu.exporting.onnx_graph import Graph, Node
from cornu.exporting.onnx_layers import (
    center,
    divide_by_length,
    divide_by_root_mean_square,
    mask_steps,
)
from cornu.importing.onnx_chain import Chain
from cornu.importing.onnx_normalizations import shortest
from cornu.importing.onnx_operators import with_options

# Parameters that stand for any in a pattern; float32 has them exactly.
_ANY = (0.734375, 0.21875, 1.40625)
# A sparsemax has a number for each column, and a small file may declare any number of columns.
_MOST_COLUMNS = 2**16
# Attributes that needn't be there, and what they then are, of the operators in patterns.
_DEFAULTS: dict[str, Any] = {
    **{"exclusive": 0, "largest": 1, "noop_with_empty_axes": 0, "reverse": 0, "saturate": 1},
    **{"round_mode": b"up", "sorted": 1},
}

Write = Callable[..., None]
# A pattern's writer, how many parameters it has, and what adds the layer for them.
Pattern = tuple[Write, int, Callable[..., Any]]


def take_pattern(chain: Chain) -> int:
    """Take the nodes from the present one on that are together a layer.

    Returns:
        How many there are; 0: none that is known.
    """
    node = chain.nodes[chain.index]
    found: tuple[int, tuple[float, ...], Callable[..., Any] | None] = 0, (), None
    for write, count, add in _patterns_for(chain, node):
        known = _matched(chain, write, _ANY[:count])
        if known is None:
            continue
        length, parameters = known
        # What stood for any number is checked with the numbers that were there.
        if length > found[0] and _matched(chain, write, parameters) is not None:
            found = length, parameters, add
    length, parameters, add_found = found
    if add_found is None:
        return 0
    chain.index += length - 1
    more = add_found(chain, node, *parameters) or 0
    chain.index -= length - 1
    return length + more


def _matched(
    chain: Chain, write: Write, parameters: tuple[float, ...]
) -> tuple[int, tuple[float, ...]] | None:
    """How many nodes are as a pattern has them, and what stands for its parameters."""
    graph = Graph(chain.dtype, chain.row, "x", chain.opset)
    try:
        write(graph, *parameters)
    except (IndexError, ValueError, ZeroDivisionError):
        return None
    nodes = chain.nodes[chain.index : chain.index + len(graph.nodes)]
    if not graph.nodes or [node.op for node in nodes] != [node.op for node in graph.nodes]:
        return None
    match = _Match(chain, graph, dict(zip(parameters, parameters, strict=True)))
    if not all(map(match.take, graph.nodes, nodes)):
        return None
    # What is within a pattern may not be wanted behind it.
    if match.names[graph.at] != nodes[-1].outputs[0]:
        return None
    return len(nodes), tuple(match.found[value] for value in parameters)


class _Match:
    """Nodes beside those of a pattern.

    Attributes:
        names: What the names of the pattern are in the chain.
        found: What the parameters are.
    """

    def __init__(self, chain: Chain, graph: Graph, found: dict[float, float]) -> None:
        self.chain, self.graph, self.found = chain, graph, found
        self.names = {"x": chain.at}

    def take(self, pattern: Node, node: Node) -> bool:
        """Whether a node is as the pattern has it."""
        if len(pattern.outputs) != len(node.outputs) or len(pattern.inputs) != len(node.inputs):
            return False
        if pattern.op.startswith("Reduce"):
            if node.attributes.get("keepdims", 1) != 1 or not self._has_axes(pattern, node):
                return False
            pattern, node = (one._replace(inputs=one.inputs[:1]) for one in (pattern, node))
        elif not self._has_attributes(pattern, node):
            return False
        orders = [node.inputs]
        if pattern.op in ("Add", "Mul", "Max", "Min"):
            orders.append(node.inputs[::-1])
        if not any(all(map(self._is_input, pattern.inputs, order)) for order in orders):
            return False
        self.names.update(zip(pattern.outputs, node.outputs, strict=True))
        return True

    def _has_axes(self, pattern: Node, node: Node) -> bool:
        of_pattern = self.graph.constants[pattern.inputs[1]] if pattern.inputs[1:] else None
        places = _places(self.chain, pattern, of_pattern)
        return bool(places) and places == _places(self.chain, node)

    def _has_attributes(self, pattern: Node, node: Node) -> bool:
        defaults = _DEFAULTS | ({"axis": -1} if node.op == "TopK" else {})
        wanted, given = (defaults | one.attributes for one in (pattern, node))
        if wanted.keys() != given.keys():
            return False
        return all(
            self._is_number(value, given[key]) if isinstance(value, float) else value == given[key]
            for key, value in wanted.items()
        )

    def _is_input(self, name: str, given: str) -> bool:
        if name not in self.graph.constants:
            return self.names.get(name) == given
        wanted, there = self.graph.constants[name], self.chain.constant(given)
        if there is None or there.size != wanted.size or there.dtype.kind != wanted.dtype.kind:
            return False
        if wanted.size == 1 and wanted.dtype.kind == "f":
            return self._is_number(float(wanted.reshape(())), float(there.reshape(())))
        return bool(np.array_equal(wanted.reshape(-1), there.reshape(-1)))

    def _is_number(self, wanted: float, given: Any) -> bool:
        for value in self.found:
            if abs(wanted) == abs(value) and value in _ANY:
                single = self.chain.dtype == "float32"
                found = shortest(given) if single else float(given)
                self.found[value] = math.copysign(1, wanted) * found
                return True
        return bool(np.isclose(wanted, given, 1e-6, 0))


def _patterns_for(chain: Chain, node: Node) -> list[Pattern]:
    following = chain.nodes[chain.index + 1 : chain.index + 2]
    known = _written(chain.dtype, chain.opset).get(node.op, ())
    if node.op == "ReduceMax" and chain.row[-1] > _MOST_COLUMNS:
        known = ()
    found = [
        pattern
        for ops, pattern in known
        if ops == tuple(one.op for one in chain.nodes[chain.index : chain.index + len(ops)])
    ]
    for op, write, kind in (
        ("ReduceMean", center, layers.LayerNormalization),
        ("ReduceMean", _center_of_others, layers.LayerNormalization),
        ("Mul", divide_by_root_mean_square, layers.RMSNormalization),
        ("Mul", divide_by_length, layers.UnitNormalization),
    ):
        if node.op != op:
            continue
        for one in [node] if op != "Mul" else following:
            if places := _places(chain, one):
                count = 0 if write is divide_by_length else 1
                found.append((_with_places(write, places), count, _layer_along(kind, places)))
    return found


@functools.lru_cache(maxsize=8)
def _written(dtype: str, opset: int) -> dict[str, list[tuple[tuple[str, ...], Pattern]]]:
    """Patterns, each with its operators, by the first of them."""
    found: dict[str, list[tuple[tuple[str, ...], Pattern]]] = {}
    for pattern in _ACTIVATIONS:
        graph = Graph(dtype, (2,), "x", opset)
        pattern[0](graph, *_ANY[: pattern[1]])
        ops = tuple(node.op for node in graph.nodes)
        # What is one operator is taken as that.
        if ops:
            found.setdefault(ops[0], []).append((ops, pattern))
    return found


def _places(chain: Chain, node: Node, axes: Any = None) -> tuple[int, ...]:
    """The axes of a reduction as those of a row; none: it is none, or goes along the batch."""
    if not node.op.startswith("Reduce"):
        return ()
    if axes is None:
        is_input = len(node.inputs) == 2
        axes = chain.constant(node.inputs[1]) if is_input else node.attributes.get("axes")
    axes, rank = np.asarray([] if axes is None else axes).reshape(-1), len(chain.row) + 1
    if not 0 < len(axes) < rank or axes.dtype.kind != "i" or not (abs(axes) < rank).all():
        return ()
    places = {int(axis) % rank - 1 for axis in axes}
    return () if -1 in places or len(places) != len(axes) else tuple(sorted(places))


def _with_places(write: Callable[..., None], places: tuple[int, ...]) -> Write:
    return lambda graph, *parameters: write(graph, places, *parameters)


def _layer_along(kind: Any, places: tuple[int, ...]) -> Callable[..., int]:
    def add(chain: Chain, node: Node, *epsilon: float) -> int:
        options: dict[str, Any] = {"epsilon": epsilon[0]} if epsilon else {}
        weights = []
        if kind is not layers.UnitNormalization:
            gamma = _following(chain, places, "Mul", 0)
            weights = [] if gamma is None else [gamma]
        if kind is layers.LayerNormalization:
            beta = _following(chain, places, "Add", len(weights))
            options |= {"center": beta is not None, "scale": bool(weights)}
            weights += [] if beta is None else [beta]
        count = len(weights)
        if kind is layers.RMSNormalization and not weights:
            sizes = [chain.row[place] for place in places]
            chain.take_room(node, math.prod(sizes) * np.dtype(chain.dtype).itemsize)
            weights = [np.ones(sizes, chain.dtype)]
        axes = [place + 1 for place in places]
        chain.add(node, kind, axis=axes, weights=weights, **options)
        return count

    return add


def _following(chain: Chain, places: tuple[int, ...], op: str, skipped: int) -> Any:
    """What a node behind a normalization multiplies with or adds along the same axes, or None."""
    at = chain.index + skipped
    if at + 1 >= len(chain.nodes) or chain.nodes[at + 1].op != op:
        return None
    name, node = chain.nodes[at].outputs[0], chain.nodes[at + 1]
    others = [one for one in node.inputs if one != name]
    values = chain.constant(others[0]) if len(node.inputs) == 2 and len(others) == 1 else None
    row = chain.row
    ends = range(min(places), len(row))
    if values is None or values.shape != tuple(row[a] if a in places else 1 for a in ends):
        return None
    return values.reshape([row[axis] for axis in sorted(places)])


def _add_masking(chain: Chain, node: Node, value: float) -> None:
    chain.add(node, layers.Masking, value)


def _specified(name: str, *fixed: Any) -> Write:
    """What writes an activation, whose parameters None are those that come."""

    def write(graph: Graph, *parameters: float) -> None:
        rest = iter(parameters)
        add_activation(graph, (name, tuple(next(rest) if one is None else one for one in fixed)))

    return write


def _activation(what: Any) -> Callable[..., None]:
    def add(chain: Chain, node: Node) -> None:
        chain.add(node, layers.Activation, what)

    return add


def _partial(function: Any, *names: str) -> Callable[..., None]:
    def add(chain: Chain, node: Node, *parameters: float) -> None:
        options = dict(zip(names, parameters, strict=True))
        chain.add(node, layers.Activation, with_options(function, **options))

    return add


def _layer(kind: Any, *names: str) -> Callable[..., None]:
    def add(chain: Chain, node: Node, *parameters: float) -> None:
        chain.add(node, kind, **dict(zip(names, parameters, strict=True)))

    return add


def _center_of_others(graph: Graph, places: tuple[int, ...], least: float) -> None:
    """As PyTorch writes it before opset 17."""
    graph.then("Sub", graph.reduce("ReduceMean", graph.at, places))
    square = graph.add("Pow", graph.at, graph.number(2))
    mean = graph.reduce("ReduceMean", square, places)
    graph.then("Div", graph.add("Sqrt", graph.add("Add", mean, graph.number(least))))


def _mish_of_others(graph: Graph) -> None:
    graph.at = graph.add("Mul", graph.at, graph.add("Tanh", graph.add("Softplus", graph.at)))


def _hard_silu_of_others(graph: Graph) -> None:
    gate = graph.add("HardSigmoid", graph.at, alpha=1 / 6, beta=0.5)
    graph.at = graph.add("Mul", graph.at, gate)


def _log_sigmoid_of_others(graph: Graph) -> None:
    graph.then("Sigmoid")
    graph.then("Log")


def _gelu_of_others(graph: Graph) -> None:
    """As PyTorch writes it."""
    x = graph.at
    error = graph.add("Erf", graph.add("Div", x, graph.number(math.sqrt(2))))
    product = graph.add("Mul", x, graph.add("Add", error, graph.number(1)))
    graph.at = graph.add("Mul", product, graph.number(0.5))


_NAMED = (
    *("gelu", "glu", "hard_sigmoid", "hard_silu", "hard_tanh", "log_sigmoid", "mish", "relu6"),
    *("selu", "silu", "softplus", "sparse_plus", "sparse_sigmoid", "sparsemax", "tanh_shrink"),
)
_ACTIVATIONS: list[Pattern] = [
    *((_specified(name), 0, _activation(name)) for name in _NAMED),
    (_gelu_of_others, 0, _activation("gelu")),
    (_hard_silu_of_others, 0, _activation("hard_silu")),
    (_log_sigmoid_of_others, 0, _activation("log_sigmoid")),
    (_mish_of_others, 0, _activation("mish")),
    (mask_steps, 1, _add_masking),
    (
        _specified("gelu_tanh"),
        0,
        _activation(functools.partial(activations.gelu, approximate=True)),
    ),
    (_specified("celu", None), 1, _partial(activations.celu, "alpha")),
    (_specified("squareplus", None), 1, _partial(activations.squareplus, "b")),
    (_specified("soft_shrink", None), 1, _partial(activations.soft_shrink, "threshold")),
    (_specified("hard_shrink", None), 1, _partial(activations.hard_shrink, "threshold")),
    (
        _specified("threshold", None, None),
        2,
        _partial(activations.threshold, "threshold", "default_value"),
    ),
    (_specified("elu", None), 1, _layer(layers.ELU, "alpha")),
    (_specified("relu", 0.0, math.inf, None), 1, _layer(layers.ReLU, "threshold")),
    (_specified("relu", 0.0, None, 0.0), 1, _layer(layers.ReLU, "max_value")),
    (_specified("relu", 0.0, None, None), 2, _layer(layers.ReLU, "max_value", "threshold")),
    (
        _specified("relu", None, math.inf, None),
        2,
        _layer(layers.ReLU, "negative_slope", "threshold"),
    ),
    (
        _specified("relu", None, None, 0.0),
        2,
        _layer(layers.ReLU, "negative_slope", "max_value"),
    ),
    (
        _specified("relu", None, None, None),
        3,
        _layer(layers.ReLU, "negative_slope", "max_value", "threshold"),
    ),
]
