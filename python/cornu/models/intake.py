"""What comes before the core: layers that make numbers of strings and categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.layers.data_layer import DataLayer

Shape = tuple[int, ...]


class Intake:
    """The first layers of a model, which its data go through before everything else.

    Args:
        layers: The layers, at least one.
        row: The shape of a row that the first one takes; None: any.

    Attributes:
        seen_row: The shape of the rows that came last; None before.
    """

    def __init__(self, layers: Sequence[DataLayer], row: Shape | None) -> None:
        self._layers, self._row = layers, row
        self.seen_row: Shape | None = None

    def take(self, x: Any, name: str) -> np.ndarray:
        """Return what the layers make of inputs.

        Args:
            x: What came: an array, a frame, lists; or a list of one array, as Keras has it.
            name: What the caller calls it.

        Raises:
            TypeError: it is no array.
            ValueError: it has no rows, or another shape.
        """
        if isinstance(x, list | tuple) and len(x) == 1 and getattr(x[0], "ndim", 0) > 1:
            x = x[0]
        array = self._layers[0]._take(x, name)
        if array.ndim == 0:
            raise ValueError(f"`{name}` must have rows. Received: {name} of shape ()")
        if array.ndim == 1 and self._row in (None, (1,)):
            array = array[:, None]
        row = array.shape[1:]
        if self._row is not None and row != self._row:
            raise ValueError(
                f'`{name}` must have the shape that layer 0 "{self._layers[0].name}" takes, '
                f"{(None, *self._row)}. Received: {array.shape}"
            )
        self.seen_row = row
        array = self._layers[0]._transform(array)
        for layer in self._layers[1:]:
            array = layer._transform(layer._take(array, name))
        return array


def leading_data_layers(parts: Sequence[Any]) -> list[DataLayer]:
    """Return the layers before the first that the core computes."""
    found = []
    for part in parts:
        if not isinstance(part, DataLayer):
            break
        found.append(part)
    return found


def check_place(before: Sequence[Any], part: Any) -> None:
    """Check that what the core does not compute stands before everything that it does.

    Args:
        before: The layers before it.
        part: A layer, or a model as one.

    Raises:
        ValueError: it doesn't.
    """
    if isinstance(part, DataLayer):
        if len(leading_data_layers(before)) < len(before):
            raise ValueError(
                f"A {type(part).__name__} must stand before all layers that compute. "
                f"Received: {part!r} after {before[-1]!r}"
            )
    elif getattr(part, "_before_core", None):
        raise ValueError(
            "A model within another can't have layers that make numbers of strings or "
            f"categories: put them first in the outer one. Received: {part!r}"
        )


def row_after(layers: Sequence[DataLayer], row: Shape) -> Shape:
    """Return the shape of a row after the layers."""
    shape: tuple[int | None, ...] = (None, *row)
    for layer in layers:
        shape = layer._output_shape(shape)
    return tuple(size or 0 for size in shape[1:])
