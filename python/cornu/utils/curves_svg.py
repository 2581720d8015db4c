"""Curves over epochs as SVG, drawn without any other program."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cornu.utils.svg_elements import document, paint, short, text_width, write

# In pixels: a picture, and what its axes and its title take of it.
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 360, 220, 62, 14, 34, 38
_ROLES = ("positive", "negative", "gradient", "target")
_DASHES = ("", "6 4", "2 3", "8 3 2 3")


@dataclass(frozen=True)
class Curve:
    """A curve.

    Attributes:
        name: Its name.
        x: Where its points are.
        y: How high they are; what is not finite is a gap.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]


def draw_curves(name: str, curves: Sequence[Curve], x_name: str) -> str:
    """Return a picture of curves, with words for those who don't see it.

    Args:
        name: What they are of.
        curves: Up to four.
        x_name: What is told off along the bottom.
    """
    return document(
        _WIDTH,
        _HEIGHT,
        _panel(name, curves, x_name),
        title=f"{name} over the {x_name}s",
        description="\n".join(describe(curve, x_name) for curve in curves),
    )


def ticks(least: float, most: float, count: int = 5, whole: bool = False) -> list[float]:
    """Return round numbers within a range, about `count` of them.

    Args:
        least: Its start.
        most: Its end, above that.
        count: How many are wanted.
        whole: Whether only whole numbers will do.

    Example:

    >>> from cornu.utils.curves_svg import ticks
    >>> ticks(0.0, 1.3), ticks(1, 3, whole=True)
    ([0.0, 0.5, 1.0], [1.0, 2.0, 3.0])
    """
    rough = (most - least) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    if whole:
        step = max(step, 1.0)
    first, last = math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def _panel(name: str, curves: Sequence[Curve], x_name: str) -> list[str]:
    points = [
        (x, y) for curve in curves for x, y in zip(curve.x, curve.y, strict=True) if _is_finite(y)
    ]
    x_range = _range([x for x, _ in points] or [0.0], is_tight=True)
    y_range = _range([y for _, y in points] or [0.0])
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def across(x: float) -> float:
        return _LEFT + width * (x - x_range[0]) / (x_range[1] - x_range[0])

    def up(y: float) -> float:
        return _TOP + height * (1 - (y - y_range[0]) / (y_range[1] - y_range[0]))

    floor = _TOP + height
    shapes = [write(name, _LEFT, 16, size=13, anchor="start", bold=True)]
    for y in ticks(*y_range):
        end = _LEFT + width
        shapes.append(
            f'<line x1="{_LEFT:.1f}" y1="{up(y):.1f}" x2="{end:.1f}" y2="{up(y):.1f}" '
            f"{paint(stroke='grid')}/>"
        )
        shapes.append(write(f"{y:.4g}", _LEFT - 6, up(y), size=11, anchor="end"))
    for x in ticks(*x_range, whole=True):
        shapes.append(write(f"{x:.0f}", across(x), floor + 12, size=11))
    shapes.append(write(x_name, _LEFT + width / 2, floor + 27, size=11, role="muted"))
    for i, curve in enumerate(curves):
        looks = f'{paint(stroke=_ROLES[i % 4])} stroke-width="2" fill="none"'
        dashes = f' stroke-dasharray="{_DASHES[i % 4]}"' if _DASHES[i % 4] else ""
        for run in _runs(curve):
            if len(run) == 1:
                spot = f'cx="{across(run[0][0]):.1f}" cy="{up(run[0][1]):.1f}"'
                shapes.append(f'<circle {spot} r="3" {paint(fill=_ROLES[i % 4])}/>')
            else:
                path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in run)
                shapes.append(f'<polyline points="{path}" {looks}{dashes}/>')
    return shapes + _legend(curves, _WIDTH - _RIGHT, 16)


def _legend(curves: Sequence[Curve], right: float, y: float) -> list[str]:
    """The curves' names with a piece of each, in a line that ends at `right`."""
    shapes: list[str] = []
    for i, curve in reversed(list(enumerate(curves))):
        right -= text_width(curve.name, 11)
        shapes.append(write(curve.name, right, y, size=11, anchor="start"))
        dashes = f' stroke-dasharray="{_DASHES[i % 4]}"' if _DASHES[i % 4] else ""
        shapes.append(
            f'<line x1="{right - 28:.1f}" y1="{y:.1f}" x2="{right - 6:.1f}" y2="{y:.1f}" '
            f'{paint(stroke=_ROLES[i % 4])} stroke-width="2"{dashes}/>'
        )
        right -= 40
    return shapes


def _runs(curve: Curve) -> list[list[tuple[float, float]]]:
    """The points that are joined."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(curve.x, curve.y, strict=True):
        if _is_finite(y):
            runs[-1].append((float(x), float(y)))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


# A float of NumPy's is wide where its squares are.
def _is_finite(value: float) -> bool:
    return math.isfinite(value) and abs(value) < 1e300


def _range(values: Sequence[float], is_tight: bool = False) -> tuple[float, float]:
    least, most = float(min(values)), float(max(values))
    # What is equal but for its last digits has no ticks that differ.
    if most - least <= 1e-9 * max(abs(least), abs(most)):
        half = abs(least) / 2 or 0.5
        return least - half, most + half
    room = 0.0 if is_tight else 0.05 * (most - least)
    return least - room, most + room


def describe(curve: Curve, x_name: str) -> str:
    """Return in words where a curve begins and ends, and its least and its largest value.

    Args:
        curve: The curve.
        x_name: What its x is.

    Example:

    >>> from cornu.utils.curves_svg import Curve, describe
    >>> describe(Curve("loss", [1, 2, 3], [0.5, 0.25, 0.375]), "epoch")
    'loss: 0.5000 in epoch 1, 0.3750 in epoch 3; least 0.2500 in epoch 2, largest 0.5000 in epoch 1'
    """
    points = [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if math.isfinite(y)]
    if not points:
        return f"{curve.name}: no finite values"
    least, most = (choose(points, key=lambda point: point[1]) for choose in (min, max))
    first, last, lowest, highest = (
        f"{short(y)} in {x_name} {x:g}" for x, y in (points[0], points[-1], least, most)
    )
    return f"{curve.name}: {first}, {last}; least {lowest}, largest {highest}"
