"""Pictures of small networks, unit by unit and weight by weight, in a step of training."""

from __future__ import annotations

import itertools
import os
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.model_boxes import Box, Shown, find_boxes
from cornu.utils.network_graph import (
    Column,
    Line,
    Note,
    Unit,
    columns_of_model,
    columns_of_trace,
    is_dense,
    size_of,
    why_not_drawn,
)
from cornu.utils.number import check_integer
from cornu.utils.svg_elements import Svg, arrow_head, document, paint, short, text_width, write

if TYPE_CHECKING:
    from cornu.models.trace_steps import TraceStep
    from cornu.models.traced import LayerTrace, Trace

# In pixels.
_RADIUS, _SPACING, _MARGIN, _BOX = 29, 112, 24, (116, 44)
_TITLE, _HEAD, _LEGEND = 44, 46, 34
# What a unit's own texts and half of a line's label take beside it; what stands on a line that has
# no other beside it takes less.
_LABEL_ROOM, _PLAIN_GAP = 78, 150
# Labels of more weights than this, from or to a unit, would lie over each other.
_MOST_LABELLED = 4
_TEXT = 12


def network_to_svg(
    model: Any, step: int | str | None = None, row: int = 0, to_file: Any = None
) -> Svg:
    """Draw a small network: its units, its weights, and what a traced step made of them.

    A model is drawn with its weights. A trace is drawn as it is once a step of it is taken: forward
    layer by layer, the loss, backward layer by layer, and the update. Units then have their
    outputs, z and derivatives, and weights theirs. Blue is positive and orange negative, and the
    thicker a line is, the further is its figure from zero. Networks of more than 8 units in a layer
    or more than 8 layers are drawn as boxes, one a layer, and the picture says so.

    Args:
        model: A model that is built, or what its `trace` returned.
        step: A step of the trace: its key or its place in `trace.steps`; None: the last one.
        row: The row of the trace's batch that is drawn; derivatives by weights are of all rows.
        to_file: A file to write the picture to, `.svg` or without an ending; None: none.

    Returns:
        The SVG file's text; notebooks show the picture.

    Raises:
        OSError: the file can't be written.
        ValueError: the model is not built, there is no such step or row, `step` is of a model, or
            `to_file` has another ending.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Dense(1, kernel_initializer="ones", name="a")
    >>> model = cornu.Sequential([cornu.Input((2,)), layer])
    >>> picture = cornu.utils.network_to_svg(model)
    >>> "a/kernel[1, 0]: 1" in picture
    True
    >>> model.compile("sgd", "mse")
    >>> trace = model.trace(np.array([[3.0, 1.0]]), np.array([[2.0]]), apply=False)
    >>> [step.key for step in trace.steps]
    ['forward/a', 'loss', 'backward/a', 'update']
    >>> "a/kernel[0, 0]: 1, derivative 12" in cornu.utils.network_to_svg(trace, "backward/a")
    True

    Source: cornu's own; Keras has no such function.
    """
    from cornu.models.traced import Trace

    _check_ending(to_file)
    if isinstance(model, Trace):
        picture = _draw_trace(model, step, row)
    else:
        # It checks the model, and is what is drawn if that is too large.
        boxes = find_boxes(model, Shown(shapes=True, layer_activations=True), expand_nested=False)
        if step is not None:
            raise ValueError(
                "`step` is of a trace, such as `model.trace(x, y)` returns. "
                f"Received: step={shown(step)} for {model!r}"
            )
        picture = _draw_model(model, boxes)
    if to_file is not None:
        from cornu.saving.whole_file import write_text

        write_text(to_file, picture)
    return Svg(picture)


def _check_ending(to_file: Any) -> None:
    """What is written is SVG: under the name of another format, no program would open it."""
    if to_file is None:
        return
    ending = os.path.splitext(os.fsdecode(to_file))[1]
    if ending.lower() not in ("", ".svg"):
        raise ValueError(
            f"`to_file` must end in .svg, which is what is written. Received: to_file={to_file!r}"
        )


def _draw_model(model: Any, boxes: Any) -> str:
    from cornu.models.trace_steps import figure_lines

    title = f"Model {model.name}"
    layers, shape = [], model.input_shape
    for layer in model._chain():
        after = layer.compute_output_shape(shape)
        layers.append((layer, size_of(shape), size_of(after)))
        shape = after
    reason = "it has no layers that compute" if not layers else why_not_drawn(layers)
    if reason:
        return _draw_boxes(boxes, title, "", reason)
    columns = columns_of_model(layers)  # type: ignore[arg-type]
    has_bias = any(unit.above for column in columns for unit in column.units)
    note = "numbers are weights" + ("; b is a bias" if has_bias else "")
    weights = [
        (f"{layer.name}/{weight.name.rpartition('/')[2]}", np.asarray(weight))
        for layer, _, _ in layers
        for weight in layer.weights
    ]
    return _draw(columns, title, note, "\n".join([title, *figure_lines(weights)]))


def _draw_trace(trace: Trace, step: Any, row: Any) -> str:
    from cornu.models.trace_steps import find_step

    found = find_step(trace.steps, step)
    row = check_row(row, trace)
    rows = len(trace.x)
    layers = [(t.layer, t.x[row].size, None if t.a is None else t.a[row].size) for t in trace]
    reason = why_not_drawn(layers)
    if not reason and any(
        is_dense(t.layer) and (t.x.ndim != 2 or "kernel" not in t.weights) for t in trace
    ):
        reason = "a unit gives more than one number a row"
    if reason:
        boxes = [_box(layer, i, found, len(layers)) for i, layer in enumerate(trace)]
        return _draw_boxes(boxes, found.title, found.text, reason)
    note = _legend_of(found, len(layers))
    if rows > 1:
        note = f"row {row} of the {rows} rows; {note}"
    return _draw(columns_of_trace(trace, found.place, row), found.title, note, found.text)


def check_row(row: Any, trace: Trace) -> int:
    """Return a row of a trace's batch.

    Args:
        row: The row.
        trace: The trace.

    Raises:
        ValueError: there is no such row.
    """
    rows, number = len(trace.x), check_integer("row", row, least=0)
    if number >= rows:
        raise ValueError(
            f"`row` must be one of the batch's, 0 to {rows - 1}. Received: row={number}"
        )
    return number


def _legend_of(step: TraceStep, count: int) -> str:
    if step.place <= count:
        return "numbers are weights, outputs in circles"
    if step.key == "update":
        return "green: weights after the step; outputs in circles, before it"
    return "violet: derivatives of E; outputs in circles"


# ---- Layer by layer


def _draw_boxes(boxes: Any, title: str, text: str, reason: str) -> str:
    from cornu.utils.model_svg import draw

    note = f"Layer boxes, since this is too large to draw unit by unit: {reason}"
    said = "\n".join(part for part in (note, text) if part)
    return draw(boxes, "TB", 96, title=title, description=said, heading=[title, note])


def _box(layer: LayerTrace, i: int, step: TraceStep, count: int) -> Box:
    """A layer's box, with the size of what there is once a step is taken."""
    figures: list[tuple[str, np.ndarray | None]] = []
    if step.place >= i:
        figures.append(("a", layer.a))
    if step.place >= 2 * count - i:
        figures += [("∂E/∂a", layer.d_a), ("∂E/∂z", None if layer.z is None else layer.delta)]
        figures += [(f"∂E/∂{weight.name}", weight.gradient) for weight in layer.weights.values()]
    cells = [
        (f"Mean size of {name}", short(np.abs(values).mean()))
        for name, values in figures
        if values is not None and values.size
    ]
    return Box(i, layer.name, type(layer.layer).__name__, layer.activation or "", cells)


# ---- Unit by unit


def _draw(columns: list[Column], title: str, note: str, text: str) -> str:
    places = _places(columns)
    tallest = max(map(len, columns))
    height = _TITLE + _HEAD + _SPACING * tallest + _LEGEND
    right = places[-1] + _half_width(columns[-1])
    legend = "blue: positive, orange: negative; thicker: further from zero"
    width = max(
        right,
        _MARGIN + text_width(title, 15, bold=True),
        _MARGIN + text_width(note, _TEXT),
        _MARGIN + text_width(legend, 11),
    )
    left = (width - right + _half_width(columns[0])) / 2 - places[0] / 2
    places = [x + max(left - _half_width(columns[0]) / 2, 0.0) for x in places]
    width += _MARGIN
    middle = _TITLE + _HEAD + _SPACING * tallest / 2
    centers = [
        [(x, middle + _SPACING * (i - (len(column) - 1) / 2)) for i in range(len(column))]
        for x, column in zip(places, columns, strict=True)
    ]
    shapes = [
        write(title, _MARGIN, 22, size=15, anchor="start", bold=True),
        write(note, _MARGIN, 42, role="muted", anchor="start"),
    ]
    # The loss looks at all layers alike.
    is_about_some = any(column.flow for column in columns if column.units)
    labels: list[str] = []
    for i in range(1, len(columns)):
        before, after = centers[i - 1], centers[i]
        shapes += _lines(columns[i], before, after, is_about_some, labels)
    shapes += labels
    for x, column, spots in zip(places, columns, centers, strict=True):
        shapes += _head(column, x)
        for unit, spot in zip(column.units, spots, strict=bool(column.units)):
            shapes += _unit(unit, spot, bool(column.flow))
        for box, spot in zip(column.boxes, spots, strict=bool(column.boxes)):
            shapes += _target(box, spot)
    shapes.append(write(legend, _MARGIN, height - 14, size=11, role="muted", anchor="start"))
    return document(width, height, shapes, title=title, description=text or note)


def _half_width(column: Column) -> float:
    head = max(text_width(column.head[0], _TEXT, bold=True), text_width(column.head[1], 11)) / 2
    texts = [note.text for unit in column.units for note in (unit.above, *unit.below) if note]
    body = max([_RADIUS, *(text_width(text, _TEXT) / 2 for text in texts)])
    return max(head, _BOX[0] / 2 if column.boxes else body) + _MARGIN / 2


def _places(columns: list[Column]) -> list[float]:
    """Where the columns stand, from left to right."""
    places = [_half_width(columns[0]) + _MARGIN / 2]
    for one, other in itertools.pairwise(columns):
        labelled = min(len(one), len(other)) if _is_full(one, other) else 0
        gap: float = _PLAIN_GAP
        if 0 < labelled <= _MOST_LABELLED:
            gap = _LABEL_ROOM * (labelled + 1)
        if other.boxes:
            gap = _RADIUS + _LABEL_ROOM * 1.4 + _BOX[0] / 2
        gap = max(gap, 2 * _LABEL_ROOM + 30, _half_width(one) + _half_width(other))
        places.append(places[-1] + gap)
    return places


def _is_full(one: Column, other: Column) -> bool:
    """Whether there is a weight from each unit to each."""
    return any(line.value is not None for line in other.lines)


def _lines(
    column: Column,
    before: list[tuple[float, float]],
    after: list[tuple[float, float]],
    is_about_some: bool,
    labels: list[str],
) -> list[str]:
    """The lines to a column; what stands on them goes to `labels`."""
    shapes = []
    largest = max((abs(line.value) for line in column.lines if line.value is not None), default=0.0)
    is_pale = is_about_some and not column.flow
    fewest = min(len(before), len(after))
    # Near the side with more units, so that labels are as far from each other as they can be.
    share = 1 / (fewest + 1)
    if len(after) > len(before):
        share = 1 - share
    for line in column.lines:
        ends = _cut(before[line.start], after[line.end], bool(column.boxes))
        shapes.append(_line(line, ends, largest, is_pale, column.flow))
        if line.note is None or (line.value is not None and fewest > _MOST_LABELLED):
            continue
        if line.value is None:
            # Between the circle and the box, above the line.
            x, y = (ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2 - 11
        else:
            (x1, y1), (x2, y2) = before[line.start], after[line.end]
            x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
        role = line.note.role
        if role == "ink" and line.value is not None:
            role = _sign(line.value)
        labels.append(write(line.note.text, x, y, role=role, halo=True, bold=not is_pale))
    return shapes


def _cut(
    start: tuple[float, float], end: tuple[float, float], is_box: bool
) -> tuple[float, float, float, float]:
    """A line from the edge of a circle to that of another, or to the side of a box."""
    (x1, y1), (x2, y2) = start, end
    length = float(np.hypot(x2 - x1, y2 - y1))
    dx, dy = _RADIUS * (x2 - x1) / length, _RADIUS * (y2 - y1) / length
    return (
        (x1 + dx, y1 + dy, x2 - _BOX[0] / 2, y2) if is_box else (x1 + dx, y1 + dy, x2 - dx, y2 - dy)
    )


def _sign(value: float) -> str:
    return "negative" if value < 0 else "positive"


def _line(
    line: Line, ends: tuple[float, float, float, float], largest: float, is_pale: bool, flow: int
) -> str:
    x1, y1, x2, y2 = ends
    role, width = "grid", 1.5
    if line.value is not None:
        role = _sign(line.value)
        width = 1 + 4 * (abs(line.value) / largest if largest else 0)
    opacity = ' opacity="0.35"' if is_pale and line.value is not None else ""
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    said = f"<title>{escape(line.says)}</title>" if line.says else ""
    shapes = f'<line {place} stroke-width="{width:.2f}" {paint(stroke=role)}/>'
    if flow and line.value is not None:
        shapes += arrow_head(ends if flow > 0 else (x2, y2, x1, y1), role)
    return f"<g{opacity}>{said}{shapes}</g>"


def _head(column: Column, x: float) -> list[str]:
    name, kind = column.head
    shapes = [write(name, x, _TITLE + 22, bold=True)]
    if kind:
        shapes.append(write(kind, x, _TITLE + 38, size=11, role="muted"))
    return shapes


def _unit(unit: Unit, spot: tuple[float, float], is_now: bool) -> list[str]:
    x, y = spot
    frame = (
        f'stroke-width="3" {paint(fill="fill", stroke="ink")}'
        if is_now
        else f'stroke-width="1.5" {paint(fill="fill", stroke="muted")}'
    )
    shapes = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}" {frame}/>']
    if unit.value is not None:
        shapes.append(write(_fitting(unit.value), x, y, bold=is_now))
    lines = [(note, _RADIUS + 11 + 15 * i) for i, note in enumerate(unit.below)]
    if unit.above is not None:
        lines.append((unit.above, -_RADIUS - 10))
    for note, lift in lines:
        shapes.append(write(note.text, x, y + lift, role=note.role, halo=True))
    return [f"<g><title>{escape(unit.says)}</title>", *shapes, "</g>"]


def _fitting(value: float) -> str:
    """A figure with as many digits as a circle has room for."""
    texts = [short(value, digits) for digits in (4, 3, 2)]
    return next((text for text in texts if len(text) <= 7), texts[-1])


def _target(notes: list[Note], spot: tuple[float, float]) -> list[str]:
    (x, y), (width, height) = spot, _BOX
    shapes = [
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width}" '
        f'height="{height}" rx="6" stroke-width="1.5" {paint(fill="fill", stroke="muted")}/>'
    ]
    for i, note in enumerate(notes):
        lift = 17 * (i - (len(notes) - 1) / 2)
        shapes.append(write(note.text, x, y + lift, role=note.role))
    return shapes
