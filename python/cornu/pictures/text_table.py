"""Numbers as a table of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width


def text_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return lines: a title, headings, and a line a row; the first column is flush left.

    Args:
        title: What the table is of.
        headings: The columns' names.
        rows: A text or a number for each column; None is a dash.

    Example:

    >>> from cornu.pictures.text_table import text_table
    >>> print(text_table("Sizes", ["layer", "a", "delta"], [["dense", 0.5, None], ["d", 12, 1e-9]]))
    Sizes
    layer    a  delta
    dense  0.5      -
    d       12  1e-09
    """
    cells = [list(headings), *([number(value) for value in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = [title]
    for row in cells:
        padded = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        rest = [f"{space}{cell}" for cell, space in zip(row[1:], padded[1:], strict=True)]
        lines.append("  ".join([f"{row[0]}{padded[0]}", *rest]).rstrip())
    return "\n".join(lines)


def number(value: Any) -> str:
    """Return a number with four digits that count; None is a dash, and text stays as it is.

    Example:

    >>> from cornu.pictures.text_table import number
    >>> number(0.123456), number(1e-7), number(3), number(None)
    ('0.1235', '1e-07', '3', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    value = float(value)
    return f"{value:.12g}" if value.is_integer() else f"{value:.4g}"


def thinned(count: int, most: int = 20) -> list[int]:
    """Return which of so many rows are shown: all, or evenly chosen ones with the first and last.

    Example:

    >>> from cornu.pictures.text_table import thinned
    >>> thinned(3), thinned(100, 4)
    ([0, 1, 2], [0, 33, 66, 99])
    """
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]


def _width(text: str) -> int:
    """The columns that it takes on a screen: a character of Korean or Chinese, two."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
