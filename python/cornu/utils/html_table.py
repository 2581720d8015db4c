"""Tables in HTML, as notebooks and pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_CELL = "padding:2px 12px 2px 0;vertical-align:top"
_TEXT = f"text-align:left;{_CELL}"
# Spaces and line breaks within figures stay, and digits stand below digits.
_FIGURES = f"text-align:right;{_CELL};font-variant-numeric:tabular-nums;white-space:pre"
_CAPTION = "text-align:left;caption-side:top;white-space:pre-line"


def html_table(
    caption: str,
    header: Sequence[str],
    groups: Iterable[tuple[str, Iterable[Sequence[str]]]],
    figures: Sequence[int] = (),
    notes: Sequence[str] = (),
) -> str:
    """Return a table.

    Args:
        caption: What it is of.
        header: The columns' names; empty: there is none.
        groups: Rows with what stands above them, "" for nothing. Of each row there are its cells;
            the first one names it.
        figures: Columns that hold figures, from 0.
        notes: Lines below all.

    Example:

    >>> from cornu.utils.html_table import html_table
    >>> html_table("Two", [], [("", [["a"], ["<b>"]])]).count("<tr>")
    2
    """
    count = len(header)
    parts = [f'<table><caption style="{_CAPTION}">{escape(caption)}</caption>']
    if header:
        cells = "".join(
            f'<th scope="col" style="{_FIGURES if i in figures else _TEXT}">{escape(name)}</th>'
            for i, name in enumerate(header)
        )
        parts.append(f"<thead><tr>{cells}</tr></thead>")
    for title, rows in groups:
        body = []
        for row in rows:
            count = max(count, len(row))
            body.append(
                f"<tr>{''.join(_cell(i, text, figures) for i, text in enumerate(row))}</tr>"
            )
        if title:
            body.insert(
                0,
                f'<tr><th colspan="{count}" scope="rowgroup" style="{_TEXT};padding-top:10px">'
                f"{escape(title)}</th></tr>",
            )
        parts.append(f"<tbody>{''.join(body)}</tbody>")
    if notes:
        lines = "".join(
            f'<tr><td colspan="{count}" style="{_TEXT}">{escape(note)}</td></tr>' for note in notes
        )
        parts.append(f"<tfoot>{lines}</tfoot>")
    return "".join([*parts, "</table>"])


def _cell(column: int, text: str, figures: Sequence[int]) -> str:
    style = _FIGURES if column in figures else _TEXT
    if column == 0:
        # Not bold: the row's name reads like the rest of it.
        return f'<th scope="row" style="{style};font-weight:normal">{escape(text)}</th>'
    return f'<td style="{style}">{escape(text)}</td>'
