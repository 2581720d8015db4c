"""Sums and products with constants, as layers."""

from __future__ import annotations

import numpy as np

from cornu import layers
from cornu.exporting.onnx_graph import Node
from cornu.importing.onnx_chain import Chain


def take_affine(chain: Chain, node: Node) -> int:
    """Take an Add, Sub, Mul or Div of numbers that are known beforehand.

    Returns:
        How many nodes were taken: 1.

    Raises:
        ValueError: there is no layer for it.
    """
    place = 1 if len(node.inputs) == 2 and node.inputs[1] == chain.at else 0
    if place and node.op in ("Sub", "Div"):
        chain.refuse(node, "it takes from, or divides, numbers of its own")
    (values,) = chain.constants_of(node, place)
    if values is None or values.ndim > len(chain.row) + 1:
        chain.refuse(node, "its numbers don't fit")
    sizes = (*[1] * (len(chain.row) + 1 - values.ndim), *values.shape)
    if any(size not in (1, of_row) for size, of_row in zip(sizes, (1, *chain.row), strict=True)):
        chain.refuse(node, f"numbers of shape {values.shape} don't fit rows of {chain.row}")
    axes = [axis for axis in range(1, len(sizes)) if sizes[axis] != 1]
    if not axes or axes == [len(chain.row)]:
        _rescale(chain, node, values.reshape(-1))
    elif len(axes) == 1:
        _normalize_batch(chain, node, axes[0], values.reshape(-1))
    else:
        _normalize(chain, node, axes, values.reshape([sizes[axis] for axis in axes]))
    return 1


def _scale_and_shift(node: Node, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ones, zeros = np.ones_like(values), np.zeros_like(values)
    if node.op in ("Add", "Sub"):
        return ones, (values if node.op == "Add" else -values)
    with np.errstate(all="ignore"):
        return (values if node.op == "Mul" else 1 / values), zeros


def _rescale(chain: Chain, node: Node, values: np.ndarray) -> None:
    scale, shift = _scale_and_shift(node, values)
    if len(values) == 1:
        chain.add(node, layers.Rescaling, float(scale[0]), float(shift[0]))
    else:
        chain.add(node, layers.Rescaling, scale.tolist(), shift.tolist())


def _normalize_batch(chain: Chain, node: Node, axis: int, values: np.ndarray) -> None:
    scale, shift = _scale_and_shift(node, values)
    weights = [scale, shift, np.zeros_like(values), np.ones_like(values)]
    chain.add(node, layers.BatchNormalization, axis=axis, epsilon=0.0, weights=weights)


def _normalize(chain: Chain, node: Node, axes: list[int], values: np.ndarray) -> None:
    """Along several axes at once only Normalization works, whose variances are positive."""
    mean, variance = np.zeros_like(values), np.ones_like(values)
    if node.op in ("Add", "Sub"):
        mean = values if node.op == "Sub" else -values
    elif (values > 0).all():
        variance = values * values
    else:
        chain.refuse(node, "numbers along several axes must be positive in a product")
    is_product = node.op == "Mul"
    chain.add(node, layers.Normalization, tuple(axes), mean, variance, invert=is_product)
