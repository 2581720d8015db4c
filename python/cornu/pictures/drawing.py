"""What all pictures have in common: where they go, colours that everybody can tell apart, axes."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.extras import require

# Each has a contrast of more than 4.5 with white. They differ for colour-blind eyes, and as greys
# somewhat; a shape goes with each.
COLORS = ("#0067a5", "#b84500", "#00735a", "#a0357a", "#4d4d4d", "#7a5c00")
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
TEXT = "#1a1a1a"
FAINT = "#595959"
GRID = "#dddddd"
# The length of a scale of colours, in inches.
_SCALE = 3.2
ToFile = str | PathLike[str] | None


def look_of(place: int) -> dict[str, Any]:
    """Return colour, line and mark of a curve among several; no two of the first 36 are the same.

    Example:

    >>> from cornu.pictures.drawing import look_of
    >>> look_of(0), look_of(6)
    ({'color': '#0067a5', 'linestyle': '-', 'marker': 'o'},
     {'color': '#0067a5', 'linestyle': '--', 'marker': 's'})
    """
    turn = (place + place // len(COLORS)) % len(LINES)
    color = COLORS[place % len(COLORS)]
    return {"color": color, "linestyle": LINES[turn], "marker": MARKERS[turn]}


class Sheet:
    """An empty picture and the file that it goes into.

    Args:
        user: What draws, for errors.
        to_file: The file's path; without an ending, it is PNG. None: there is none.

    Raises:
        ImportError: matplotlib is not installed.
        TypeError: `to_file` is no path.
        ValueError: matplotlib can't write what its ending says.
    """

    def __init__(self, user: str, to_file: ToFile) -> None:
        require("matplotlib", "pictures", user)
        from matplotlib.backend_bases import FigureCanvasBase

        if not isinstance(to_file, str | PathLike | None):
            raise TypeError(
                f"`to_file` must be a path, or None for no file. Received: to_file={shown(to_file)}"
            )
        self._path = None if to_file is None else Path(fspath(to_file))
        self._ending = "png" if self._path is None else self._path.suffix[1:].lower() or "png"
        known = FigureCanvasBase.get_supported_filetypes()
        if self._ending not in known:
            raise ValueError(
                f"`to_file` must end in one of {', '.join(f'.{ending}' for ending in known)}. "
                f"Received: to_file={str(self._path)!r}"
            )

    def begin(self, width: float, height: float, title: str) -> Any:
        """Return a picture of so many inches with a title."""
        from cornu.pictures.picture import Picture

        picture = Picture((width, height))
        picture.suptitle(title, color=TEXT, fontsize=12, parse_math=False)
        return picture

    def finish(self, picture: Any, alt_text: str, table: str) -> Any:
        """Return the picture with its words, written into the file if there is one."""
        picture.alt_text, picture.table = alt_text, table
        if self._path is not None:
            picture.write(self._path, self._ending)
        return picture


def style(axes: Any, x: str, y: str, title: str = "") -> None:
    """Give axes their labels, and colours that no style sheet of the user's changes."""
    axes.set_facecolor("white")
    axes.set_xlabel(x, color=TEXT, parse_math=False)
    axes.set_ylabel(y, color=TEXT, parse_math=False)
    axes.set_title(title, color=TEXT, fontsize=11, parse_math=False)
    axes.tick_params(which="both", colors=TEXT)
    for spine in axes.spines.values():
        spine.set_color(FAINT)


def ruled(axes: Any) -> None:
    """Add faint lines behind the data, and leave out the frame where nothing is read off."""
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["top"].set_visible(False)
    axes.spines["right"].set_visible(False)


def legend(axes: Any, below: bool = False) -> None:
    """Name the curves, on white, where there is more than one; or always, below the axes."""
    handles, labels = axes.get_legend_handles_labels()
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.14)} if below else {}
    if below or len(handles) > 1:
        _add_legend(axes, handles, labels, place)


def legend_of_all(picture: Any, axes: Any) -> None:
    """Name below a whole picture what axes in it show."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        place = {"loc": "outside lower center", "ncols": min(len(handles), 5)}
        _add_legend(picture, handles, labels, place)


def add_scale(picture: Any, panels: list[Any], image: Any, label: str) -> None:
    """Say below axes what a colour of theirs stands for."""
    width = min(0.85, _SCALE / picture.get_figwidth())
    bar = picture.colorbar(image, ax=panels, location="bottom", shrink=width, aspect=24)
    bar.set_label(label, color=TEXT)
    bar.ax.tick_params(colors=TEXT)


def _add_legend(owner: Any, handles: Any, labels: Any, place: dict[str, Any]) -> None:
    look = {"facecolor": "white", "edgecolor": GRID, "labelcolor": TEXT}
    for text in owner.legend(handles, labels, **look, **place).get_texts():
        text.set_parse_math(False)


def readable_on(color: Any) -> str:
    """Return black or white, whichever has more contrast with a colour: at least 4.5, as WCAG asks.

    Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    """
    from matplotlib.colors import to_rgb

    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in to_rgb(color)]
    light = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return "white" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "black"
