"""Normalizations of ONNX as layers, and the attributes of operators."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import layers
from cornu.exporting.onnx_graph import Node
from cornu.importing.onnx_chain import Chain


def number_of(chain: Chain, node: Node, name: str, default: float) -> float:
    """An attribute, which is float32; in that type the shortest number of the same bits."""
    value = node.attributes.get(name, default)
    return shortest(value) if chain.dtype == "float32" else float(np.float32(value))


def shortest(value: Any) -> float:
    """The shortest number of the same bits in float32."""
    return float(str(np.float32(value)))


def take_batch_normalization(chain: Chain, node: Node, place: int = 0) -> int:
    weights = chain.constants_of(node)
    count = chain.row[place]
    if node.attributes.get("training_mode") or node.attributes.get("spatial", 1) != 1:
        chain.refuse(node, "it isn't that of prediction, along axis 1")
    if any(node.outputs[1:]):
        chain.refuse(node, "it has the results of one that is trained")
    if len(weights) != 4 or any(one is None or one.shape != (count,) for one in weights):
        chain.refuse(node, f"its four weights must have the shape ({count},)")
    epsilon = number_of(chain, node, "epsilon", 1e-5)
    axis = -1 if place == len(chain.row) - 1 else place + 1
    # For training alone, so that it needn't be the number that it was rounded to.
    momentum = shortest(node.attributes.get("momentum", 0.9))
    options = {"momentum": momentum, "epsilon": epsilon}
    chain.add(node, layers.BatchNormalization, axis=axis, weights=weights, **options)
    return 1


def row_axis(chain: Chain, node: Node, default: int) -> int:
    """An attribute `axis`, which is not the batch, as an axis of a row."""
    axis, rank = node.attributes.get("axis", default), len(chain.row) + 1
    if not isinstance(axis, int) or not -rank < axis < rank or axis == 0:
        chain.refuse(node, f"its axis, {axis}, must be one of a row")
    return axis % rank - 1


def take_layer_normalization(chain: Chain, node: Node) -> int:
    gamma, beta = (*chain.constants_of(node), None)[:2]
    place = row_axis(chain, node, -1)
    shape = chain.row[place:]
    weights = [gamma, *([] if beta is None else [beta])]
    if any(one is None or one.shape != shape for one in weights):
        chain.refuse(node, f"its weights must have the shape {shape}")
    options: dict[str, Any] = {"epsilon": number_of(chain, node, "epsilon", 1e-5)}
    kind: Any = layers.RMSNormalization
    if node.op == "LayerNormalization":
        kind, options["center"] = layers.LayerNormalization, beta is not None
    axes = list(range(place + 1, len(chain.row) + 1))
    chain.add(node, kind, axis=axes, weights=weights, **options)
    return 1


def take_group_normalization(chain: Chain, node: Node) -> int:
    """InstanceNormalization too, whose groups are of one channel each."""
    weights = chain.constants_of(node)
    count = chain.row[0]
    groups = count if node.op == "InstanceNormalization" else node.attributes["num_groups"]
    if len(weights) == 2 and node.op == "GroupNormalization" and chain.opset < 21:
        # There they are of groups.
        chain.take_room(node, 2 * count * np.dtype(chain.dtype).itemsize)
        weights = [None if one is None else np.repeat(one, count // groups) for one in weights]
    if len(weights) != 2 or any(one is None or one.shape != (count,) for one in weights):
        chain.refuse(node, f"its two weights must have the shape ({count},)")
    epsilon = number_of(chain, node, "epsilon", 1e-5)
    options = {"axis": 1, "epsilon": epsilon, "weights": weights}
    chain.add(node, layers.GroupNormalization, groups, **options)
    return 1
