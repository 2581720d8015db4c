"""Operators of ONNX as layers, one by one."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import activations, layers
from cornu.exporting.onnx_graph import Node
from cornu.importing.onnx_affine import take_affine
from cornu.importing.onnx_chain import Chain

# Takes a node, and returns how many it took: those behind it may belong to it.
Take = Callable[[Chain, Node], int]


def take_operator(chain: Chain, node: Node) -> int:
    """Take a node as a layer.

    Returns:
        How many nodes were taken.

    Raises:
        ValueError: there is no layer for it.
    """
    if node.op not in _OPERATORS:
        chain.refuse(node, "there is no layer for this operator")
    return _OPERATORS[node.op](chain, node)


def _number(chain: Chain, node: Node, name: str, default: float) -> float:
    """An attribute, which is float32; in that type the shortest number of the same bits."""
    value = np.float32(node.attributes.get(name, default))
    return float(str(value)) if chain.dtype == "float32" else float(value)


def _plain(name: str) -> Take:
    """An activation without arguments."""

    def take(chain: Chain, node: Node) -> int:
        chain.constants_of(node)
        chain.add(node, layers.Activation, name)
        return 1

    return take


def _take_nothing(chain: Chain, node: Node) -> int:
    if (
        node.op == "Cast"
        and node.attributes.get("to") != {"float32": 1, "float64": 11}[chain.dtype]
    ):
        chain.refuse(node, f"a model has one float type, {chain.dtype}")
    if chain.at not in node.inputs[:1]:
        chain.constants_of(node)
    return 1


def _take_matmul(chain: Chain, node: Node) -> int:
    (kernel,) = chain.constants_of(node)
    return _take_product(chain, node, kernel, None, len(chain.row))


def _take_gemm(chain: Chain, node: Node) -> int:
    kernel, bias = (*chain.constants_of(node), None)[:2]
    if node.attributes.get("transA"):
        chain.refuse(node, "it multiplies columns of the batch")
    if kernel is not None:
        kernel = kernel.T if node.attributes.get("transB") else kernel
        kernel = kernel * kernel.dtype.type(node.attributes.get("alpha", 1.0))
    if bias is not None:
        bias = bias * bias.dtype.type(node.attributes.get("beta", 1.0))
    return _take_product(chain, node, kernel, bias, 1)


def _take_product(chain: Chain, node: Node, kernel: Any, bias: Any, rank: int) -> int:
    if kernel is None or kernel.ndim != 2 or kernel.shape[0] != chain.row[-1]:
        shape = None if kernel is None else kernel.shape
        chain.refuse(node, f"a kernel of shape {shape} doesn't fit rows of shape {chain.row}")
    if len(chain.row) != rank:
        chain.refuse(node, f"rows must have {rank} axes, and have the shape {chain.row}")
    units, count = kernel.shape[1], 1
    if units == 0:
        chain.refuse(node, "it has no units")
    following = chain.nodes[chain.index + 1 : chain.index + 2]
    if bias is None and following and following[0].op == "Add":
        names = [name for name in following[0].inputs if name != node.outputs[0]]
        added = chain.constant(names[0]) if len(names) == 1 else None
        if added is not None and added.shape in ((units,), (1, units)):
            bias, count = added, 2
    if bias is not None and not (
        bias.size in (1, units) and bias.shape[-1:] in ((), (1,), (units,))
    ):
        chain.refuse(node, f"a bias of shape {bias.shape} doesn't fit {units} units")
    weights = [kernel] if bias is None else [kernel, np.broadcast_to(bias.reshape(-1), units)]
    chain.add(node, layers.Dense, units, use_bias=bias is not None, weights=weights)
    return count


def _take_batch_normalization(chain: Chain, node: Node, place: int = 0) -> int:
    weights = chain.constants_of(node)
    count = chain.row[place]
    if node.attributes.get("training_mode") or node.attributes.get("spatial", 1) != 1:
        chain.refuse(node, "it isn't that of prediction, along axis 1")
    if len(weights) != 4 or any(one is None or one.shape != (count,) for one in weights):
        chain.refuse(node, f"its four weights must have the shape ({count},)")
    epsilon = _number(chain, node, "epsilon", 1e-5)
    axis = -1 if place == len(chain.row) - 1 else place + 1
    chain.add(node, layers.BatchNormalization, axis=axis, epsilon=epsilon, weights=weights)
    return 1


def _axis(chain: Chain, node: Node, default: int) -> int:
    """An attribute `axis`, which is not the batch, as an axis of a row."""
    axis, rank = node.attributes.get("axis", default), len(chain.row) + 1
    if not isinstance(axis, int) or not -rank < axis < rank or axis == 0:
        chain.refuse(node, f"its axis, {axis}, must be one of a row")
    return axis % rank - 1


def _take_layer_normalization(chain: Chain, node: Node) -> int:
    gamma, beta = (*chain.constants_of(node), None)[:2]
    place = _axis(chain, node, -1)
    shape = chain.row[place:]
    weights = [np.zeros(shape) if one is None else one for one in (gamma, beta)]
    if any(one.shape != shape for one in weights):
        chain.refuse(node, f"its weights must have the shape {shape}")
    axes = list(range(place + 1, len(chain.row) + 1))
    epsilon = _number(chain, node, "epsilon", 1e-5)
    chain.add(node, layers.LayerNormalization, axis=axes, epsilon=epsilon, weights=weights)
    return 1


def _take_prelu(chain: Chain, node: Node) -> int:
    (slope,) = chain.constants_of(node)
    if slope is None or slope.ndim > len(chain.row) + 1:
        chain.refuse(node, "its slopes don't fit")
    if slope.size == 1:
        chain.add(node, layers.LeakyReLU, float(slope.reshape(())))
        return 1
    sizes = (*[1] * (len(chain.row) + 1 - slope.ndim), *slope.shape)
    if any(size not in (1, of_row) for size, of_row in zip(sizes, (1, *chain.row), strict=True)):
        chain.refuse(node, f"slopes of shape {slope.shape} don't fit rows of shape {chain.row}")
    shared = [axis for axis in range(1, len(sizes)) if sizes[axis] != chain.row[axis - 1]]
    chain.add(node, layers.PReLU, shared_axes=shared or None, weights=[slope.reshape(sizes[1:])])
    return 1


def _take_softmax(chain: Chain, node: Node) -> int:
    chain.constants_of(node)
    # Before opset 13 all axes from this one on were one, and it was 1 unless given.
    place = _axis(chain, node, 1 if chain.opset < 13 else -1)
    is_last = place == len(chain.row) - 1
    if (chain.opset < 13 or node.op == "LogSoftmax") and not is_last:
        chain.refuse(node, "its axis must be the last one")
    if is_last:
        name = "softmax" if node.op == "Softmax" else "log_softmax"
        chain.add(node, layers.Activation, name)
    else:
        chain.add(node, layers.Softmax, axis=place + 1)
    return 1


def _take_clip(chain: Chain, node: Node) -> int:
    if chain.opset < 11:
        chain.constants_of(node)
        least, most = node.attributes.get("min", -math.inf), node.attributes.get("max", math.inf)
    else:
        ends = [*chain.constants_of(node), None, None]
        if any(end is not None and end.size != 1 for end in ends):
            chain.refuse(node, "its ends must be numbers")
        least, most = (
            other if end is None else float(end.reshape(()))
            for end, other in zip(ends, (-math.inf, math.inf), strict=False)
        )
    if (least, most) == (-1, 1):
        chain.add(node, layers.Activation, "hard_tanh")
    elif (least, most) == (0, 6):
        chain.add(node, layers.Activation, "relu6")
    elif least == 0 and most >= 0:
        chain.add(node, layers.ReLU, max_value=None if math.isinf(most) else most)
    else:
        chain.refuse(node, f"there is no layer that keeps numbers between {least} and {most}")
    return 1


def _take_sloped(chain: Chain, node: Node) -> int:
    """Activations with a number of their own."""
    chain.constants_of(node)
    if node.op == "LeakyRelu":
        chain.add(node, layers.LeakyReLU, _number(chain, node, "alpha", 0.01))
    elif node.op == "Elu":
        chain.add(node, layers.ELU, _number(chain, node, "alpha", 1.0))
    elif node.op == "Celu":
        alpha = _number(chain, node, "alpha", 1.0)
        chain.add(node, layers.Activation, functools.partial(activations.celu, alpha=alpha))
    elif node.op == "ThresholdedRelu":
        chain.add(node, layers.ReLU, threshold=_number(chain, node, "alpha", 1.0))
    elif node.op == "Gelu":
        is_near = node.attributes.get("approximate", b"none") == b"tanh"
        partial = functools.partial(activations.gelu, approximate=True)
        chain.add(node, layers.Activation, partial if is_near else "gelu")
    else:
        _take_shrink_or_hard_sigmoid(chain, node)
    return 1


def _take_shrink_or_hard_sigmoid(chain: Chain, node: Node) -> None:
    if node.op == "HardSigmoid":
        alpha = _number(chain, node, "alpha", 0.2)
        beta = _number(chain, node, "beta", 0.5)
        if np.float32(alpha) == np.float32(1 / 6) and beta == 0.5:
            chain.add(node, layers.Activation, "hard_sigmoid")
        else:
            chain.add(node, layers.Rescaling, alpha, beta)
            chain.add(node, layers.ReLU, max_value=1.0)
    elif node.op == "Selu":
        alpha = _number(chain, node, "alpha", 1.6732632423543772)
        gamma = _number(chain, node, "gamma", 1.0507009873554805)
        if not np.allclose([alpha, gamma], [1.6732632423543772, 1.0507009873554805], 1e-6):
            chain.refuse(node, f"alpha={alpha} and gamma={gamma} are not those of selu")
        chain.add(node, layers.Activation, "selu")
    else:
        bias = _number(chain, node, "bias", 0.0)
        threshold = _number(chain, node, "lambd", 0.5)
        if bias not in (0, threshold) or threshold < 0:
            chain.refuse(node, f"bias={bias} must be 0 or that of lambd={threshold}")
        function = activations.soft_shrink if bias else activations.hard_shrink
        partial = functools.partial(function, threshold=threshold)
        chain.add(node, layers.Activation, partial)


def _take_flatten(chain: Chain, node: Node) -> int:
    chain.constants_of(node)
    if node.attributes.get("axis", 1) != 1:
        chain.refuse(node, "its axis must be 1: the batch is one axis")
    chain.add(node, layers.Flatten, data_format="channels_last")
    return 1


def _integers(chain: Chain, node: Node, name: str, given: list[Any]) -> list[int]:
    """A list of integers, which is an attribute in older files, and later an input."""
    values = given[0] if given else node.attributes.get(name)
    if values is None or (isinstance(values, np.ndarray) and values.dtype.kind != "i"):
        chain.refuse(node, f"its {name} must be integers that are known beforehand")
    return [int(value) for value in np.reshape(values, -1)]


def _take_reshape(chain: Chain, node: Node) -> int:
    sizes = _integers(chain, node, "shape", chain.constants_of(node))
    count, row = math.prod(chain.row), sizes[1:]
    is_batch = (
        sizes and sizes[0] in (0, -1) and not (sizes[0] == 0 and node.attributes.get("allowzero"))
    )
    if not is_batch or 0 in row or min(row, default=1) < -1 or row.count(-1) > (sizes[0] == 0):
        chain.refuse(
            node, f"the shape {sizes} must leave the batch as it is: [0, ...] or [-1, ...]"
        )
    known = math.prod(size for size in row if size != -1)
    if (count % known if -1 in row else known != count) or not row:
        chain.refuse(node, f"the shape {sizes} doesn't fit rows of shape {chain.row}")
    chain.add(node, layers.Reshape, tuple(row))
    return 1


def _take_squeeze(chain: Chain, node: Node) -> int:
    """Squeeze and Unsqueeze."""
    axes = _integers(chain, node, "axes", chain.constants_of(node))
    row, is_less = list(chain.row), node.op == "Squeeze"
    rank = len(row) + 1 + (0 if is_less else len(axes))
    places = sorted({axis % rank if -rank <= axis < rank else 0 for axis in axes})
    if (
        len(places) != len(axes)
        or 0 in places
        or (is_less and any(row[p - 1] != 1 for p in places))
    ):
        chain.refuse(node, f"its axes, {axes}, don't fit rows of shape {chain.row}")
    for place in reversed(places) if is_less else places:
        if is_less:
            del row[place - 1]
        else:
            row.insert(place - 1, 1)
    if not row:
        chain.refuse(node, "nothing of a row's shape is left")
    chain.add(node, layers.Reshape, tuple(row))
    return 1


def _take_transpose(chain: Chain, node: Node) -> int:
    chain.constants_of(node)
    order = node.attributes.get("perm", list(range(len(chain.row), -1, -1)))
    if not isinstance(order, list) or order[:1] != [0]:
        chain.refuse(node, f"the order {order} of axes must leave the batch as the first")
    if len(order) != len(chain.row) + 1:
        chain.refuse(node, f"the order {order} doesn't fit rows of shape {chain.row}")
    between = chain.nodes[chain.index + 1 : chain.index + 3]
    if [one.op for one in between] == ["BatchNormalization", "Transpose"]:
        back = between[1].attributes.get("perm")
        taken = [one.inputs[:1] for one in between]
        if taken == [node.outputs, between[0].outputs[:1]] and back == np.argsort(order).tolist():
            chain.at = node.outputs[0]
            return _take_batch_normalization(chain, between[0], order[1] - 1) + 2
    chain.add(node, layers.Permute, tuple(order[1:]))
    return 1


def _take_tile(chain: Chain, node: Node) -> int:
    times = _integers(chain, node, "repeats", chain.constants_of(node))
    if len(chain.row) != 2 or chain.row[0] != 1 or times[::2] != [1, 1] or len(times) != 3:
        chain.refuse(node, f"{times} times rows of shape {chain.row} is not supported")
    chain.add(node, layers.Reshape, chain.row[1:])
    chain.add(node, layers.RepeatVector, times[1])
    return 1


_OPERATORS: dict[str, Take] = {
    "Add": take_affine,
    "BatchNormalization": _take_batch_normalization,
    "Cast": _take_nothing,
    "Celu": _take_sloped,
    "Clip": _take_clip,
    "Div": take_affine,
    "Dropout": _take_nothing,
    "Elu": _take_sloped,
    "Exp": _plain("exponential"),
    "Flatten": _take_flatten,
    "Gelu": _take_sloped,
    "Gemm": _take_gemm,
    "HardSigmoid": _take_sloped,
    "HardSwish": _plain("hard_silu"),
    "Identity": _take_nothing,
    "LayerNormalization": _take_layer_normalization,
    "LeakyRelu": _take_sloped,
    "LogSoftmax": _take_softmax,
    "MatMul": _take_matmul,
    "Mish": _plain("mish"),
    "Mul": take_affine,
    "PRelu": _take_prelu,
    "Relu": _plain("relu"),
    "Reshape": _take_reshape,
    "Selu": _take_sloped,
    "Shrink": _take_sloped,
    "Sigmoid": _plain("sigmoid"),
    "Softmax": _take_softmax,
    "Softplus": _plain("softplus"),
    "Softsign": _plain("softsign"),
    "Squeeze": _take_squeeze,
    "Sub": take_affine,
    "Tanh": _plain("tanh"),
    "ThresholdedRelu": _take_sloped,
    "Tile": _take_tile,
    "Transpose": _take_transpose,
    "Unsqueeze": _take_squeeze,
}
