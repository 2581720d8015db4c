"""What training came to, epoch by epoch, as curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from cornu.callbacks.history import History
from cornu.pictures.drawing import COLORS, LINES, MARKERS, Sheet, ToFile, legend, ruled, style
from cornu.pictures.text_table import number, text_table, thinned
from cornu.utils.errors import shown

_COLUMNS = 3
# A mark at each epoch, up to so many.
_MOST_MARKS = 40


class Curve(NamedTuple):
    """A result over the epochs.

    Attributes:
        name: The result's, such as `val_loss`.
        epochs: The epochs' numbers, from 1.
        values: The result of each.
    """

    name: str
    epochs: list[int]
    values: np.ndarray

    @property
    def quantity(self) -> str:
        """What it is a result of, in training or in validation."""
        return self.name.removeprefix("val_")

    @property
    def of_validation(self) -> bool:
        """Whether it is a result of validation."""
        return self.name.startswith("val_")


def history(history: Any, to_file: ToFile = None) -> Any:
    """Draw the results of all epochs: a panel for the loss and for each metric.

    Each has the curve of training and that of validation; where the learning rate is among the
    results, as LearningRateScheduler and ReduceLROnPlateau put it, it has a panel too.

    Args:
        history: What `fit` returned, or a dictionary of lists, as its `history` is. Epochs are
            counted on where several calls of `fit` share one.
        to_file: The file's path, in any format that matplotlib writes, without an ending PNG; None:
            no file.

    Returns:
        A `matplotlib.figure.Figure`, which notebooks show. `str` gives its numbers as a table,
        `alt_text` says what it shows.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
        TypeError: `history` is something else.
        ValueError: there is no epoch yet, something is no number, or matplotlib doesn't write such
            files.

    Example:

    >>> import cornu
    >>> picture = cornu.pictures.history({"loss": [2.0, 1.0, 0.5], "val_loss": [2.5, 1.5, 1.25]})
    >>> print(picture)
    Training, epoch by epoch
    epoch  loss  val_loss
    1         2       2.5
    2         1       1.5
    3       0.5      1.25

    Source: cornu's own; Keras has no such picture.
    """
    sheet = Sheet("History.plot", to_file)
    curves = curves_of(history)
    quantities = _ordered(curves)
    columns = min(len(quantities), _COLUMNS)
    rows = -(-len(quantities) // columns)
    title = "Training, epoch by epoch"
    picture = sheet.begin(max(4.2 * columns, 5.5), 3.4 * rows + 0.4, title)
    panels = list(picture.subplots(rows, columns, squeeze=False).flat)
    for panel, quantity in zip(panels, quantities, strict=False):
        of_it = [curve for curve in curves if curve.quantity == quantity]
        _draw(panel, quantity, of_it, _ends(curves))
    for panel in panels[len(quantities) :]:
        panel.remove()
    return sheet.finish(picture, _in_words(curves), _table(title, curves))


def curves_of(history: Any) -> list[Curve]:
    """Return a curve for each result; for each number of one, where it is several.

    Raises:
        TypeError: it is no history.
        ValueError: it has no epochs, or something else than numbers.
    """
    if not isinstance(history, History | Mapping):
        raise TypeError(
            "`history` must be what `fit` returned, or a dictionary of lists. "
            f"Received: history={shown(history)}"
        )
    results = history.history if isinstance(history, History) else history
    curves = []
    for key, given in results.items():
        name = str(key)
        values = _as_numbers(name, given)
        numbers = list(range(1, len(values) + 1))
        if isinstance(history, History):
            known = history.numbers_of(name)
            # The user may have put together what several calls of `fit` returned.
            numbers = known if len(known) == len(numbers) else numbers
        if values.ndim == 1:
            curves.append(Curve(name, numbers, values))
        else:
            parts = enumerate(values.T)
            curves += [Curve(f"{name}[{place}]", numbers, part) for place, part in parts]
    if not any(curve.epochs for curve in curves):
        raise ValueError(
            "`history` must have at least one epoch to draw: call `fit` first. "
            f"Received: history={shown(dict(results))}"
        )
    return [curve for curve in curves if curve.epochs]


def _as_numbers(name: str, given: Any) -> np.ndarray:
    try:
        values = np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        values = np.empty((0, 0, 0))
    if values.ndim not in (1, 2):
        raise ValueError(
            "`history` must have for each result a list of a number, or of as many numbers each, "
            f"an epoch. Received: history[{name!r}]={shown(given)}"
        )
    return values


def _ordered(curves: list[Curve]) -> list[str]:
    """The quantities, the loss first and the learning rate last."""
    found = list(dict.fromkeys(curve.quantity for curve in curves))
    return sorted(found, key=lambda name: (name in ("learning_rate", "lr"), name != "loss"))


def _draw(panel: Any, quantity: str, curves: list[Curve], epochs: tuple[int, int]) -> None:
    from matplotlib.ticker import MaxNLocator

    for curve in sorted(curves, key=lambda curve: curve.of_validation):
        look = int(curve.of_validation)
        panel.plot(
            curve.epochs,
            curve.values,
            label="validation" if curve.of_validation else "training",
            color=COLORS[look],
            linestyle=LINES[look],
            marker=MARKERS[look] if len(curve.epochs) <= _MOST_MARKS else None,
            markersize=4,
        )
    values = np.concatenate([curve.values for curve in curves])
    finite = values[np.isfinite(values)]
    left_out = len(values) - len(finite)
    said = f"{left_out} of {len(values)} values not finite" if left_out else ""
    style(panel, "epoch", quantity, said)
    ruled(panel)
    panel.set_xlim(epochs[0] - max(0.5, 0.04 * epochs[1]), epochs[1] + max(0.5, 0.04 * epochs[1]))
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if quantity in ("learning_rate", "lr") and len(finite) and 0 < finite.min() * 9 < finite.max():
        panel.set_yscale("log")
    legend(panel)


def _table(title: str, curves: list[Curve]) -> str:
    epochs = sorted({epoch for curve in curves for epoch in curve.epochs})
    found = [dict(zip(curve.epochs, curve.values, strict=True)) for curve in curves]
    rows = [
        [str(epoch), *(values.get(epoch) for values in found)]
        for epoch in (epochs[place] for place in thinned(len(epochs)))
    ]
    left_out = len(epochs) - len(rows)
    note = f" ({left_out} of {len(epochs)} left out)" if left_out else ""
    return text_table(f"{title}{note}", ["epoch", *(curve.name for curve in curves)], rows)


def _ends(curves: list[Curve]) -> tuple[int, int]:
    """The first epoch and the last."""
    return min(curve.epochs[0] for curve in curves), max(curve.epochs[-1] for curve in curves)


def _in_words(curves: list[Curve]) -> str:
    first, last = _ends(curves)
    said = [f"Curves over epochs {first} to {last}." if last > first else f"Epoch {first} alone."]
    for quantity in _ordered(curves):
        of_it = [curve for curve in curves if curve.quantity == quantity]
        parts = [
            f"{_way(curve.values)}{' in validation' if curve.of_validation else ''}"
            for curve in sorted(of_it, key=lambda curve: curve.of_validation)
        ]
        said.append(f"{quantity}: {', '.join(parts)}.")
    return " ".join(said)


def _way(values: np.ndarray) -> str:
    start = "" if len(values) == 1 else f"from {number(values[0])} to "
    return f"{start}{number(values[-1])}"
