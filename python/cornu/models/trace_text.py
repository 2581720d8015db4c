"""A trace of a step of training as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cornu.models.traced import LayerTrace, Trace

# Arrays of more numbers are shown by their size and range.
_MOST_NUMBERS = 8
_MEANINGS = {
    "x": "what the layer was given",
    "z": "what goes into its activation",
    "a": "what it gives",
    "d_a": "∂E/∂a, the loss's derivative by that",
    "delta": "∂E/∂z, the one by z",
}
_STYLE = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"


def shown_array(values: np.ndarray) -> str:
    """Return the numbers of an array, or what can be said of many in a line."""
    if values.size <= _MOST_NUMBERS:
        return "  ".join(f"{value: .8f}" for value in values.ravel())
    least, most, mean = values.min(), values.max(), np.abs(values).mean()
    return f"{values.shape} from {least:.4g} to {most:.4g}, mean size {mean:.4g}"


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
    lines = [_summary(trace)]
    for layer in trace.layers:
        lines += ["", _title(layer)]
        lines += [
            f"  {name:<14} {shown_array(values):<46} {meaning}".rstrip()
            for name, values, meaning in _values(layer)
        ]
    return "\n".join(lines)


def html_of(trace: Trace) -> str:
    """Return the trace as a table with a part for each layer, for notebooks."""
    rows = []
    for layer in trace.layers:
        rows.append(
            f'<tr><th colspan="3" scope="colgroup" style="{_STYLE};padding-top:10px">'
            f"{escape(_title(layer))}</th></tr>"
        )
        rows += [
            f'<tr><th scope="row" style="{_STYLE};font-weight:normal"><code>{escape(name)}</code>'
            f'</th><td style="{_STYLE};font-variant-numeric:tabular-nums;white-space:pre">'
            f'{escape(shown_array(values))}</td><td style="{_STYLE}">{escape(meaning)}</td></tr>'
            for name, values, meaning in _values(layer)
        ]
    caption = f'<caption style="text-align:left">{escape(_summary(trace))}</caption>'
    return f"<table>{caption}<tbody>{''.join(rows)}</tbody></table>"
