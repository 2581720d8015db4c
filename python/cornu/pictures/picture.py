"""A picture: a figure of matplotlib's that says in words and numbers what it shows."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.text import Text

from cornu.pictures.picture_pieces import Box, cut, pieces_html
from cornu.saving.whole_file import write_whole
from cornu.utils.wide_html import WIDE_STYLE, wide

_DOTS_PER_INCH = 150
# On a page: of the image's pixels, and of the smallest text.
_PIXEL = 100 / _DOTS_PER_INCH
_LEAST_TEXT = 10


class Picture(Figure):
    """A figure that knows its text form.

    It is none of pyplot's: no window opens for it, and it is gone with the last reference to it.
    Notebooks show it as an image with `alt_text`; `print` shows its numbers as a table.

    Args:
        size: Width and height in inches.

    Attributes:
        alt_text: What it shows, in one or two sentences, for whoever can't see it.
        table: Its numbers, as `str` gives them.

    Example:

    >>> from cornu.pictures.picture import Picture
    >>> picture = Picture((4, 3))
    >>> picture.alt_text, picture.table = "Nothing yet.", "nothing"
    >>> print(picture)
    nothing
    """

    def __init__(self, size: tuple[float, float]) -> None:
        super().__init__(figsize=size, dpi=100, facecolor="white", layout="constrained")
        self.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
        self.alt_text, self.table = "", ""

    def __str__(self) -> str:
        return self.table

    def write(self, to_file: Path, ending: str) -> None:
        """Write it into a file, with what it shows in words where the format has a place for it.

        Args:
            to_file: The file's path.
            ending: The format, as file names have it.
        """
        memory = BytesIO()
        self.savefig(memory, format=ending, dpi=_DOTS_PER_INCH, metadata=self._metadata(ending))
        write_whole(to_file, True, memory.getbuffer())

    def _metadata(self, ending: str) -> dict[str, str | None]:
        if ending == "png":
            return {"Description": self.alt_text}
        if ending in ("svg", "svgz"):
            # Without a date the same numbers give the same file.
            return {"Description": self.alt_text, "Date": None}
        return {"Subject": self.alt_text} if ending == "pdf" else {}

    def _repr_html_(self) -> str:
        """Images that say what they show: what IPython makes of a figure does not.

        Panels go below each other where the page is narrow; what is wider yet scrolls.
        """
        pixels, words = self._pixels(), iter([self.alt_text])
        height, width = (size * _PIXEL for size in pixels.shape[:2])

        def image(box: Box, style: str) -> str:
            left, top, right, bottom = (2 * round(side / 2) for side in box)
            rows, columns = (
                slice(round(start / _PIXEL), round(end / _PIXEL))
                for start, end in ((top, bottom), (left, right))
            )
            memory = BytesIO()
            imsave(memory, pixels[rows, columns], format="png")
            data = base64.b64encode(memory.getvalue()).decode("ascii")
            # All is said at the first of them.
            return (
                f'<img alt="{escape(next(words, ""))}" width="{right - left}" '
                f'style="{style};height:auto" src="data:image/png;base64,{data}">'
            )

        whole = (0.0, 0.0, width, height)
        texts = [text for text in self.findobj(Text) if text.get_visible() and text.get_text()]
        smallest = min((text.get_fontsize() for text in texts), default=_LEAST_TEXT)
        least = min(1.0, _LEAST_TEXT * 72 / (100 * smallest))
        found = pieces_html(cut(self._boxes(), whole), width, least, image)
        content = f"<style>{WIDE_STYLE}</style>{found}"
        return wide(content, self.get_suptitle(), white=round(width))

    def _pixels(self) -> np.ndarray:
        """The picture as an image: (rows, columns, 4), red, green, blue and opacity as bytes."""
        memory = BytesIO()
        self.savefig(memory, format="rgba", dpi=_DOTS_PER_INCH)
        columns = int(self.get_figwidth() * _DOTS_PER_INCH)
        return np.frombuffer(memory.getvalue(), np.uint8).reshape(-1, columns, 4)

    def _boxes(self) -> list[Box]:
        """Where its panels, titles and legends are, in pixels from its top."""
        self.draw_without_rendering()
        found = [part.get_tightbbox() for part in (*self.axes, *self.legends, *self.texts)]
        top, scale = self.bbox.height, 100 / self.dpi
        return [
            (box.x0 * scale, (top - box.y1) * scale, box.x1 * scale, (top - box.y0) * scale)
            for box in found
            if box is not None
        ]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal, and keeps in a notebook beside the image."""
        printer.text(self.table)
