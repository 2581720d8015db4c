"""What pictures in SVG are made of: text, colours for light and dark, and the document itself."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

# Of a letter, as a part of its size: the mean of Helvetica's, rounded up; of its bold ones.
_LETTER, _BOLD_LETTER = 0.56, 0.62
FONT = "Helvetica, Arial, sans-serif"
# What colours are for: on a light page and on a dark one. Text has a contrast of 4.5 or more on
# `paper` and `fill`; blue and orange are told apart by those who don't see red and green.
_COLORS = {
    "paper": ("#ffffff", "#15181d"),
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
    >>> Svg("<svg/>")._repr_html_()
    '<svg/>'
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

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


def paint(what: str, role: str) -> str:
    """Return the attributes that give an element a colour.

    Args:
        what: `"fill"` or `"stroke"`.
        role: What the colour is for. A program that knows no style sheets takes the light one.

    Example:

    >>> from cornu.utils.svg_elements import paint
    >>> paint("fill", "ink")
    'fill="#1b1f24" class="cornu-fill-ink"'
    """
    return f'{what}="{_COLORS[role][0]}" class="cornu-{what}-{role}"'


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
    over = f"<text {place}{weight} {paint('fill', role)}>{said}</text>"
    if not halo:
        return over
    # A text of its own, since not every program knows in which order to paint one.
    under = (
        f'<text {place}{weight} aria-hidden="true" {paint("stroke", "paper")} stroke-width="5" '
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
    is_themed: bool = True,
) -> str:
    """Return the whole picture.

    Args:
        width: In pixels.
        height: In pixels.
        shapes: Its elements, the later ones over the earlier.
        title: Its name, for those who don't see it.
        description: What it shows, for them.
        scale: How large a pixel is.
        is_themed: Whether it is dark where the reader's screen is, or white everywhere.
    """
    said = f"<title>{escape(title)}</title>"
    if description:
        said += f"<desc>{escape(description)}</desc>"
    paper = paint("fill", "paper") if is_themed else 'fill="white"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width * scale:.0f}" '
            f'height="{height * scale:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'font-family="{FONT}">',
            said,
            *([f"<style>{_dark_style()}</style>"] if is_themed else []),
            f'<rect width="{width:.0f}" height="{height:.0f}" {paper}/>',
            *shapes,
            "</svg>\n",
        ]
    )


def _dark_style() -> str:
    rules = [
        f".cornu-{what}-{role}{{{what}:{dark}}}"
        for role, (_, dark) in _COLORS.items()
        for what in ("fill", "stroke")
    ]
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"
