"""Reading and writing all weights of a layer or a model at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu import _core
from cornu.variable import Variable


@contextmanager
def locked(model: _core.Model | None, exclusive: bool) -> Iterator[None]:
    """Keep training of other threads from the weights meanwhile, so that they are of whole steps.

    Args:
        model: The chain that has the weights; None: there are none to lock.
        exclusive: Whether to write.
    """
    if model is None:
        yield
        return
    model.lock(exclusive)
    try:
        yield
    finally:
        model.unlock()


def copy_weights(weights: Sequence[Variable], model: _core.Model | None) -> list[np.ndarray]:
    """Return copies of the weights."""
    with locked(model, exclusive=False):
        return [weight.numpy() for weight in weights]


def write_weights(
    owner: str, weights: Sequence[Variable], values: Any, model: _core.Model | None
) -> None:
    """Write all weights, or none of them if one doesn't fit.

    Args:
        owner: Whose they are, for errors: `layer 'dense'`.
        weights: The weights.
        values: A list of as many arrays of their shapes.
        model: The chain that has the weights; None where there are none.

    Raises:
        ValueError: there are more or fewer values, or a shape or dtype doesn't fit.
    """
    arrays = _as_arrays(owner, weights, values)
    with locked(model, exclusive=True):
        for weight, array in zip(weights, arrays, strict=True):
            weight[...] = array


def _as_arrays(owner: str, weights: Sequence[Variable], values: Any) -> list[np.ndarray]:
    if not isinstance(values, list | tuple | np.ndarray):
        raise ValueError(
            f"`weights` must be a list of arrays. Received: weights of type {type(values).__name__}"
        )
    if len(values) != len(weights):
        raise ValueError(
            f"`weights` must have as many arrays as {owner} has weights, {len(weights)}. "
            f"Received: {len(values)}"
        )
    arrays = []
    for i, (weight, value) in enumerate(zip(weights, values, strict=True)):
        try:
            array = np.asarray(value)
        except ValueError:  # ragged lists
            array = np.empty(0, object)
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"`weights[{i}]` must be an array of numbers for {weight.path} of {owner}. "
                f"Received: dtype {array.dtype}"
            )
        if array.shape != weight.shape:
            raise ValueError(
                f"`weights[{i}]` must have the shape of {weight.path} of {owner}, "
                f"{weight.shape}. Received: {array.shape}"
            )
        # All that can fail comes before the first write. A copy is needed where a weight written
        # earlier has the same memory.
        shared = any(np.may_share_memory(array, other) for other in weights)
        arrays.append(array.astype(weight.dtype, copy=shared))
    return arrays
