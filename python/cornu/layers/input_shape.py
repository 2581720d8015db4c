"""The shape of a model's input, as its first layer may be given it."""

from __future__ import annotations

from typing import Any

from cornu.layers.arguments import check_batch_shape
from cornu.utils.errors import shown

INPUT_SHAPE_ARGUMENTS = ("input_shape", "input_dim", "batch_input_shape")


def take_input_shape(kwargs: dict[str, Any]) -> tuple[int | None, ...] | None:
    """Take the arguments of the input's shape out of a layer's, and return the shape.

    Args:
        kwargs: What the layer was given beside its own arguments.

    Returns:
        The shape, the batch first; None: none was given.

    Raises:
        ValueError: it is none, or was given twice.
    """
    given = [name for name in INPUT_SHAPE_ARGUMENTS if name in kwargs]
    if not given:
        return None
    if len(given) > 1:
        raise ValueError(f"Only one of {given} may be given.")
    (name,) = given
    value = kwargs.pop(name)
    if value is None:
        return None
    if name == "batch_input_shape":
        return check_batch_shape(name, value)
    if name == "input_dim":
        return check_batch_shape(name, (None, value))
    if not isinstance(value, tuple | list):
        raise ValueError(
            f"`input_shape` must be a tuple, such as (4,). Received: input_shape={shown(value)}"
        )
    return check_batch_shape(name, (None, *value))
