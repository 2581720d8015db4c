"""Pictures that a page's code draws into files, on the site as a notebook shows them.

So their panels stand below each other on a phone, what is wider yet scrolls and says so, and those
of networks are light or dark as the site is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from cornu.pictures.picture import Picture
from cornu.utils.svg_elements import Svg


@contextmanager
def shown_too() -> Iterator[None]:
    """Have pictures by matplotlib leave beside their files what a notebook shows."""
    write = Picture.write

    def write_both(picture: Picture, to_file: Path, ending: str) -> None:
        write(picture, to_file, ending)
        to_file.with_suffix(".html").write_text(picture._repr_html_(), encoding="utf-8")

    with mock.patch.object(Picture, "write", write_both):
        yield


def html_of(drawn: Path) -> str:
    """Return what a notebook shows of a picture that a page's code has drawn; "": nothing else."""
    beside = drawn.with_suffix(".html")
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    if drawn.is_file() and drawn.suffix == ".svg":
        text = drawn.read_text(encoding="utf-8")
        return Svg(text)._repr_html_() if 'class="cornu-themed"' in text else ""
    return ""
