"""Sums and products with constants, as layers."""

from __future__ import annotations

import numpy as np

from cornu import layers
from cornu.config import epsilon, image_data_format
from cornu.exporting.onnx_graph import Node
from cornu.importing.onnx_chain import Chain

# Lists of more numbers take long.
_MOST_LISTED = 4096


def take_affine(chain: Chain, node: Node) -> int:
    """Take an Add, Sub, Mul or Div of numbers that are known beforehand.

    Returns:
        How many nodes were taken: 1.

    Raises:
        ValueError: there is no layer for it.
    """
    place = 1 if len(node.inputs) == 2 and node.inputs[1] == chain.at else 0
    if place and node.op == "Div":
        chain.refuse(node, "it divides numbers of its own")
    (values,) = chain.constants_of(node, place)
    op = node.op
    if place and op == "Sub":
        chain.add(node, layers.Rescaling, -1.0)
        op = "Add"
    _take_numbers(chain, node, op, values)
    return 1


def take_scaler(chain: Chain, node: Node) -> int:
    """Take what scikit-learn's scalers are as ONNX: `(x - offset) * scale`."""
    chain.constants_of(node)
    for op, name in (("Sub", "offset"), ("Mul", "scale")):
        _take_numbers(chain, node, op, np.asarray(node.attributes[name], chain.dtype))
    return 1


def _take_numbers(chain: Chain, node: Node, op: str, values: np.ndarray | None) -> None:
    rank = len(chain.row)
    if values is None or values.dtype.kind != "f":
        chain.refuse(node, "its numbers don't fit")
    sizes = chain.sizes_along(node, values, "numbers")
    axes = [axis for axis in range(1, rank + 1) if sizes[axis] != 1]
    if axes:
        chain.take_room(node, 4 * values.nbytes)
    is_along_rows = axes == [rank] and (rank == 1 or image_data_format() == "channels_last")
    if not axes or (is_along_rows and values.size <= _MOST_LISTED):
        scale, shift = _scale_and_shift(op, values.reshape(-1))
        numbers = [one.tolist() if axes else float(one[0]) for one in (scale, shift)]
        chain.add(node, layers.Rescaling, *numbers)
    elif len(axes) == 1:
        _normalize_batch(chain, node, op, axes[0], values.reshape(-1))
    else:
        _normalize(chain, node, op, axes, values.reshape([sizes[axis] for axis in axes]))


def _scale_and_shift(op: str, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ones, zeros = np.ones_like(values), np.zeros_like(values)
    if op in ("Add", "Sub"):
        return ones, (values if op == "Add" else -values)
    with np.errstate(all="ignore"):
        return (values if op == "Mul" else 1 / values), zeros


def _normalize_batch(chain: Chain, node: Node, op: str, axis: int, values: np.ndarray) -> None:
    scale, shift = _scale_and_shift(op, values)
    weights = [scale, shift, np.zeros_like(values), np.ones_like(values)]
    chain.add(node, layers.BatchNormalization, axis=axis, epsilon=0.0, weights=weights)


def _normalize(chain: Chain, node: Node, op: str, axes: list[int], values: np.ndarray) -> None:
    """Along several axes at once only Normalization works, whose variances are positive."""
    mean, variance = np.zeros_like(values), np.ones_like(values)
    if op in ("Add", "Sub"):
        mean = values if op == "Sub" else -values
    elif (values > epsilon()).all():
        variance = values * values
    else:
        chain.refuse(node, "numbers along several axes must be positive in a product")
    is_product = op == "Mul"
    chain.add(node, layers.Normalization, tuple(axes), mean, variance, invert=is_product)
