"""Layers of one's own that take several arrays at once, in a dictionary or a list."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.custom.raised import user_code
from cornu.layers.added_losses import collecting, hand_on
from cornu.layers.user_arrays import as_rows


def are_several(inputs: Any) -> bool:
    """Return whether inputs are arrays by name, or a list of arrays that are none of rows.

    Args:
        inputs: What a layer or a model was called on.

    Example:

    >>> import numpy as np
    >>> from cornu.layers.several_arrays import are_several
    >>> rows = np.zeros((3, 2))
    >>> are_several({"a": rows}), are_several([rows, rows]), are_several([rows[0], rows[1]])
    (True, True, False)
    """
    if isinstance(inputs, dict):
        return True
    return (
        isinstance(inputs, list | tuple)
        and len(inputs) > 1
        and all(isinstance(part, np.ndarray) and part.ndim > 1 for part in inputs)
    )


def call_on_several(layer: Any, inputs: Any, is_training: bool) -> Any:
    """Return what a layer of one's own gives for several arrays.

    Args:
        layer: The layer; it has no weights, which are made for one array.
        inputs: A dictionary, or a list, of arrays.
        is_training: Whether to do as in training.

    Returns:
        What its `call` returns, with arrays in the layer's float type.

    Raises:
        ValueError: it has weights, layers within it or a penalty of its output.
    """
    has_weights = layer._has_build or layer._sublayers() or layer._early_spans
    if has_weights or layer._initializers() or layer.activity_regularizer:
        raise ValueError(
            f"{layer!r} must be called on one array: with weights, layers or a regularizer of its "
            f"own it takes no several ones. Received: inputs of type {type(inputs).__name__}"
        )
    given = _each(inputs, lambda part: as_rows(part, "inputs").astype(layer.dtype))
    for part in given.values() if isinstance(given, dict) else given:
        part.flags.writeable = False
    with user_code(), collecting() as added:
        output = layer._compute(given, is_training)
    layer._output_losses = hand_on(added)
    return _each(output, lambda part: np.array(part, layer.dtype))


def _each(structure: Any, make: Any) -> Any:
    if isinstance(structure, dict):
        return {name: make(part) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        return type(structure)(make(part) for part in structure)
    return make(structure)
