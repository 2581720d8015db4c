"""A weight for each class, as one for each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu.models.training_data import TrainingData
from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_finite

# Rows at a time: what is computed on the way takes no memory of the data's size.
_CHUNK = 65536


def with_class_weight(
    data: TrainingData,
    class_weight: Any,
    dtype: str,
    classes: int | None,
    ignored: int | None = None,
) -> TrainingData:
    """Return the data with weights in which those of the classes are multiplied.

    Args:
        data: The data; targets are class ids of shape (n,) or (n, 1), or rows with a largest number
            at the class.
        class_weight: A dictionary from a class to its weight; `"balanced"`: the number of rows over
            that of the classes there are and that of the class's rows; None: none.
        dtype: The weights' float type.
        classes: How many classes there can be; None: not known.
        ignored: The class that the loss leaves out, which need not have a weight; None: there is
            none.

    Raises:
        ValueError: it is something else, has no weight for a class that occurs, or one for a class
            that there can't be; the targets are no classes.

    Example:

    >>> import numpy as np
    >>> from cornu.models.class_weights import with_class_weight
    >>> from cornu.models.training_data import take_data
    >>> data = take_data(np.zeros((3, 1)), np.array([0, 1, 0]))
    >>> with_class_weight(data, {0: 0.5, 1: 2.0}, "float32", None).sample_weight
    array([0.5, 2. , 0.5], dtype=float32)
    """
    if class_weight is None:
        return data
    y = data.y
    if y.ndim > 2:
        raise ValueError(
            "`class_weight` needs one class a row: targets of shape (n,), (n, 1) or (n, classes). "
            f"Received: y of shape {y.shape}"
        )
    if y.ndim == 2 and y.shape[1] > 1:
        classes = y.shape[1]
    if isinstance(class_weight, str) and class_weight == "balanced":
        table = _balanced(y, ignored)
    else:
        table = _as_table(class_weight, classes, ignored)
    if ignored is not None:
        table.setdefault(ignored, 1.0)
    weights = np.empty(len(y), dtype)
    for start in range(0, len(y), _CHUNK):
        rows = slice(start, start + _CHUNK)
        weights[rows] = _look_up(table, _classes_of(y[rows], start), class_weight)
    given = data.sample_weight
    if given is not None and given.size == len(y):
        weights *= given.reshape(len(y))
    elif given is not None:
        # Those of the steps of a row are multiplied with that of its class.
        weights = (weights.reshape(len(y), *[1] * (given.ndim - 1)) * given).astype(dtype)
    return data._replace(sample_weight=weights)


def _classes_of(y: Any, start: int) -> np.ndarray:
    """The class of each row; `start` is the first one's place among all."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        return np.argmax(y, axis=1)
    labels = y.reshape(len(y))
    if labels.dtype.kind == "f":
        wrong = np.flatnonzero(~(np.isfinite(labels) & (labels == np.floor(labels))))
        if len(wrong):
            raise ValueError(
                "`class_weight` needs class ids as targets. "
                f"Received: y[{start + wrong[0]}] = {labels[wrong[0]]}"
            )
    return labels.astype(np.int64)


def _balanced(y: np.ndarray, ignored: int | None) -> dict[int, float]:
    counts: dict[int, int] = {}
    for start in range(0, len(y), _CHUNK):
        found = np.unique(_classes_of(y[start : start + _CHUNK], start), return_counts=True)
        for label, count in zip(*(part.tolist() for part in found), strict=True):
            counts[label] = counts.get(label, 0) + count
    if ignored is not None:
        counts.pop(ignored, None)
    rows = sum(counts.values())
    return {label: rows / (len(counts) * count) for label, count in counts.items()}


def _as_table(class_weight: Any, classes: int | None, ignored: int | None) -> dict[int, float]:
    if not isinstance(class_weight, Mapping):
        raise ValueError(
            "`class_weight` must be a dictionary from a class to its weight, 'balanced', or None. "
            f"Received: class_weight={shown(class_weight)} (of type {type(class_weight).__name__})"
        )
    table = {}
    for key, value in class_weight.items():
        label = as_integer(int(key) if isinstance(key, float) and key.is_integer() else key)
        # Where no number of classes is known, as with hinge losses, targets are -1 and 1 too.
        known_class = classes is None or label == ignored or label in range(classes)
        if label is None or not known_class:
            known = "integers" if classes is None else f"0 to {classes - 1}"
            raise ValueError(
                f"`class_weight` has a weight for an unknown class: classes are {known}. "
                f"Received: class {shown(key)}"
            )
        table[label] = check_finite(f"class_weight[{label}]", value)
    return table


def _look_up(table: Mapping[int, float], labels: np.ndarray, class_weight: Any) -> np.ndarray:
    found, places = np.unique(labels, return_inverse=True)
    for label in found.tolist():
        if label not in table:
            raise ValueError(
                f"`class_weight` must have a weight for each class in the targets: class {label} "
                f"has none. Received: class_weight={shown(class_weight)}"
            )
    return np.array([table[label] for label in found.tolist()])[places.reshape(-1)]
