"""A picture of a model as SVG, drawn without any other program."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from html import escape

from cornu.utils.model_boxes import Box, Group
from cornu.utils.svg_elements import arrow_head, document, paint, text_width, write

# In pixels at 96 dots an inch.
_GAP, _PADDING, _MARGIN = 36, 12, 8
_LINE, _LABEL = 32, 22
_HEAD, _TEXT = 16, 14
_ALONG_X = ("LR", "RL")
_BACKWARDS = ("BT", "RL")
# What is behind a cell of such a text.
_ROLES = {"Trainable": "yes", "Non-trainable": "no"}

Rectangle = tuple[float, float, float, float]


def draw(
    parts: list[Box | Group],
    rankdir: str,
    dpi: float,
    *,
    title: str,
    description: str = "",
    heading: Sequence[str] = (),
) -> str:
    """Return the picture.

    Args:
        parts: The boxes.
        rankdir: Where they go on: `"TB"`, down, `"BT"`, `"LR"` or `"RL"`.
        dpi: Dots an inch; 96 of them are a pixel each.
        title: The picture's name, for those who don't see it.
        description: What it shows, for them.
        heading: Lines above the boxes, the first one bold.
    """
    drawing = _Drawing(rankdir)
    width, height = drawing.size(parts)
    # Lines of text are as wide as they are; the boxes stand in the middle below.
    room = max([width, *(text_width(line, _TEXT, bold=True) for line in heading)])
    top = _MARGIN + _LABEL * len(heading)
    places = drawing.place(parts, _MARGIN + (room - width) / 2, top, width, height)
    edges = [drawing.edge(one, other) for one, other in itertools.pairwise(places)]
    lines = [
        write(line, _MARGIN, _MARGIN + _LABEL * (i + 0.4), size=_TEXT, anchor="start", bold=i == 0)
        for i, line in enumerate(heading)
    ]
    return document(
        room + 2 * _MARGIN,
        top + height + _MARGIN,
        [*lines, *drawing.shapes, *edges],
        title=title,
        description=description,
        scale=dpi / 96,
    )


class _Drawing:
    """Measures boxes and groups, and draws them one beside the other.

    Args:
        rankdir: The direction.
    """

    def __init__(self, rankdir: str) -> None:
        self._is_along_x, self._is_backwards = rankdir in _ALONG_X, rankdir in _BACKWARDS
        self.shapes: list[str] = []

    def size(self, parts: list[Box | Group]) -> tuple[float, float]:
        """Return width and height of all parts together."""
        sizes = [self._size(part) for part in parts]
        gaps = _GAP * max(len(sizes) - 1, 0)
        widths, heights = [size[0] for size in sizes] or [0.0], [size[1] for size in sizes] or [0.0]
        if self._is_along_x:
            return sum(widths) + gaps, max(heights)
        return max(widths), sum(heights) + gaps

    def _size(self, part: Box | Group) -> tuple[float, float]:
        if isinstance(part, Group):
            width, height = self.size(part.parts)
            label = _width(part.name, _TEXT)
            return max(width + 2 * _PADDING, label), height + 2 * _PADDING + _LABEL
        cells = sum(_width(_text(cell), _TEXT) for cell in part.cells)
        activation = _width(f"Activation: {part.activation}", _TEXT) if part.activation else 0
        width = max(_width(_title(part), _HEAD), activation, cells)
        return width, _LINE * (1 + bool(part.activation) + bool(part.cells))

    def place(
        self, parts: list[Box | Group], x: float, y: float, width: float, height: float
    ) -> list[Rectangle]:
        """Draw parts in the middle of a rectangle, and return where the boxes are, in order."""
        found = []
        for part in reversed(parts) if self._is_backwards else parts:
            w, h = self._size(part)
            left, top = (x, y + (height - h) / 2) if self._is_along_x else (x + (width - w) / 2, y)
            found.append(self._draw(part, left, top, w, h))
            x, y = (x + w + _GAP, y) if self._is_along_x else (x, y + h + _GAP)
        if self._is_backwards:
            found.reverse()
        return [place for places in found for place in places]

    def _draw(
        self, part: Box | Group, x: float, y: float, width: float, height: float
    ) -> list[Rectangle]:
        if isinstance(part, Group):
            self.shapes.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
                f'fill="none" {paint(stroke="ink")} stroke-dasharray="5 3"/>'
            )
            self._write(part.name, "", x + _PADDING, y + _LABEL / 2 + 2, _TEXT, "ink", "start")
            inner = y + _PADDING + _LABEL
            return self.place(
                part.parts,
                x + _PADDING,
                inner,
                width - 2 * _PADDING,
                height - 2 * _PADDING - _LABEL,
            )
        self._cell(x, y, width, "", _title(part), "head", _HEAD)
        line = y + _LINE
        if part.activation:
            self._cell(x, line, width, "Activation: ", part.activation, "paper", _TEXT)
            line += _LINE
        wanted = [_width(_text(cell), _TEXT) for cell in part.cells]
        left, spare = x, (width - sum(wanted)) / max(len(wanted), 1)
        for cell, least in zip(part.cells, wanted, strict=True):
            said, value = (f"{cell[0]}: ", cell[1]) if cell[1] else ("", cell[0])
            role = _ROLES.get(cell[0], "paper")
            self._cell(left, line, least + spare, said, value, role, _TEXT)
            left += least + spare
        return [(x, y, width, height)]

    def _cell(
        self, x: float, y: float, width: float, said: str, value: str, role: str, size: int
    ) -> None:
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_LINE}" '
            f"{paint(fill=role, stroke='ink')}/>"
        )
        ink = "ink" if role == "paper" else "on_head"
        self._write(said, value, x + width / 2, y + _LINE / 2, size, ink, "middle")

    def _write(
        self, said: str, value: str, x: float, y: float, size: int, role: str, anchor: str
    ) -> None:
        bold = f'<tspan font-weight="bold">{escape(value)}</tspan>' if value else ""
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y + size * 0.35:.1f}" font-size="{size}" '
            f'{paint(fill=role)} text-anchor="{anchor}" xml:space="preserve">'
            f"{escape(said)}{bold}</text>"
        )

    def edge(self, one: Rectangle, other: Rectangle) -> str:
        """Return an arrow from a box to the next."""
        # Forwards it leaves at the far side of the first and comes to the near side of the other.
        leave, come = (0, 1) if self._is_backwards else (1, 0)
        (x1, y1, w1, h1), (x2, y2, w2, h2) = one, other
        if self._is_along_x:
            x1, y1, x2, y2 = x1 + leave * w1, y1 + h1 / 2, x2 + come * w2, y2 + h2 / 2
        else:
            x1, y1, x2, y2 = x1 + w1 / 2, y1 + leave * h1, x2 + w2 / 2, y2 + come * h2
        line = (
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'{paint(stroke="ink")} stroke-width="2"/>'
        )
        return line + arrow_head((x1, y1, x2, y2), "ink")


def _title(box: Box) -> str:
    return f"{box.name} ({box.kind})" if box.name else box.kind


def _text(cell: tuple[str, str]) -> str:
    return f"{cell[0]}: {cell[1]}" if cell[1] else cell[0]


def _width(text: str, size: int) -> float:
    return text_width(text, size, bold=True) + 2 * _PADDING
