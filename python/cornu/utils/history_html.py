"""The results of a training as a table and curves, for notebooks and pages."""

from __future__ import annotations

import contextlib
import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from cornu.utils.curves_svg import Curve, draw_curves
from cornu.utils.errors import shown
from cornu.utils.html_table import html_table
from cornu.utils.svg_elements import short

# Of a longer training the first and the last epochs are listed.
_MOST_ROWS = 20
# Of a longer curve so many pieces are drawn, each by its lowest and its highest point: a picture
# has fewer pixels, and all of 100,000 epochs would make a page of 2 MB.
_PIECES = 400


def history_html(
    history: Mapping[str, Sequence[Any]], epochs_of: Mapping[str, Sequence[int]]
) -> str:
    """Return a table of the values, an epoch a row, and below it their curves.

    Args:
        history: The values by name.
        epochs_of: The epochs that have them, from 1; where a name isn't there, or has another
            number of epochs than of values, they are the first ones.
    """
    epochs = {
        name: list(epochs_of[name])
        if len(epochs_of.get(name, ())) == len(values)
        else list(range(1, len(values) + 1))
        for name, values in history.items()
    }
    all_epochs = sorted({epoch for of_name in epochs.values() for epoch in of_name})
    if not all_epochs:
        return html_table("Training: no epoch yet", [], [])
    found = {name: dict(zip(epochs[name], history[name], strict=True)) for name in history}
    count, half = len(all_epochs), _MOST_ROWS // 2
    caption = f"Training: {count} epoch{'s' * (count != 1)}"
    listed = all_epochs
    if count > _MOST_ROWS:
        caption += f", of which the first and the last {half} are listed"
        listed = all_epochs[:half] + all_epochs[-half:]
    rows = [
        [
            str(epoch),
            *(_text(of_name[epoch]) if epoch in of_name else "" for of_name in found.values()),
        ]
        for epoch in listed
    ]
    if count > _MOST_ROWS:
        rows.insert(half, ["…", *("…" for _ in found)])
    table = html_table(
        caption, ["epoch", *found], [("", rows)], figures=tuple(range(1 + len(found)))
    )
    return table + history_curves(history, epochs)


def history_curves(
    history: Mapping[str, Sequence[Any]], epochs: Mapping[str, Sequence[int]]
) -> str:
    """Return the curves as pictures, those of training and validation of a result in one.

    Args:
        history: The values by name.
        epochs: The epochs of each.
    """
    panels: dict[str, list[Curve]] = {}
    for name, values in history.items():
        if not all(isinstance(value, numbers.Real) for value in values):
            continue
        plain = name.removeprefix("val_")
        drawn = [_as_float(value) for value in values]
        kept = _drawn_places(drawn)
        curve = Curve(
            "training" if plain == name else "validation",
            [epochs[name][place] for place in kept],
            [drawn[place] for place in kept],
        )
        panels.setdefault(plain, []).append(curve)
    pictures = [draw_curves(name, curves, "epoch") for name, curves in panels.items()]
    # Below each other where the page is narrow.
    return f'<div style="display:flex;flex-wrap:wrap">{"".join(pictures)}</div>'


def _drawn_places(values: Sequence[float]) -> Sequence[int]:
    """Which points of a curve are drawn: those that make it look as all of them would."""
    count = len(values)
    if count <= 2 * _PIECES:
        return range(count)
    kept = {0, count - 1}
    for piece in range(_PIECES):
        places = range(piece * count // _PIECES, (piece + 1) * count // _PIECES)
        finite = [place for place in places if math.isfinite(values[place])]
        kept.update(choose(finite, key=values.__getitem__) for choose in (min, max) if finite)
        # A gap stays one.
        kept.update([place for place in places if not math.isfinite(values[place])][:1])
    return sorted(kept)


def _as_float(value: Any) -> float:
    """Return a real number as a float; one that is too large for it is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _text(value: Any) -> str:
    if isinstance(value, numbers.Real):
        # A whole number may be too large for a float.
        with contextlib.suppress(OverflowError):
            return short(value)
    return shown(value)
