"""Operators of ONNX as layers, one by one."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import activations, layers
from cornu.exporting.onnx_activations import SELU_ALPHA, SELU_SCALE
from cornu.exporting.onnx_graph import TENSOR_TYPES, Node
from cornu.importing.onnx_affine import take_affine, take_scaler
from cornu.importing.onnx_chain import Chain
from cornu.importing.onnx_normalizations import (
    number_of,
    row_axis,
    shortest,
    take_batch_normalization,
    take_group_normalization,
    take_layer_normalization,
)
from cornu.importing.onnx_shapes import (
    take_flatten,
    take_reshape,
    take_squeeze,
    take_tile,
    take_transpose,
)

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


def with_options(function: Any, **options: float) -> Any:
    """Return an activation with these arguments: by its name, which is saved, where it has them."""
    known = inspect.signature(function).parameters
    if all(known[name].default == value for name, value in options.items()):
        return function.__name__
    return functools.partial(function, **options)


def _plain(name: str) -> Take:
    """An activation without arguments."""

    def take(chain: Chain, node: Node) -> int:
        chain.constants_of(node)
        chain.add(node, layers.Activation, name)
        return 1

    return take


def _take_nothing(chain: Chain, node: Node) -> int:
    """Identity and Cast."""
    wanted = TENSOR_TYPES[chain.dtype]
    if node.op == "Cast" and node.attributes.get("to") != wanted:
        chain.refuse(node, f"a model has one float type, {chain.dtype}")
    chain.constants_of(node)
    return 1


def _take_dropout(chain: Chain, node: Node) -> int:
    # Older ones have the ratio as an attribute.
    ratio, training = (*chain.constants_of(node), None, None)[:2]
    if training is not None and training.any():
        chain.refuse(node, "it is that of training")
    rate = node.attributes.get("ratio", 0.5) if ratio is None else ratio.reshape(())
    chain.add(node, layers.Dropout, shortest(rate))
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
        kernel = _times(chain, node, kernel, "alpha")
    if bias is not None:
        bias = _times(chain, node, bias, "beta")
    return _take_product(chain, node, kernel, bias, 1)


def _times(chain: Chain, node: Node, values: np.ndarray, name: str) -> np.ndarray:
    """An array times an attribute; the array itself, which others may share, where that is 1."""
    factor = node.attributes.get(name, 1.0)
    if factor == 1:
        return values
    chain.take_room(node, values.nbytes)
    return values * values.dtype.type(factor)


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
    if bias is not None and bias.shape not in ((), (1,), (1, 1), (units,), (1, units)):
        chain.refuse(node, f"a bias of shape {bias.shape} doesn't fit {units} units")
    weights = [kernel] if bias is None else [kernel, np.broadcast_to(bias.reshape(-1), units)]
    chain.add(node, layers.Dense, units, use_bias=bias is not None, weights=weights)
    return count


def _take_prelu(chain: Chain, node: Node) -> int:
    (slope,) = chain.constants_of(node)
    if slope is None:
        chain.refuse(node, "it has no slopes")
    sizes = chain.sizes_along(node, slope, "slopes")
    if slope.size == 1:
        chain.add(node, layers.LeakyReLU, float(slope.reshape(())))
        return 1
    shared = [axis for axis in range(1, len(sizes)) if sizes[axis] != chain.row[axis - 1]]
    chain.add(node, layers.PReLU, shared_axes=shared or None, weights=[slope.reshape(sizes[1:])])
    return 1


def _take_softmax(chain: Chain, node: Node) -> int:
    chain.constants_of(node)
    # Before opset 13 all axes from this one on were one, and it was 1 unless given.
    place = row_axis(chain, node, 1 if chain.opset < 13 else -1)
    rank = len(chain.row)
    if place == rank - 1:
        chain.add(node, layers.Activation, _SOFTMAX[node.op])
    elif node.op == "Softmax":
        axes = range(place + 1, rank + 1) if chain.opset < 13 else [place + 1]
        chain.add(node, layers.Softmax, axis=tuple(axes))
    elif chain.opset < 13:
        chain.refuse(node, "its axis must be the last one")
    else:
        order = [axis for axis in range(rank) if axis != place] + [place]
        chain.add(node, layers.Permute, tuple(axis + 1 for axis in order))
        chain.add(node, layers.Activation, _SOFTMAX[node.op])
        chain.add(node, layers.Permute, tuple((np.argsort(order) + 1).tolist()))
    return 1


_SOFTMAX = {"Softmax": "softmax", "LogSoftmax": "log_softmax"}


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
    _bound(chain, node, least, most)
    return 1


def _bound(chain: Chain, node: Node, least: float, most: float) -> None:
    """Layers that keep numbers between two."""
    largest = float(np.finfo(chain.dtype).max)
    if (least, most) == (-1, 1):
        chain.add(node, layers.Activation, "hard_tanh")
    elif (least, most) == (0, 6):
        chain.add(node, layers.Activation, "relu6")
    elif least == 0 and most >= 0:
        chain.add(node, layers.ReLU, max_value=None if most >= largest else most)
    else:
        if not least <= most:
            chain.refuse(node, f"there are no numbers between {least} and {most}")
        if least > -largest:
            chain.add(node, layers.Activation, _at_least(least))
        if most < largest:
            chain.add(node, layers.Rescaling, -1.0)
            chain.add(node, layers.Activation, _at_least(-most))
            chain.add(node, layers.Rescaling, -1.0)


def _at_least(number: float) -> Any:
    """An activation that is `max(x, number)`."""
    return functools.partial(activations.threshold, threshold=number, default_value=number)


def _take_extreme(chain: Chain, node: Node) -> int:
    """Max and Min with a number."""
    values = chain.constants_of(node, 1 if node.inputs[1:] == (chain.at,) else 0)
    if len(values) != 1 or values[0] is None or values[0].size != 1:
        chain.refuse(node, "it must be of one number")
    number = float(values[0].reshape(()))
    _bound(chain, node, *((number, math.inf) if node.op == "Max" else (-math.inf, number)))
    return 1


def _take_negative(chain: Chain, node: Node) -> int:
    chain.constants_of(node)
    chain.add(node, layers.Rescaling, -1.0)
    return 1


def _take_sloped(chain: Chain, node: Node) -> int:
    """Activations with a number of their own."""
    chain.constants_of(node)
    if node.op == "LeakyRelu":
        chain.add(node, layers.LeakyReLU, number_of(chain, node, "alpha", 0.01))
    elif node.op == "Elu":
        chain.add(node, layers.ELU, number_of(chain, node, "alpha", 1.0))
    elif node.op == "Celu":
        alpha = number_of(chain, node, "alpha", 1.0)
        chain.add(node, layers.Activation, with_options(activations.celu, alpha=alpha))
    elif node.op == "ThresholdedRelu":
        chain.add(node, layers.ReLU, threshold=number_of(chain, node, "alpha", 1.0))
    elif node.op == "Swish":
        if node.attributes.get("alpha", 1.0) != 1:
            chain.refuse(node, "its alpha must be 1")
        chain.add(node, layers.Activation, "silu")
    elif node.op == "Gelu":
        is_near = node.attributes.get("approximate", b"none") == b"tanh"
        partial = functools.partial(activations.gelu, approximate=True)
        chain.add(node, layers.Activation, partial if is_near else "gelu")
    else:
        _take_shrink_or_hard_sigmoid(chain, node)
    return 1


def _take_shrink_or_hard_sigmoid(chain: Chain, node: Node) -> None:
    if node.op == "HardSigmoid":
        alpha = number_of(chain, node, "alpha", 0.2)
        beta = number_of(chain, node, "beta", 0.5)
        if np.float32(alpha) == np.float32(1 / 6) and beta == 0.5:
            chain.add(node, layers.Activation, "hard_sigmoid")
        else:
            chain.add(node, layers.Rescaling, alpha, beta)
            chain.add(node, layers.ReLU, max_value=1.0)
    elif node.op == "Selu":
        alpha = number_of(chain, node, "alpha", SELU_ALPHA)
        gamma = number_of(chain, node, "gamma", SELU_SCALE)
        if np.allclose([alpha, gamma], [SELU_ALPHA, SELU_SCALE], 1e-6):
            chain.add(node, layers.Activation, "selu")
        else:
            chain.add(node, layers.ELU, alpha)
            chain.add(node, layers.Rescaling, gamma)
    else:
        bias = number_of(chain, node, "bias", 0.0)
        threshold = number_of(chain, node, "lambd", 0.5)
        if bias not in (0, threshold) or threshold < 0:
            chain.refuse(node, f"bias={bias} must be 0 or that of lambd={threshold}")
        function = activations.soft_shrink if bias else activations.hard_shrink
        chain.add(node, layers.Activation, with_options(function, threshold=threshold))


_OPERATORS: dict[str, Take] = {
    "Add": take_affine,
    "BatchNormalization": take_batch_normalization,
    "Cast": _take_nothing,
    "Celu": _take_sloped,
    "Clip": _take_clip,
    "Div": take_affine,
    "Dropout": _take_dropout,
    "Elu": _take_sloped,
    "Exp": _plain("exponential"),
    "Flatten": take_flatten,
    "Gelu": _take_sloped,
    "GroupNormalization": take_group_normalization,
    "Gemm": _take_gemm,
    "HardSigmoid": _take_sloped,
    "HardSwish": _plain("hard_silu"),
    "Identity": _take_nothing,
    "InstanceNormalization": take_group_normalization,
    "LayerNormalization": take_layer_normalization,
    "LeakyRelu": _take_sloped,
    "LogSoftmax": _take_softmax,
    "MatMul": _take_matmul,
    "Max": _take_extreme,
    "Min": _take_extreme,
    "Mish": _plain("mish"),
    "Mul": take_affine,
    "Neg": _take_negative,
    "PRelu": _take_prelu,
    "RMSNormalization": take_layer_normalization,
    "Relu": _plain("relu"),
    "Reshape": take_reshape,
    "Selu": _take_sloped,
    "Shrink": _take_sloped,
    "Sigmoid": _plain("sigmoid"),
    "Softmax": _take_softmax,
    "Softplus": _plain("softplus"),
    "Softsign": _plain("softsign"),
    "Squeeze": take_squeeze,
    "Sub": take_affine,
    "Swish": _take_sloped,
    "ai.onnx.ml.Scaler": take_scaler,
    "Tanh": _plain("tanh"),
    "ThresholdedRelu": _take_sloped,
    "Tile": take_tile,
    "Transpose": take_transpose,
    "Unsqueeze": take_squeeze,
}
