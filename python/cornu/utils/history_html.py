"""The results of a training as a table and curves, for notebooks and pages."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from cornu.utils.curves_svg import Curve, draw_curves
from cornu.utils.errors import shown
from cornu.utils.html_table import html_table
from cornu.utils.svg_elements import short

# Of a longer training the first and the last epochs are listed.
_MOST_ROWS = 20


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
    rows = [
        [
            str(epoch),
            *(_text(values[epoch]) if epoch in values else "" for values in found.values()),
        ]
        for epoch in all_epochs
    ]
    count = len(rows)
    if count > _MOST_ROWS:
        half = _MOST_ROWS // 2
        rows[half:-half] = [["…", *("…" for _ in found)]]
    caption = f"Training: {count} epoch{'s' * (count != 1)}"
    if count > _MOST_ROWS:
        caption += f", of which the first and the last {_MOST_ROWS // 2} are listed"
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
        curve = Curve("training" if plain == name else "validation", epochs[name], values)
        panels.setdefault(plain, []).append(curve)
    pictures = [draw_curves(name, curves, "epoch") for name, curves in panels.items()]
    # Below each other where the page is narrow.
    return f'<div style="display:flex;flex-wrap:wrap">{"".join(pictures)}</div>'


def _text(value: Any) -> str:
    return short(value) if isinstance(value, numbers.Real) else shown(value)
