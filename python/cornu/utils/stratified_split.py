"""Splitting rows in two so that each class is divided alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core


def stratified_split(y: Any, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Divide the rows in two shuffled parts that hold each class in the same proportion.

    Of a class with n rows, n * fraction go to the first part, rounded down; the rows that are still
    missing there to make round(len(y) * fraction) come from the classes that lost most by rounding.

    Args:
        y: One class a row, of shape (rows,).
        fraction: The share of the first part, in (0, 1).
        seed: An integer; the same one gives the same split on every machine.

    Returns:
        The row numbers of the first part and of the second, in random order, as two int arrays.

    Raises:
        ValueError: `y` has another shape, or `fraction` is not between 0 and 1.

    Example:

    >>> import numpy as np
    >>> from cornu.utils.stratified_split import stratified_split
    >>> y = np.array([0] * 6 + [1] * 3)
    >>> first, second = stratified_split(y, 2 / 3, seed=1)
    >>> sorted(y[first].tolist()), sorted(y[second].tolist())
    ([0, 0, 0, 0, 1, 1], [0, 0, 1])
    """
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise ValueError(f"`y` must have one axis. Received: y of shape {labels.shape}")
    if not 0 < fraction < 1:
        raise ValueError(f"`fraction` must be between 0 and 1. Received: fraction={fraction}")
    _, classes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    quota = sizes * fraction
    taken = np.floor(quota).astype(np.intp)
    missing = round(labels.size * fraction) - int(taken.sum())
    # The sort is stable, so equal remainders are served from the first class on.
    taken[np.argsort(taken - quota, kind="stable")[:missing]] += 1

    order = np.lexsort((_random_keys(labels.size, seed, 0), classes))
    starts = np.cumsum(sizes) - sizes
    place = np.arange(labels.size) - np.repeat(starts, sizes)
    in_first = place < np.repeat(taken, sizes)
    shuffle = _random_keys(labels.size, seed, 1)
    first, second = order[in_first], order[~in_first]
    return first[np.argsort(shuffle[first])], second[np.argsort(shuffle[second])]


def _random_keys(count: int, seed: int, stream: int) -> np.ndarray:
    """Numbers to sort by. The core's, since NumPy's generators may change with its version."""
    keys = np.empty(count)
    _core.fill_random("uniform", keys, seed, stream, 0.0, 1.0)
    return keys
