"""A picture cut between its panels, so that a page shows them side by side or below each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

# Left, top, right and bottom, in pixels.
Box = tuple[float, float, float, float]
_MARGIN = 8
# A title and a legend stand in the middle of the rest, and what is too wide begins at its left.
_ROW = "display:flex;flex-wrap:wrap;align-items:flex-start;justify-content:safe center"


def cut(boxes: Sequence[Box], whole: Box) -> list[list[Box]]:
    """Cut a picture where nothing is: into rows, and these into what stands side by side.

    Args:
        boxes: Where something is: panels with their labels, titles, legends, scales of colours.
        whole: The picture.

    Example:

    >>> from cornu.pictures.picture_pieces import cut
    >>> title, left, right = (40, 2, 60, 8), (2, 12, 48, 98), (52, 12, 98, 98)
    >>> for row in cut([title, left, right], (0, 0, 100, 100)):
    ...     print(row)
    [(32, 0, 68, 10.0)]
    [(0, 10.0, 50.0, 100), (50.0, 10.0, 100, 100)]
    """
    return [_cut_row(row, box) for row, box in _parts(boxes or [whole], whole, 1)]


def _cut_row(boxes: list[Box], whole: Box) -> list[Box]:
    columns = [box for _, box in _parts(boxes, whole, 0)]
    # Margins beside a title, or where panels are missing, would take room that others need.
    left, right = min(box[0] for box in boxes) - _MARGIN, max(box[2] for box in boxes) + _MARGIN
    if len(columns) == 1:
        return [(max(whole[0], left), whole[1], min(whole[2], right), whole[3])]
    if right + 2 * _MARGIN < whole[2]:
        columns[-1] = (columns[-1][0], whole[1], right, whole[3])
    return columns


def _parts(boxes: Sequence[Box], whole: Box, axis: int) -> list[tuple[list[Box], Box]]:
    """Boxes that overlap along an axis, and their part: it ends midway to the next ones."""
    runs: list[list[Box]] = []
    end = float("-inf")
    for box in sorted(boxes, key=lambda box: box[axis]):
        if box[axis] >= end:
            runs.append([])
        runs[-1].append(box)
        end = max(end, box[axis + 2])
    ends = [max(box[axis + 2] for box in run) for run in runs[:-1]]
    starts = [min(box[axis] for box in run) for run in runs[1:]]
    middles = [(end + start) / 2 for end, start in zip(ends, starts, strict=True)]
    found = []
    for run, *sides in zip(runs, [whole[axis], *middles], [*middles, whole[axis + 2]], strict=True):
        part = list(whole)
        part[axis], part[axis + 2] = sides
        found.append((run, (part[0], part[1], part[2], part[3])))
    return found


def pieces_html(
    rows: list[list[Box]], whole: float, least: float, image: Callable[[Box, str], str]
) -> str:
    """Return a picture's pieces as HTML.

    Those of a row shrink together as far as they can be read, and then go below each other.

    Args:
        rows: The pieces.
        whole: How wide the picture is.
        least: How far they shrink.
        image: What gives a piece of the picture as an image of a style.
    """
    parts = []
    for row in rows:
        widths = [right - left for left, _, right, _ in row]
        items = [image(box, _style(width, least)) for box, width in zip(row, widths, strict=True)]
        if len(row) > 1 and sum(widths) < whole:
            # Nothing, where panels are missing, so that the others are as large as those above.
            items.append(f'<div style="{_style(whole - sum(widths), least)}"></div>')
        parts.append(f'<div style="{_ROW}">{"".join(items)}</div>')
    return "".join(parts)


def _style(width: float, least: float) -> str:
    narrow = f"{least * width:.0f}px"
    return f"flex:{width:.0f} 1 {narrow};min-width:{narrow};max-width:{width:.0f}px"
