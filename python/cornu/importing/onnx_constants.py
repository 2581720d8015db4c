"""Nodes of an ONNX graph that make constants of constants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.exporting.onnx_graph import Node

# Shapes have so few numbers; what takes apart and joins them works on nothing else.
_MOST_NUMBERS = 64
FOLDED = frozenset(
    ("Cast", "Concat", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose")
) | {"Unsqueeze"}
_TYPES = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 10: "float16", 11: "float64"}


def folded(node: Node, arrays: Sequence[Any]) -> np.ndarray | None:
    """Return what a node makes of constants; None: it isn't known here.

    Args:
        node: The node.
        arrays: What its inputs are; None for one that is left out.

    Raises:
        ArithmeticError, LookupError, TypeError, ValueError: the node is malformed.
    """
    x, *others = arrays
    if node.op == "Cast":
        with np.errstate(all="ignore"):
            return x.astype(_TYPES[node.attributes["to"]], copy=False)
    if node.op == "Transpose":
        return x.transpose(node.attributes.get("perm"))
    if node.op == "Reshape" and len(others) == 1:
        sizes = [size or x.shape[place] for place, size in enumerate(others[0].tolist())]
        return x.reshape(sizes)
    if node.op in ("Squeeze", "Unsqueeze"):
        axes: Any = others[0].tolist() if others else node.attributes.get("axes")
        if node.op == "Unsqueeze":
            return np.expand_dims(x, tuple(axes))
        return np.squeeze(x, None if axes is None else tuple(axes))
    if any(one is not None and one.size > _MOST_NUMBERS for one in arrays):
        return None
    if node.op == "Gather" and node.attributes.get("axis", 0) == 0 and x.ndim == 1:
        return np.asarray(x[others[0]])
    if node.op == "Concat" and all(one.ndim == 1 for one in arrays):
        return np.concatenate(arrays)
    if node.op == "Slice" and x.ndim == 1:
        return _slice(node, x, others)
    return None


def _slice(node: Node, x: np.ndarray, others: Sequence[Any]) -> np.ndarray:
    """A part of a shape; older ones have the ends as attributes."""
    given = others or [node.attributes[name] for name in ("starts", "ends")]
    step = int(others[3][0]) if len(others) > 3 else 1
    return x[int(given[0][0]) : int(given[1][0]) : step]
