"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.pictures.decision_map import decisions
from cornu.pictures.drawing import COLORS, Sheet, ToFile, add_scale, readable_on, style
from cornu.pictures.text_table import text_table
from cornu.utils.arrays import as_real
from cornu.utils.errors import shown

# Counts in the places of more classes could not be read.
_MOST_WITH_COUNTS = 20
_MOST_CLASSES = 1000


def confusion_matrix(
    y_true: Any, y_pred: Any, labels: Sequence[str] | None = None, to_file: ToFile = None
) -> Any:
    """Draw how often each class was taken for which.

    A row is a class as it is, a column what it was taken for; the colour is the share of the row.
    The core counts, as for `metrics.MeanIoU`. Of more than twenty classes the counts stand in the
    table alone.

    Args:
        y_true: The classes: integers from 0, or one-hot, (n, classes).
        y_pred: What was predicted: such integers; probabilities or logits of all classes, (n,
            classes), of which the largest counts; or one probability each, (n,) or (n, 1), a yes
            above 0.5.
        labels: The classes' names; None: their numbers.
        to_file: The file's path, in any format that matplotlib writes, without an ending PNG; None:
            no file.

    Returns:
        A `matplotlib.figure.Figure`, which notebooks show. `str` gives the counts as a table,
        `alt_text` says what it shows.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
        TypeError: the classes are no real numbers, or `labels` no list.
        ValueError: a class is less than 0, has no name or is one of more than 1000; there are none,
            or not as many of one as of the other; or matplotlib doesn't write such files.

    Example:

    >>> import cornu
    >>> y_true, y_pred = [0, 1, 1, 1], [0.25, 0.75, 0.5, 1.0]
    >>> print(cornu.pictures.confusion_matrix(y_true, y_pred, labels=["no", "yes"]))
    Confusion matrix, 3 of 4 right (75.0%)
    true \\ predicted  no  yes
    no                 1    0
    yes                1    2

    Source: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html
    """
    sheet = Sheet("pictures.confusion_matrix", to_file)
    if labels is not None and not isinstance(labels, list | tuple | np.ndarray):
        raise TypeError(f"`labels` must be a list of names. Received: labels={shown(labels)}")
    counts = confusion_of(y_true, y_pred, None if labels is None else len(labels))
    names = [str(name) for name in (range(len(counts)) if labels is None else labels)]
    total, right = int(counts.sum()), int(np.trace(counts))
    title = f"Confusion matrix, {right} of {total} right ({right / total:.1%})"
    side = min(max(0.55 * len(names), 3.2), 12.0)
    picture = sheet.begin(side + 1.2, side + 2.1, title)
    panel = picture.subplots()
    rows = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(rows, 1)
    image = panel.imshow(shares, cmap=_white_to_color(), vmin=0, vmax=1, interpolation="nearest")
    is_read = len(names) <= _MOST_WITH_COUNTS
    style(panel, "predicted class", "true class", "" if is_read else "counts: print this picture")
    ticks = range(len(names))
    if len(names) <= 2 * _MOST_WITH_COUNTS:
        slanted = max(map(len, names)) > 3
        turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
        panel.set_xticks(ticks, names, parse_math=False, **turned)
        panel.set_yticks(ticks, names, parse_math=False)
    if is_read:
        _write_counts(panel, counts, shares, image.cmap)
    add_scale(picture, [panel], image, "share of the true class")
    table = text_table(
        title,
        ["true \\ predicted", *names],
        [[name, *row] for name, row in zip(names, counts.tolist(), strict=True)],
    )
    return sheet.finish(picture, _in_words(title, counts, names), table)


def confusion_of(y_true: Any, y_pred: Any, classes: int | None) -> np.ndarray:
    """Return how often each class was taken for which: integers, (true, predicted).

    Args:
        y_true: See `confusion_matrix`.
        y_pred: See there.
        classes: How many there are; None: as many as are seen.

    Raises:
        TypeError: see there.
        ValueError: see there.

    Example:

    >>> from cornu.pictures.confusion_picture import confusion_of
    >>> confusion_of([0, 1, 2], [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0.0, 0.0, 1.0]], None)
    array([[1, 0, 0],
           [1, 0, 0],
           [0, 0, 1]])
    """
    from cornu.metrics import MeanIoU

    true, predicted = _as_classes("y_true", y_true), _as_classes("y_pred", y_pred)
    if len(true) != len(predicted) or not len(true):
        raise ValueError(
            "`y_true` and `y_pred` must have a class each for the same samples, at least one. "
            f"Received: {len(true)} classes in y_true, {len(predicted)} in y_pred"
        )
    seen = [np.shape(y)[1] for y in (y_true, y_pred) if np.ndim(y) == 2]
    count = max([int(true.max()), int(predicted.max()), *(size - 1 for size in seen), 1]) + 1
    if classes is not None and classes < count:
        raise ValueError(
            f"`labels` must have a name for each of the {count} classes. Received: {classes} names"
        )
    if count > _MOST_CLASSES:
        raise ValueError(
            f"There must be at most {_MOST_CLASSES} classes. Received: {count}, since the largest "
            "number of a class counts"
        )
    metric = MeanIoU(classes or count, name="confusion")
    metric.update_state(true, predicted)
    return np.asarray(metric.total_cm).round().astype(np.int64)


def _as_classes(name: str, given: Any) -> np.ndarray:
    """A class for each sample."""
    array = as_real(given, "float64", name)
    if array.ndim == 2 and array.shape[1] > 1:
        return decisions(array, 0.5)
    if array.ndim == 0 or array.ndim > 2 or not np.isfinite(array).all():
        raise ValueError(
            f"`{name}` must have the shape (samples,), or (samples, classes), and finite numbers. "
            f"Received: {name}={shown(array)}"
        )
    array = array.reshape(-1)
    whole = array == np.floor(array)
    if name == "y_pred" and not whole.all() and ((array >= 0) & (array <= 1)).all():
        return decisions(array[:, None], 0.5)
    if not whole.all() or (array < 0).any():
        kind = ", or probabilities from 0 to 1" if name == "y_pred" else ""
        odd = array[~whole | (array < 0)][0]
        raise ValueError(
            f"`{name}` must be the numbers of classes, integers from 0{kind}. Received: {odd:g}"
        )
    return array.astype(np.int64)


def _write_counts(panel: Any, counts: np.ndarray, shares: np.ndarray, colors: Any) -> None:
    """Write each count in its place, to be read on its colour."""
    size = 10 if len(counts) <= 12 and counts.max() < 10_000 else 7
    for (row, column), count in np.ndenumerate(counts):
        color = readable_on(colors(shares[row, column]))
        panel.text(column, row, str(count), ha="center", va="center", color=color, fontsize=size)


def _white_to_color() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("share", ["white", COLORS[0]])


def _in_words(title: str, counts: np.ndarray, names: list[str]) -> str:
    wrong = counts * (1 - np.eye(len(counts), dtype=np.int64))
    if not wrong.any():
        return f"{title}; none was taken for another."
    true, predicted = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (
        f"{title}; most often {names[true]} was taken for {names[predicted]}, "
        f"{wrong[true, predicted]} of {counts[true].sum()} times."
    )
