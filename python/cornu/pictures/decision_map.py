"""What a model of two inputs answers all over a part of the plane."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cornu.utils.arrays import as_real
from cornu.utils.errors import shown

# Of the grid each side has as many places; a table shows each twentieth.
SIDE = 121
TABLE_STEP = 20
_MARGIN = 0.15


class Points(NamedTuple):
    """Rows with their classes.

    Attributes:
        x: The rows, (n, 2) float64.
        labels: Their classes, n integers; None: they are not known.
    """

    x: np.ndarray
    labels: np.ndarray | None


class DecisionMap(NamedTuple):
    """What a model answers on a grid.

    Attributes:
        sides: The numbers along the first input and along the second, `SIDE` of each.
        outputs: (`SIDE`, `SIDE`, outputs): the second input goes down, from less to more.
        points: The rows that are shown; None: there are none.
        right: How many of them the model tells right; None: it is not known.
    """

    sides: tuple[np.ndarray, np.ndarray]
    outputs: np.ndarray
    points: Points | None
    right: int | None

    @property
    def is_of_classes(self) -> bool:
        """Whether there is an output for each class, and not one for yes and no."""
        return self.outputs.shape[-1] > 1


def check_points(x: Any, y: Any, threshold: float) -> Points | None:
    """Return rows and labels to show.

    Args:
        x: Two numbers a row; None: none are shown.
        y: Labels: a class a row, one-hot or not, or what is compared with `threshold`, where the
            model has one output; None: not known.
        threshold: From where on an output, or a label, is a yes.

    Raises:
        TypeError: they are no real numbers.
        ValueError: they have other shapes, or are not finite.
    """
    if x is None:
        if y is not None:
            raise ValueError("`y` are labels of rows, so `x` must be given. Received: x=None")
        return None
    rows = as_real(x, "float64", "x")
    if rows.ndim != 2 or rows.shape[1] != 2 or not len(rows) or not np.isfinite(rows).all():
        raise ValueError(
            "`x` must have the shape (rows, 2), at least one row, and finite numbers. "
            f"Received: x={shown(rows)}"
        )
    if y is None:
        return Points(rows, None)
    labels = as_real(y, "float64", "y")
    if labels.ndim == 2 and labels.shape[1] > 1:
        labels = labels.argmax(axis=1)
    if labels.size != len(rows):
        raise ValueError(
            f"`y` must have a label for each of the {len(rows)} rows of x. "
            f"Received: y of shape {np.shape(y)}"
        )
    return Points(rows, labels.reshape(-1))


def check_domain(domain: Any, points: Points | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of a grid along each side.

    Args:
        domain: `((from, to), (from, to))`; None: what has the points, with a margin.
        points: The rows that are shown.

    Raises:
        ValueError: `domain` is something else, or missing where there are no points.
    """
    if domain is None:
        if points is None:
            raise ValueError("`domain` must be given where `x` is not. Received: domain=None")
        low, high = points.x.min(axis=0), points.x.max(axis=0)
        margin = np.where(high > low, (high - low) * _MARGIN, 1.0)
        pairs = np.stack([low - margin, high + margin], axis=1)
    else:
        pairs = _as_pairs(domain)
    (low_1, high_1), (low_2, high_2) = pairs.tolist()
    return np.linspace(low_1, high_1, SIDE), np.linspace(low_2, high_2, SIDE)


def _as_pairs(domain: Any) -> np.ndarray:
    try:
        pairs = np.array(domain, np.float64)
    except (TypeError, ValueError):
        pairs = np.empty(0)
    if pairs.shape != (2, 2) or not np.isfinite(pairs).all() or (pairs[:, 0] >= pairs[:, 1]).any():
        raise ValueError(
            "`domain` must be ((from, to), (from, to)), for the first input and the second, the "
            f"lesser number first. Received: domain={shown(domain)}"
        )
    return pairs


def check_model(model: Any) -> None:
    """Raise an error for a model that has no decision surface in the plane.

    Raises:
        TypeError: it is no model.
        ValueError: it is not built, takes other rows than of two numbers, or gives others than of
            numbers.
    """
    if not hasattr(model, "predict") or not hasattr(model, "built"):
        raise TypeError(f"`model` must be a model. Received: model={shown(model)}")
    if not model.built:
        raise ValueError(
            "`model` must be built to have a decision surface: begin it with Input((2,)), call "
            f"`build((None, 2))`, or fit it. Received: model={shown(model)}"
        )
    if tuple(model.input_shape[1:]) != (2,) or len(model.output_shape) != 2:
        raise ValueError(
            "`model` must take rows of two numbers and give rows of numbers to have a decision "
            f"surface: (None, 2) to (None, outputs). Received: a model from {model.input_shape} "
            f"to {model.output_shape}"
        )


def map_of(
    model: Any,
    sides: tuple[np.ndarray, np.ndarray],
    points: Points | None,
    threshold: float,
) -> DecisionMap:
    """Ask a model for all that a picture of its decisions shows.

    Args:
        model: One that `check_model` lets pass.
        sides: The grid's.
        points: The rows that are shown.
        threshold: From where on a model's one output is a yes.
    """
    rows = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    outputs = model.predict(rows, batch_size=1024, verbose=0)
    found = DecisionMap(sides, outputs.reshape(SIDE, SIDE, -1), points, None)
    if points is None or points.labels is None:
        return found
    decided = decisions(model.predict(points.x, batch_size=1024, verbose=0), threshold)
    expected = points.labels if found.is_of_classes else points.labels > threshold
    return found._replace(right=int(np.count_nonzero(decided == expected)))


def decisions(outputs: np.ndarray, threshold: float) -> np.ndarray:
    """Return the class that outputs stand for, the last axis left out.

    Args:
        outputs: One for each class, or one, a yes above `threshold`.
        threshold: A number.

    Example:

    >>> import numpy as np
    >>> from cornu.pictures.decision_map import decisions
    >>> decisions(np.array([[0.25], [0.75]]), 0.5), decisions(np.array([[0.5, 0.25, 0.25]]), 0.5)
    (array([0, 1]), array([0]))
    """
    if outputs.shape[-1] > 1:
        return outputs.argmax(axis=-1)
    return (outputs[..., 0] > threshold).astype(np.int64)
