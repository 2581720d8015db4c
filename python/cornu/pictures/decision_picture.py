"""A model of two inputs as a map of its answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.pictures.decision_map import (
    TABLE_STEP,
    DecisionMap,
    check_domain,
    check_model,
    check_points,
    decisions,
    map_of,
)
from cornu.pictures.drawing import (
    COLORS,
    TEXT,
    Sheet,
    ToFile,
    add_scale,
    legend_of_all,
    look_of,
    style,
)
from cornu.pictures.text_table import text_table
from cornu.utils.number import check_finite

# How much of a class's colour there is where the model is sure of it: points must be seen on it.
_STRENGTH = 0.55
# In inches, and what the scale says.
SIZE = (5.4, 5.8)
OUTPUT = "output of the model"


def decision_surface(
    model: Any,
    x: Any = None,
    y: Any = None,
    domain: Any = None,
    threshold: float = 0.5,
    to_file: ToFile = None,
) -> Any:
    """Draw what a model of two inputs answers all over a part of the plane.

    Of a model with one output, such as a sigmoid's, the colour is that output, and a line is where
    it is `threshold`. With an output for each class, such as a softmax's, it is that of the class
    with the largest, the stronger the larger that is, and lines part the classes. From the seventh
    class on colours come again, and points have other shapes.

    Args:
        model: A model that takes rows of two numbers; it need not be compiled.
        x: Rows to show as points, (n, 2); None: none.
        y: Their labels: a class a row, one-hot or not; with one output, a yes is above `threshold`.
            None: points have no class.
        domain: `((from, to), (from, to))`, the inputs' ranges; None: what has the points.
        threshold: Above which one output is a yes: 0.5 for a sigmoid's, 0 for a logit or a tanh's.
        to_file: The file's path, in any format that matplotlib writes, without an ending PNG; None:
            no file.

    Returns:
        A `matplotlib.figure.Figure`, which notebooks show. `str` gives the answers on a coarse grid
        as a table, `alt_text` says what it shows.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
        TypeError: data are no real numbers, or `model` is none.
        ValueError: the model takes other rows or is not built, an argument is of another shape, or
            matplotlib doesn't write such files.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Dense(1, "sigmoid", kernel_initializer="ones")
    >>> model = cornu.Sequential([cornu.Input((2,)), layer])
    >>> x, y = np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([0, 1])
    >>> picture = cornu.pictures.decision_surface(model, x, y, domain=((-3, 3), (-3, 3)))
    >>> print(picture)
    Decision surface, 2 of 2 points right
    x2 \\ x1    -3    -2    -1     0     1     2     3
    3        0.50  0.73  0.88  0.95  0.98  0.99  1.00
    2        0.27  0.50  0.73  0.88  0.95  0.98  0.99
    1        0.12  0.27  0.50  0.73  0.88  0.95  0.98
    0        0.05  0.12  0.27  0.50  0.73  0.88  0.95
    -1       0.02  0.05  0.12  0.27  0.50  0.73  0.88
    -2       0.01  0.02  0.05  0.12  0.27  0.50  0.73
    -3       0.00  0.01  0.02  0.05  0.12  0.27  0.50

    Source: https://playground.tensorflow.org shows such maps.
    """
    sheet = Sheet("pictures.decision_surface", to_file)
    check_model(model)
    limit = float(check_finite("threshold", threshold))
    points = check_points(x, y, limit)
    found = map_of(model, check_domain(domain, points), points, limit)
    title = f"Decision surface{told(found)}"
    picture = sheet.begin(*SIZE, title)
    panel = picture.subplots()
    image = draw_map(panel, found, limit, color_reach(found, limit))
    if image is not None:
        add_scale(picture, [panel], image, OUTPUT)
    legend_of_all(picture, panel)
    return sheet.finish(picture, in_words(found, limit), table_of(title, found))


def told(found: DecisionMap) -> str:
    """How many points are told right, after a comma; "" where it is not known."""
    if found.points is None or found.right is None:
        return ""
    return f", {found.right} of {len(found.points.x)} points right"


def color_reach(found: DecisionMap, threshold: float) -> float:
    """How far colours reach to either side of the threshold: all that a sigmoid or the map has."""
    outputs = found.outputs[np.isfinite(found.outputs)]
    furthest = float(np.abs(outputs - threshold).max()) if outputs.size else 0.0
    return max(furthest, min(threshold, 1 - threshold), 1e-12)


def draw_map(panel: Any, found: DecisionMap, threshold: float, reach: float) -> Any:
    """Draw a map and its points on axes.

    Args:
        panel: The axes.
        found: The map.
        threshold: Where the colours of one output change.
        reach: How far its colours reach from there, as of several maps side by side.

    Returns:
        The image of a model with one output, which a scale can be made of; else None.
    """
    x1, x2 = found.sides
    # Each number is the middle of a place of the image.
    half = (x1[1] - x1[0]) / 2, (x2[1] - x2[0]) / 2
    extent = (x1[0] - half[0], x1[-1] + half[0], x2[0] - half[1], x2[-1] + half[1])
    place = {"origin": "lower", "extent": extent, "aspect": "auto", "interpolation": "nearest"}
    line = {"colors": TEXT, "linewidths": 1.2}
    image = None
    if found.is_of_classes:
        panel.imshow(_class_colors(found.outputs), **place)
        for one in range(found.outputs.shape[-1]):
            others = np.delete(found.outputs, one, axis=-1).max(axis=-1)
            _contour(panel, found, found.outputs[..., one] - others, 0.0, line)
    else:
        limits = {"vmin": threshold - reach, "vmax": threshold + reach}
        image = panel.imshow(found.outputs[..., 0], cmap=_two_colors(), **limits, **place)
        _contour(panel, found, found.outputs[..., 0], threshold, line)
    style(panel, "x1", "x2")
    _draw_points(panel, found, threshold)
    panel.set_xlim(extent[:2])
    panel.set_ylim(extent[2:])
    return image


def _contour(panel: Any, found: DecisionMap, values: np.ndarray, level: float, line: Any) -> None:
    finite = values[np.isfinite(values)]
    # A level that the values do not have is a warning of matplotlib's.
    if finite.size and finite.min() < level < finite.max():
        panel.contour(*found.sides, values, levels=[level], **line)


def _two_colors() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    ends = [_mixed(COLORS[0], _STRENGTH), "white", _mixed(COLORS[1], _STRENGTH)]
    return LinearSegmentedColormap.from_list("no_and_yes", ends)


def _mixed(color: str, share: Any) -> np.ndarray:
    """So much of a colour on white."""
    from matplotlib.colors import to_rgb

    return 1 - (1 - np.array(to_rgb(color))) * np.asarray(share)[..., None]


def _class_colors(outputs: np.ndarray) -> np.ndarray:
    """A colour for each place of the grid."""
    classes = decisions(outputs, 0.0)
    count = outputs.shape[-1]
    # From as likely as any other to sure; what are no probabilities is shown as sure.
    surest = np.clip(outputs.max(axis=-1), 1 / count, 1)
    share = _STRENGTH * (0.25 + 0.75 * (surest - 1 / count) / (1 - 1 / count))
    colors = np.empty((*classes.shape, 3))
    for one in range(count):
        chosen = classes == one
        colors[chosen] = _mixed(COLORS[one % len(COLORS)], share[chosen])
    return colors


def _draw_points(panel: Any, found: DecisionMap, threshold: float) -> None:
    if found.points is None:
        return
    x, labels = found.points
    look = {"edgecolors": "white", "linewidths": 0.8, "s": 36, "zorder": 3}
    if labels is None:
        panel.scatter(*x.T, color=TEXT, marker="o", **look)
        return
    classes = labels if found.is_of_classes else labels > threshold
    for one in np.unique(classes).astype(int):
        kind = {name: look_of(one)[name] for name in ("color", "marker")}
        panel.scatter(*x[classes == one].T, label=_class(one), **kind, **look)


def _class(one: int) -> str:
    return f"class {one}"


def table_of(title: str, found: DecisionMap) -> str:
    """Return the answers on a coarse grid, the second input from more to less."""
    x1, x2 = (side[::TABLE_STEP] for side in found.sides)
    outputs = found.outputs[::TABLE_STEP, ::TABLE_STEP]
    if found.is_of_classes:
        classes, most = decisions(outputs, 0.0), outputs.max(axis=-1)
        cells = [
            [f"{one}: {value:.2f}" for one, value in zip(*row, strict=True)]
            for row in zip(classes, most, strict=True)
        ]
    else:
        cells = [[f"{value:.2f}" for value in row] for row in outputs[..., 0]]
    headings = ["x2 \\ x1", *(f"{value:.3g}" for value in x1)]
    rows = [[f"{value:.3g}", *row] for value, row in zip(x2, cells, strict=True)]
    return text_table(title, headings, rows[::-1])


def in_words(found: DecisionMap, threshold: float) -> str:
    """Return what a map shows."""
    x1, x2 = found.sides
    parts = shares(found, threshold).items()
    said = f"Map of a model's answers for x1 from {x1[0]:.3g} to {x1[-1]:.3g} and x2 from "
    said += f"{x2[0]:.3g} to {x2[-1]:.3g}: {', '.join(f'{name} in {s} of it' for name, s in parts)}"
    return f"{said}{told(found)}."


def shares(found: DecisionMap, threshold: float) -> dict[str, str]:
    """Return how much of the map each answer has, by its name."""
    classes = decisions(found.outputs, threshold)
    if not found.is_of_classes:
        return {f"output above {threshold:g}": f"{np.mean(classes):.0%}"}
    counts = np.bincount(classes.ravel(), minlength=found.outputs.shape[-1]) / classes.size
    return {_class(one): f"{share:.0%}" for one, share in enumerate(counts)}
