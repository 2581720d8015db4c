"""What pictures in SVG are made of: text, colours for light and dark, and the document itself."""

from __future__ import annotations

import math
import re
from html import escape, unescape
from typing import Any

from cornu.utils.wide_html import PAPER, THEME_STYLE, WIDE_STYLE, wide

# Of a letter, as a part of its size: the mean of Helvetica's, rounded up; of its bold ones.
_LETTER, _BOLD_LETTER = 0.56, 0.62
# What no file of XML may hold, not even escaped: a reader would refuse all of it.
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# In pixels, of what is shown at the least.
_LEAST_TEXT = 9
FONT = "Helvetica, Arial, sans-serif"
# What colours are for: on a light page and on a dark one. Text has a contrast of 4.5 or more on
# `paper` and `fill`; blue and orange are told apart by those who don't see red and green.
_COLORS = {
    "paper": PAPER,
    "head": ("black", "#454e5b"),
    "on_head": ("white", "white"),
    "yes": ("#1f7a1f", "#1f7a1f"),
    "no": ("#b22222", "#b22222"),
    "fill": ("#eef2f7", "#262c35"),
    "ink": ("#1b1f24", "#e8eaed"),
    "muted": ("#57606a", "#a9b1bb"),
    "grid": ("#d0d7de", "#3a414b"),
    "positive": ("#0b5cad", "#79bbff"),
    "negative": ("#a3470b", "#ffae6b"),
    "gradient": ("#7a1fa2", "#d9b3ff"),
    "target": ("#146c2e", "#7bd88f"),
}


class Svg(str):
    """A picture as the text of an SVG file, which notebooks show.

    Example:

    >>> from cornu.utils.svg_elements import Svg
    >>> picture = Svg("<svg><title>Two units</title></svg>")
    >>> 'aria-label="Two units"' in picture._repr_html_()
    True
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        """The picture, which scrolls where it would be too small to read."""
        found = re.search("<title>(.*?)</title>", self, re.S)
        return wide(f"<style>{WIDE_STYLE}</style>{self}", unescape(found[1]) if found else "")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Its words, which IPython shows in a terminal and keeps beside it in a notebook."""
        found = re.search("<desc>(.*?)</desc>", self, re.S)
        printer.text(unescape(found[1]) if found else repr(self))


def short(value: Any, digits: int = 4) -> str:
    """Return a figure with a few digits, as pictures have room for.

    Example:

    >>> from cornu.utils.svg_elements import short
    >>> short(0.08), short(0.00080888), short(12), short(1234567.0), short(0)
    ('0.08000', '0.0008089', '12.00', '1.235e+06', '0')
    """
    if value == 0:
        return "0"
    text = f"{float(value):#.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    return mantissa.rstrip(".") + e + exponent


def paint(*, fill: str | None = None, stroke: str | None = None) -> str:
    """Return the attributes that give an element its colours.

    Args:
        fill: What the colour inside is for; None: it has none of these.
        stroke: What that of its line is for. A program that knows no style sheets takes the light
            ones.

    Example:

    >>> from cornu.utils.svg_elements import paint
    >>> paint(fill="paper", stroke="ink")
    'fill="white" stroke="#1b1f24" class="cornu-fill-paper cornu-stroke-ink"'
    """
    roles = {"fill": fill, "stroke": stroke}
    given = [(what, role) for what, role in roles.items() if role is not None]
    colors = " ".join(f'{what}="{_COLORS[role][0]}"' for what, role in given)
    return f'{colors} class="{" ".join(f"cornu-{what}-{role}" for what, role in given)}"'


def arrow_head(ends: tuple[float, float, float, float], role: str) -> str:
    """Return the head of an arrow.

    Args:
        ends: x and y of where its line comes from and of its point.
        role: What its colour is for.
    """
    x1, y1, x2, y2 = ends
    length = math.hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    x, y = x2 - 11 * dx, y2 - 11 * dy
    sides = f"{x - 6 * dy:.1f},{y + 6 * dx:.1f} {x + 6 * dy:.1f},{y - 6 * dx:.1f}"
    return f'<polygon points="{x2:.1f},{y2:.1f} {sides}" {paint(fill=role)}/>'


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return about how wide a text is in pixels."""
    return len(text) * size * (_BOLD_LETTER if bold else _LETTER)


def write(
    text: str,
    x: float,
    y: float,
    *,
    size: float = 12,
    role: str = "ink",
    anchor: str = "middle",
    bold: bool = False,
    halo: bool = False,
) -> str:
    """Return a line of text.

    Args:
        text: What it says.
        x: Where its anchor is.
        y: Where its middle is.
        size: Of its letters.
        role: What its colour is for.
        anchor: `"start"`, `"middle"` or `"end"`.
        bold: Whether it is bold.
        halo: Whether what is behind it is covered, so that lines don't cross it.
    """
    place = f'x="{x:.1f}" y="{y + size * 0.35:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    weight = ' font-weight="bold"' if bold else ""
    said = escape(text)
    over = f"<text {place}{weight} {paint(fill=role)}>{said}</text>"
    if not halo:
        return over
    # A text of its own, since not every program knows in which order to paint one.
    under = (
        f'<text {place}{weight} aria-hidden="true" {paint(stroke="paper")} stroke-width="5" '
        f'stroke-linejoin="round">{said}</text>'
    )
    return under + over


def document(
    width: float,
    height: float,
    shapes: list[str],
    *,
    title: str,
    description: str = "",
    scale: float = 1.0,
) -> str:
    """Return the whole picture.

    Args:
        width: In pixels.
        height: In pixels.
        shapes: Its elements, the later ones over the earlier.
        title: Its name, for those who don't see it.
        description: What it shows, for them.
        scale: How large a pixel is.
    """
    said = f"<title>{escape(title)}</title>"
    if description:
        said += f"<desc>{escape(description)}</desc>"
    paper = f'<rect width="{width:.0f}" height="{height:.0f}" {paint(fill="paper")}/>'
    inside = "\n".join([paper, *shapes])
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', inside)]
    # On a page it shrinks where there is less room, but not until its text can't be read.
    least = width * min(scale, _LEAST_TEXT / min(sizes, default=_LEAST_TEXT))
    text = "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" class="cornu-themed" '
            f'width="{width * scale:.0f}" height="{height * scale:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}" '
            f'style="max-width:max(100%,{least:.0f}px);height:auto">',
            said,
            f"<style>{THEME_STYLE}{_color_rules(inside)}</style>",
            inside,
            "</svg>\n",
        ]
    )
    return _NO_XML.sub("\ufffd", text)


def _color_rules(shapes: str) -> str:
    """What gives the elements of some classes their colours, light and dark."""
    return "".join(
        f".cornu-{what}-{role}{{{what}:light-dark({','.join(_COLORS[role])})}}"
        for what, role in sorted(set(re.findall(r"\bcornu-(fill|stroke)-(\w+)", shapes)))
        if role in _COLORS
    )
