"""All weights of a layer or a model at once: counted, read and written."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from cornu import _core
from cornu.variable import Variable

# NumPy 2 has it elsewhere.
_byte_bounds = getattr(np, "byte_bounds", None) or np.lib.array_utils.byte_bounds


def count_numbers(what: str, owner: Any) -> int:
    """Return the number of numbers in the weights of a layer or a model.

    Args:
        what: `layer` or `model`.
        owner: The layer or the model.

    Raises:
        ValueError: it is not built.
    """
    if not owner.built:
        raise ValueError(
            f'The parameters of {what} "{owner.name}" can\'t be counted before it is built. '
            f"Build it with `{what}.build(input_shape)`."
        )
    return sum(math.prod(weight.shape) for weight in owner.weights)


def copy_weights(weights: Sequence[Variable], model: _core.Model | None) -> list[np.ndarray]:
    """Return copies of the weights, of whole steps where another thread trains them.

    Args:
        weights: The weights.
        model: The chain that has the weights; None: nothing trains them.
    """
    copies = [np.empty(weight.shape, weight.dtype) for weight in weights]
    _transfer(copies, [weight.value for weight in weights], model, exclusive=False)
    return copies


def _transfer(
    targets: list[np.ndarray], sources: list[np.ndarray], model: _core.Model | None, exclusive: bool
) -> None:
    if model is not None:
        model.copy(targets, sources, exclusive)
        return
    for target, source in zip(targets, sources, strict=True):
        target[...] = source


def write_weights(
    owner: str,
    weights: Sequence[Variable],
    values: Any,
    model: _core.Model | None,
    places: Sequence[str],
) -> None:
    """Write all weights, or none of them if one doesn't fit.

    Args:
        owner: Whose they are, for errors: `layer "dense"`.
        weights: The weights.
        values: A list of as many arrays of their shapes.
        model: The chain that has the weights; None: nothing trains them.
        places: What each weight is called in errors: `kernel of layer 0 "dense"`.

    Raises:
        ValueError: there are more or fewer values, or a shape or dtype doesn't fit.
    """
    arrays = _as_arrays(owner, weights, values, places)
    _transfer([weight.value for weight in weights], arrays, model, exclusive=True)


def _as_arrays(
    owner: str, weights: Sequence[Variable], values: Any, places: Sequence[str]
) -> list[np.ndarray]:
    if not isinstance(values, list | tuple | np.ndarray):
        raise ValueError(
            f"`weights` must be a list of arrays. Received: weights of type {type(values).__name__}"
        )
    if len(values) != len(weights):
        raise ValueError(
            f"`weights` must have as many arrays as {owner} has weights, {len(weights)}. "
            f"Received: {len(values)}"
        )
    # Each array with each weight would take a minute where there are 2,000 layers.
    bounds = sorted(_byte_bounds(weight.value) for weight in weights)
    starts, ends = [start for start, _ in bounds], list(accumulate((end for _, end in bounds), max))
    arrays = []
    for i, (weight, value) in enumerate(zip(weights, values, strict=True)):
        try:
            array = np.asarray(value)
        except ValueError:  # ragged lists
            array = np.empty(0, object)
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"`weights[{i}]` must be an array of numbers for {places[i]}. "
                f"Received: dtype {array.dtype}"
            )
        if array.shape != weight.shape:
            raise ValueError(
                f"`weights[{i}]` must have the shape of {places[i]}, "
                f"{weight.shape}. Received: {array.shape}"
            )
        # All that can fail comes before the first write. A copy is needed where a weight written
        # earlier has the same memory.
        start, end = _byte_bounds(array)
        before = bisect_left(starts, end)
        shared = before > 0 and ends[before - 1] > start
        arrays.append(np.asarray(array.astype(weight.dtype, copy=shared), order="C"))
    return arrays
