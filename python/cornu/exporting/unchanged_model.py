"""A model that is read part by part, while other threads may train it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    """Raise a RuntimeError where the weights or the layers are others behind than before.

    What was read in between may then be of several steps of a training, and is no model's.

    Args:
        model: The model.

    Raises:
        RuntimeError: it was trained or changed by another thread.

    Example:

    >>> import cornu
    >>> from cornu.exporting.unchanged_model import unchanged
    >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
    >>> with unchanged(model):
    ...     count = model.count_params()
    >>> count
    2
    """
    before = _parts_of(model)
    yield
    cores, weights = _parts_of(model)
    if cores == before[0] and all(
        np.array_equal(one, other, equal_nan=True)
        for one, other in zip(weights, before[1], strict=True)
    ):
        return
    raise RuntimeError(
        f'Model "{model.name}" was trained or changed by another thread while it was exported: '
        "export it before or after that, or from a callback."
    )


def _parts_of(model: Any) -> tuple[list[Any], list[np.ndarray]]:
    """What computes its layers, which another activation replaces, and copies of its weights."""
    return [layer._core for layer in model._chain()], model.get_weights()
