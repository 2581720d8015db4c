"""Arrays in two parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.number import as_integer


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: Any = None,
) -> tuple[Any, Any]:
    """Return two parts of arrays: the first rows and those after them.

    Args:
        dataset: An array, or a tuple or list of arrays with as many rows.
        left_size: Rows in the first part, or their share of all, a float; None: what the other
            leaves.
        right_size: The same of the second part; not both may be None.
        shuffle: Whether to draw the rows of the parts.
        seed: What the draw depends on; None: another one each time.
        preferred_backend: Of no effect: the parts are arrays.

    Returns:
        Two arrays, or two tuples of arrays: views, unless rows are drawn.

    Raises:
        TypeError: `dataset` is something else, or a size is.
        ValueError: a size is out of range.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> left, right = cornu.utils.split_dataset(np.arange(5), left_size=0.6)
    >>> left, right
    (array([0, 1, 2]), array([3, 4]))

    Source: https://keras.io/api/utils/python_utils/ (`split_dataset`)
    """
    single = not isinstance(dataset, tuple | list)
    arrays = [np.asarray(part) for part in ([dataset] if single else dataset)]
    if not arrays or any(array.ndim == 0 or array.dtype == object for array in arrays):
        raise TypeError(
            "`dataset` must be an array, or a tuple or list of arrays with as many rows. "
            f"Received: {shown(dataset)} (of type {type(dataset).__name__})"
        )
    counts = sorted({len(array) for array in arrays})
    if len(counts) > 1:
        raise ValueError(f"The arrays of `dataset` must have as many rows. Received: {counts}")
    if left_size is None and right_size is None:
        raise ValueError("One of `left_size` and `right_size` must be given. Received: both None")
    rows = counts[0]
    left = None if left_size is None else _count("left_size", left_size, rows)
    right = None if right_size is None else _count("right_size", right_size, rows)
    first = rows - right if left is None and right is not None else left or 0
    last = rows if right is None else first + right
    if last > rows or not 0 < first < last:
        raise ValueError(
            f"The parts must have a row each, and not more than {rows} together. "
            f"Received: left_size={left_size}, right_size={right_size}"
        )
    order = np.random.default_rng(seed).permutation(rows) if shuffle else None
    parts = []
    for place in (slice(0, first), slice(first, last)):
        chosen: Any = place if order is None else order[place]
        found = tuple(array[chosen] for array in arrays)
        parts.append(found[0] if single else found)
    return parts[0], parts[1]


def _count(name: str, size: Any, rows: int) -> int:
    number = as_integer(size)
    if number is not None:
        if 0 < number < rows:
            return number
    elif isinstance(size, float | np.floating):
        if 0 < size < 1:
            return round(float(size) * rows)
    else:
        raise TypeError(
            f"`{name}` must be an integer, a float or None. Received: {name}={shown(size)} "
            f"(of type {type(size).__name__})"
        )
    raise ValueError(
        f"`{name}` must be a positive integer below {rows}, the number of rows, or a float from 0 "
        f"to 1 (excluded). Received: {name}={shown(size)}"
    )
