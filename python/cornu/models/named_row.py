"""The shape of a row that a model takes, and what the model calls its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu.layers.input_layer import InputLayer


class NamedRow(tuple[int, ...]):
    """The sizes of a row, with the name under which it may come in a dictionary.

    Args:
        layer: The input.

    Example:

    >>> import cornu
    >>> from cornu.models.named_row import NamedRow
    >>> row = NamedRow(cornu.layers.InputLayer((3,), name="x"))
    >>> row, row.only_of({"x": 5}), row.only_of(7)
    ((3,), 5, 7)
    """

    _name: str

    def __new__(cls, layer: InputLayer) -> NamedRow:
        row = super().__new__(cls, layer.batch_shape[1:])
        row._name = layer.name
        return row

    def only_of(self, x: Any) -> Any:
        """Return what a dictionary has for the one input there is; anything else as it is.

        Raises:
            TypeError: it has another name, or several.
        """
        # Of an abstract class it takes longer to ask.
        if isinstance(x, np.ndarray) or not isinstance(x, Mapping):
            return x
        if list(x) != [self._name]:
            raise TypeError(
                "Where inputs are a dictionary it must have the name of the model's one input, "
                f"{self._name!r}, and no other. Received: a dict of {list(x)}"
            )
        return x[self._name]


def named_row(layers: Sequence[Any]) -> NamedRow | None:
    """Return the row that the first of a chain of layers says, if it is an input; else None."""
    first = layers[0] if layers else None
    return NamedRow(first) if isinstance(first, InputLayer) else None
