"""A picture: a figure of matplotlib's that says in words and numbers what it shows."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

_DOTS_PER_INCH = 150


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
        self.savefig(to_file, format=ending, dpi=_DOTS_PER_INCH, metadata=self._metadata(ending))

    def _metadata(self, ending: str) -> dict[str, str | None]:
        if ending == "png":
            return {"Description": self.alt_text}
        if ending in ("svg", "svgz"):
            # Without a date the same numbers give the same file.
            return {"Description": self.alt_text, "Date": None}
        return {"Subject": self.alt_text} if ending == "pdf" else {}

    def _repr_html_(self) -> str:
        """An image that says what it shows: what IPython makes of a figure does not."""
        memory = BytesIO()
        self.savefig(memory, format="png", dpi=_DOTS_PER_INCH, metadata=self._metadata("png"))
        data = base64.b64encode(memory.getvalue()).decode("ascii")
        width = round(self.get_figwidth() * 100)
        return (
            f'<img alt="{escape(self.alt_text)}" width="{width}" style="max-width:100%;height:auto"'
            f' src="data:image/png;base64,{data}">'
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal, and keeps in a notebook beside the image."""
        printer.text(self.table)
