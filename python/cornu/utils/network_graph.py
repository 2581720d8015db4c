"""What a picture of a network says: its units and the lines between them, with their figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.utils.svg_elements import short

if TYPE_CHECKING:
    from cornu.models.traced import LayerTrace, Trace

# Beyond these a picture can't be read.
MOST_UNITS, MOST_LAYERS = 8, 8


@dataclass(frozen=True)
class Note:
    """A few words, and what their colour is for."""

    text: str
    role: str = "muted"


@dataclass(frozen=True)
class Unit:
    """A unit: a circle with its output in it.

    Attributes:
        value: What it gives; None: nothing yet.
        above: Its bias, or what there is of that.
        below: What goes into its activation, or the loss's derivatives.
        says: All its figures, with all digits.
    """

    value: float | None
    says: str
    above: Note | None = None
    below: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line between two units, those of columns that follow each other.

    Attributes:
        start: Which unit it comes from.
        end: Which it goes to.
        value: What its colour and its width show; None: it has none.
        note: What stands on it; None: nothing.
        says: All its figures, with all digits.
    """

    start: int
    end: int
    value: float | None = None
    note: Note | None = None
    says: str = ""


@dataclass(frozen=True)
class Column:
    """The units of a layer, one below the other.

    Attributes:
        head: What stands above: name, and class and activation.
        units: The units; those without a `value` and with a text are targets.
        lines: Those that come from the column before.
        flow: 1: the step is about this layer, forward; -1: backward; 0: it isn't.
        boxes: In place of units, what is said of each target.
    """

    head: tuple[str, str]
    units: list[Unit] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    flow: int = 0
    boxes: list[list[Note]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.units) or len(self.boxes)


def why_not_drawn(layers: list[tuple[Any, int | None, int | None]]) -> str:
    """Return why a network can't be drawn unit by unit; "": it can.

    Args:
        layers: Of each layer it, and the numbers that a row has before and after it (None: they
            are not known).
    """
    if len(layers) > MOST_LAYERS:
        return f"{len(layers)} layers, of {MOST_LAYERS} that can be drawn"
    for place, (layer, before, after) in enumerate(layers):
        sizes = [(before, f"what goes into {layer.name}")] if place == 0 else []
        for size, what in (*sizes, (after, layer.name)):
            if size is None:
                return f"the units of {what} are not known before there are data"
            if size > MOST_UNITS:
                return f"{size:,} units in {what}, of {MOST_UNITS} that can be drawn"
        if before != after and not is_dense(layer):
            return f"{layer.name} ({type(layer).__name__}) has no line for each weight"
    return ""


def is_dense(layer: Any) -> bool:
    """Return whether each of the layer's weights belongs to a line between two units."""
    from cornu.layers.dense import Dense

    return isinstance(layer, Dense) and not layer._is_own


def columns_of_model(layers: list[tuple[Any, int, int]]) -> list[Column]:
    """Return the columns of a model, with its weights.

    Args:
        layers: As for `why_not_drawn`, which found nothing.
    """
    columns = [Column(("input", ""), [Unit(None, f"input {i}") for i in range(layers[0][1])])]
    for layer, before, after in layers:
        if is_dense(layer):
            lines = _weight_lines(layer.name, np.asarray(layer.kernel))
        else:
            lines = [Line(i, i) for i in range(before)]
        bias = np.asarray(layer.bias) if is_dense(layer) and layer.bias is not None else None
        units = [
            Unit(
                None,
                f"{layer.name}, unit {i}" + _said("bias", _of(bias, i)),
                above=_note("b", _of(bias, i)),
            )
            for i in range(after)
        ]
        columns.append(Column((layer.name, _kind(layer)), units, lines))
    return columns


def columns_of_trace(trace: Trace, place: int, row: int) -> list[Column]:
    """Return the columns of a trace, with the figures that are there once a step is taken.

    Args:
        trace: The trace; nothing speaks against drawing it.
        place: The step's, in `trace.steps`.
        row: Which row's figures are shown; those of weights are of all rows.
    """
    count = len(trace.layers)
    inputs = trace.x[row].ravel()
    columns = [
        Column(("input", ""), [Unit(float(x), f"input {i}: {x:.8g}") for i, x in enumerate(inputs)])
    ]
    for i, layer in enumerate(trace.layers):
        # The step that goes back through layer i comes 2 * count - i from the first one.
        columns.append(_layer_column(layer, row, place, i, 2 * count - i, 2 * count + 1))
    if place >= count:
        columns.append(_targets(trace, row, place))
        if any(line.note for line in columns[-1].lines):
            # Derivatives that stand there needn't stand below the units too.
            columns[-2] = _without(columns[-2], "∂E/∂a")
    return columns


def _without(column: Column, symbol: str) -> Column:
    """A column without the notes of a symbol below its units."""
    units = [
        replace(unit, below=tuple(n for n in unit.below if not n.text.startswith(symbol)))
        for unit in column.units
    ]
    return replace(column, units=units)


def _layer_column(
    layer: LayerTrace, row: int, place: int, forward: int, backward: int, update: int
) -> Column:
    is_given, is_derived, is_updated = place >= forward, place >= backward, place >= update
    a, z, d_a, delta = (
        None if values is None else values[row].ravel()
        for values in (layer.a, layer.z, layer.d_a, None if layer.z is None else layer.delta)
    )
    bias = layer.weights.get("bias") if is_dense(layer.layer) else None
    units = []
    for i in range(layer.a[row].size):
        says = f"{layer.name}, unit {i}"
        above = value = None
        below: tuple[Note, ...] = ()
        if bias is not None:
            above, said = _weight_note("b", bias, (i,), is_derived, is_updated)
            says += said
        if is_given:
            value = float(a[i])  # type: ignore[index]
            below = _notes({"z": _of(z, i)})
            says += _said("z", _of(z, i)) + _said("a", value)
        if is_derived:
            derived = {"∂E/∂a": _of(d_a, i), "∂E/∂z": _of(delta, i)}
            says += "".join(_said(symbol, each) for symbol, each in derived.items())
            if notes := _notes(derived, "gradient"):
                below = () if is_updated else notes
        units.append(Unit(value, says, above, below))
    lines = [Line(i, i) for i in range(len(units))]
    if is_dense(layer.layer):
        kernel = layer.weights["kernel"]
        lines = []
        for start, end in np.ndindex(*kernel.before.shape):
            note, said = _weight_note("", kernel, (start, end), is_derived, is_updated)
            shown = kernel.gradient if note.role == "gradient" else kernel.before
            if is_updated:
                shown = kernel.after
            says = f"{layer.name}/kernel[{start}, {end}]{said}"
            lines.append(Line(start, end, float(shown[start, end]), note, says))  # type: ignore[index]
    flow = 1 if place == forward else -1 if place == backward else 0
    return Column((layer.name, _kind(layer.layer)), units, lines, flow)


def _weight_note(
    name: str, weight: Any, index: tuple[int, ...], is_derived: bool, is_updated: bool
) -> tuple[Note, str]:
    """What stands at a weight, and all that is said of it."""
    before, after = float(weight.before[index]), float(weight.after[index])
    says = f": {before:.8g}"
    note = _note(name, before, "ink")
    if is_derived and weight.gradient is not None:
        gradient = float(weight.gradient[index])
        says += f", derivative {gradient:.8g}"
        note = _note(f"∂E/∂{name}" if name else "", gradient, "gradient")
    if is_updated:
        says += f", after the step {after:.8g}"
        note = _note(name, after, "target")
    assert note is not None
    return note, says


def _targets(trace: Trace, row: int, place: int) -> Column:
    """The targets, and each output's part of the loss."""
    last, flow = trace.layers[-1], int(place == len(trace.layers))
    outputs = last.a[row].ravel()
    head = ("loss", f"E = {short(trace.loss, 6)}")
    targets = np.ravel(trace.y[row]) if np.ndim(trace.y) else np.ravel(trace.y)
    if len(targets) != len(outputs):
        says = [Note("target", "muted"), Note(", ".join(short(t) for t in targets[:4]), "target")]
        return Column(
            head, lines=[Line(i, 0) for i in range(len(outputs))], flow=flow, boxes=[says]
        )
    terms = None if trace.terms is None else trace.terms[row].ravel()
    boxes = []
    for i, target in enumerate(targets):
        box = [Note(f"target {short(target)}", "target")]
        if terms is not None:
            box.append(Note(f"E{i + 1} {short(terms[i])}", "ink"))
        boxes.append(box)
    is_derived = len(trace.layers) < place <= 2 * len(trace.layers) and last.d_a is not None
    d_a = last.d_a[row].ravel() if is_derived else None  # type: ignore[index]
    lines = [Line(i, i, note=_note("∂E/∂a", _of(d_a, i), "gradient")) for i in range(len(outputs))]
    return Column(head, lines=lines, flow=flow, boxes=boxes)


def _weight_lines(name: str, kernel: np.ndarray) -> list[Line]:
    return [
        Line(
            start,
            end,
            float(kernel[start, end]),
            _note("", float(kernel[start, end]), "ink"),
            f"{name}/kernel[{start}, {end}]: {kernel[start, end]:.8g}",
        )
        for start, end in np.ndindex(*kernel.shape)
    ]


def _kind(layer: Any) -> str:
    function = getattr(layer, "activation", None)
    named = getattr(function, "__name__", type(function).__name__)
    return type(layer).__name__ + ("" if function is None else f", {named}")


def _of(values: np.ndarray | None, place: int) -> float | None:
    return None if values is None else float(values[place])


def _note(name: str, value: float | None, role: str = "muted") -> Note | None:
    return None if value is None else Note(f"{name} {short(value)}".strip(), role)


def _notes(named: dict[str, float | None], role: str = "muted") -> tuple[Note, ...]:
    found = (_note(name, value, role) for name, value in named.items())
    return tuple(note for note in found if note is not None)


def _said(name: str, value: float | None) -> str:
    return "" if value is None else f", {name} {value:.8g}"


def size_of(shape: tuple[int | None, ...]) -> int | None:
    """Return how many numbers a row of a shape has; None: that is not known.

    Args:
        shape: With the batch first.

    Example:

    >>> from cornu.utils.network_graph import size_of
    >>> size_of((None, 8, 8)), size_of((None, None, 3))
    (64, None)
    """
    row = shape[1:]
    return None if None in row else math.prod(row)  # type: ignore[arg-type]
