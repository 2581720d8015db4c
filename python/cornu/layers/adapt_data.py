"""The data that a layer learns from before a model is trained."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.layers.user_arrays import as_rows
from cornu.utils.errors import shown
from cornu.utils.number import check_integer

# Elements looked at together: few enough that what is computed of them stays in the cache.
_BLOCK_ELEMENTS = 2**16
_BATCH_ROWS = 32


def adapt_batches(
    data: Any,
    batch_size: int | None = None,
    steps: int | None = None,
    convert: Callable[[Any, str], np.ndarray] = as_rows,
) -> Iterator[np.ndarray]:
    """Return an iterator over data in parts: views of the user's memory where they can be.

    Args:
        data: An array, a frame or lists of numbers; or what gives batches: a `PyDataset`, a
            generator, another iterable, or a list of arrays. Of a batch `(x, y)` x is taken.
        batch_size: Rows that count as a step of an array; None: 32. Batches have their own size.
        steps: How many batches to take, the first ones; None: all.
        convert: Returns something, whose name in errors is given, as an array.

    Raises:
        TypeError: it is nothing to learn from.
        ValueError: there is nothing in it.

    Example:

    >>> import numpy as np
    >>> from cornu.layers.adapt_data import adapt_batches
    >>> [part.shape for part in adapt_batches(np.zeros((5, 2)), batch_size=2, steps=1)]
    [(2, 2)]
    >>> [part.shape for part in adapt_batches([np.zeros((5, 2)), np.zeros((3, 2))])]
    [(5, 2), (3, 2)]
    """
    from cornu.models.batches import as_batches, comes_in_batches, inputs_of

    size = _BATCH_ROWS if batch_size is None else check_integer("batch_size", batch_size)
    count = None if steps is None else check_integer("steps", steps)
    parts: Iterator[np.ndarray]
    if comes_in_batches(data) or _is_list_of_arrays(data):
        source = iter(data) if isinstance(data, list | tuple) else as_batches(data, None).iterate()
        batches = itertools.islice(source, count)
        # A list of words or numbers is a batch of them; one of arrays has the inputs first.
        parts = (
            convert(batch if _is_plain_list(batch) else inputs_of(batch), "data")
            for batch in batches
        )
    else:
        rows = convert(data, "data")
        parts = _blocks(rows if count is None else rows[: count * size])
    first = next((part for part in parts if len(part)), None)
    if first is None:
        raise ValueError(f"`data` must have at least one row to adapt to. Received: {shown(data)}")
    return itertools.chain([first], parts)


def _is_plain_list(batch: Any) -> bool:
    return isinstance(batch, list) and not any(hasattr(part, "shape") for part in batch[:1])


def _is_list_of_arrays(data: Any) -> bool:
    return isinstance(data, list | tuple) and bool(data) and bool(getattr(data[0], "shape", ()))


def _blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    step = max(1, _BLOCK_ELEMENTS // max(1, rows[:1].size))
    return (rows[start : start + step] for start in range(0, len(rows), step))
