"""A trace of a step of training as text and as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cornu.models.traced import LayerTrace, Trace

# Arrays of more numbers, or longer in either direction, are shown by their size and range.
_MOST_NUMBERS = 24
_MOST_LINES = 8
_NAME_WIDTH, _VALUES_WIDTH = 14, 46
_MEANINGS = {
    "x": "what the layer was given",
    "z": "what goes into its activation",
    "a": "what it gives",
    "d_a": "∂E/∂a, the loss's derivative by that",
    "delta": "∂E/∂z, the one by z",
}


def array_lines(values: np.ndarray) -> list[str]:
    """Return the numbers of an array, a row a line, or one line that says something of many."""
    values = np.atleast_1d(values)
    rows = values.reshape(math.prod(values.shape[:-1]), values.shape[-1])
    if values.size <= _MOST_NUMBERS and max(rows.shape) <= _MOST_LINES:
        return ["  ".join(f"{value: .8f}" for value in row) for row in rows]
    least, most, mean = values.min(), values.max(), np.abs(values).mean()
    return [f"{values.shape} from {least:.4g} to {most:.4g}, mean size {mean:.4g}"]


def _values(layer: LayerTrace) -> Iterator[tuple[str, np.ndarray, str]]:
    for name, meaning in _MEANINGS.items():
        values = getattr(layer, name)
        # Without an activation the derivative by what comes out is all that there is.
        if values is None or (name == "delta" and layer.z is None):
            continue
        yield name, values, meaning
    for weight in layer.weights.values():
        # What neither training nor the layer itself moves is no part of a step.
        if weight.gradient is None and np.array_equal(weight.before, weight.after):
            continue
        yield f"{weight.name}_before", weight.before, "before the step"
        if weight.gradient is not None:
            yield f"d_{weight.name}", weight.gradient, f"∂E/∂{weight.name}"
        yield f"{weight.name}_after", weight.after, "after it"


def _title(layer: LayerTrace) -> str:
    kind = type(layer.layer).__name__
    activation = layer.activation
    return f"{layer.name} ({kind}{f', {activation}' if activation else ''})"


def _summary(trace: Trace) -> str:
    rows = len(trace.layers[0].x)
    results = ", ".join(f"{name} {_number(value)}" for name, value in trace.results.items())
    stands = "applied" if trace.applied else "taken back"
    return (
        f'One step of "{trace.model_name}" on {rows} row{"s" * (rows != 1)} ({stands}): {results}'
    )


def _number(value: Any) -> str:
    return f"{value:.8g}" if isinstance(value, float) else str(value)


def text_of(trace: Trace) -> str:
    """Return the trace as lines, layer by layer."""
    return "\n\n".join([_summary(trace), *map(layer_text, trace.layers)])


def layer_text(layer: LayerTrace) -> str:
    """Return a layer of a trace as lines: names, numbers and meanings in columns of their own."""
    parts = [(name, array_lines(values), meaning) for name, values, meaning in _values(layer)]
    name_width = max([_NAME_WIDTH, *(len(name) for name, _, _ in parts)])
    width = max([_VALUES_WIDTH, *(len(line) for _, lines, _ in parts for line in lines)])
    told = [
        f"  {name if i == 0 else '':<{name_width}} {line:<{width}} "
        f"{meaning if i == 0 else ''}".rstrip()
        for name, lines, meaning in parts
        for i, line in enumerate(lines)
    ]
    return "\n".join([_title(layer), *told])


def html_of(trace: Trace) -> str:
    """Return the trace as a table with a part for each layer, for notebooks."""
    return _table(_summary(trace), [(_title(layer), _rows(layer)) for layer in trace.layers])


def layer_html(layer: LayerTrace) -> str:
    """Return a layer of a trace as a table, for notebooks."""
    return _table(_title(layer), [("", _rows(layer))])


def _table(caption: str, groups: list[tuple[str, list[tuple[str, str, str]]]]) -> str:
    from cornu.utils.html_table import html_table

    return html_table(caption, ("name", "figures", "meaning"), groups, figures=(1,))


def _rows(layer: LayerTrace) -> list[tuple[str, str, str]]:
    return [
        (name, "\n".join(array_lines(values)), meaning) for name, values, meaning in _values(layer)
    ]
