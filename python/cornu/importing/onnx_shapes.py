"""Operators of ONNX that change the shape of rows, as layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu import layers
from cornu.exporting.onnx_graph import Node
from cornu.importing.onnx_chain import Chain
from cornu.importing.onnx_normalizations import take_batch_normalization
from cornu.importing.onnx_tensor import MOST_AXES, is_too_large
from cornu.utils.errors import shown


def take_flatten(chain: Chain, node: Node) -> int:
    chain.constants_of(node)
    if node.attributes.get("axis", 1) not in (1, -len(chain.row)):
        chain.refuse(node, "its axis must be 1: the batch is one axis")
    chain.add(node, layers.Flatten, data_format="channels_last")
    return 1


def _integers(chain: Chain, node: Node, name: str, given: list[Any]) -> list[int]:
    """A list of integers, which is an attribute in older files, and later an input."""
    values = given[0] if given else node.attributes.get(name)
    if values is None or (isinstance(values, np.ndarray) and values.dtype.kind != "i"):
        chain.refuse(node, f"its {name} must be integers that are known beforehand")
    return [int(value) for value in np.reshape(values, -1)]


def take_reshape(chain: Chain, node: Node) -> int:
    sizes = _integers(chain, node, "shape", chain.constants_of(node))
    row = [
        chain.row[place] if size == 0 and place < len(chain.row) else size
        for place, size in enumerate(sizes[1:])
    ]
    is_zero = sizes[:1] == [0] and not node.attributes.get("allowzero")
    is_batch = is_zero or sizes[:1] in ([-1], [chain.batch])
    if not is_batch or min(row, default=1) < -1 or row.count(-1) > (sizes[0] != -1):
        chain.refuse(
            node, f"the shape {shown(sizes)} must leave the batch as it is: [0, ...] or [-1, ...]"
        )
    known, count = 0, math.prod(chain.row)
    if not is_too_large([size for size in row if size != -1]):
        known = math.prod(size for size in row if size != -1)
    if known == 0 or (count % known if -1 in row else known != count) or not row:
        chain.refuse(node, f"the shape {shown(sizes)} doesn't fit rows of shape {chain.row}")
    chain.add(node, layers.Reshape, tuple(row))
    return 1


def take_squeeze(chain: Chain, node: Node) -> int:
    """Squeeze and Unsqueeze."""
    axes = _integers(chain, node, "axes", chain.constants_of(node))
    if len(axes) > MOST_AXES:
        chain.refuse(node, f"its axes, {shown(axes)}, are too many")
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


def take_transpose(chain: Chain, node: Node) -> int:
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
            return take_batch_normalization(chain, between[0], order[1] - 1) + 2
    chain.add(node, layers.Permute, tuple(order[1:]))
    return 1


def take_tile(chain: Chain, node: Node) -> int:
    times = _integers(chain, node, "repeats", chain.constants_of(node))
    if len(chain.row) != 2 or chain.row[0] != 1 or times[::2] != [1, 1] or len(times) != 3:
        chain.refuse(node, f"{times} times rows of shape {chain.row} is not supported")
    chain.add(node, layers.Reshape, chain.row[1:])
    chain.add(node, layers.RepeatVector, times[1])
    return 1
