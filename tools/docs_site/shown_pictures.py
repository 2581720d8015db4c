"""Pictures of pages on the site: those that their code draws are as a notebook shows them.

So their panels stand below each other on a phone, what is wider yet scrolls and says so, and those
of networks are light or dark as the site is.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from unittest import mock

from cornu.pictures.picture import Picture
from cornu.utils.svg_elements import Svg
from cornu.utils.wide_html import WIDE_STYLE, wide

# Of a plot's width: its text has 12 pixels then 9.
_LEAST = 0.75


@contextmanager
def shown_too() -> Iterator[None]:
    """Have pictures by matplotlib leave beside their files what a notebook shows."""
    write = Picture.write

    def write_both(picture: Picture, to_file: Path, ending: str) -> None:
        write(picture, to_file, ending)
        to_file.with_suffix(".html").write_text(picture._repr_html_(), encoding="utf-8")

    with mock.patch.object(Picture, "write", write_both):
        yield


def html_of(picture: Path, words: str) -> str:
    """Return HTML of a picture that a page shows; "": the page can't do better than an image.

    Args:
        picture: Its file.
        words: What it shows, if the picture doesn't say so itself.
    """
    beside = picture.with_suffix(".html")
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    text = picture.read_text(encoding="utf-8") if picture.suffix == ".svg" else ""
    if 'class="cornu-themed"' in text:
        return Svg(text)._repr_html_()
    size = re.search(r'<svg[^>]* width="([\d.]+)pt"', text)
    return "" if size is None else _plot(text, float(size[1]) * 96 / 72, words)


def _plot(text: str, width: float, words: str) -> str:
    """A plot that shrinks as far as it can be read, and then scrolls."""
    style = f"width:100%;min-width:{_LEAST * width:.0f}px;max-width:{width:.0f}px;height:auto"
    data = base64.b64encode(text.encode()).decode("ascii")
    image = (
        f'<img alt="{escape(words)}" width="{width:.0f}" style="{style}" '
        f'src="data:image/svg+xml;base64,{data}">'
    )
    return wide(f"<style>{WIDE_STYLE}</style>{image}", words, white=round(width))
