"""The steps in which a trace can be told: forward, layer by layer, loss, backward, update."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.models.trace_text import array_lines
from cornu.utils.errors import shown
from cornu.utils.svg_elements import short

if TYPE_CHECKING:
    from cornu.models.traced import LayerTrace, Trace


@dataclass(frozen=True)
class TraceStep:
    """A step of a trace.

    Attributes:
        key: What names it: `"forward/dense"`, `"loss"`, `"backward/dense"`, `"update"`.
        title: What is done in it.
        text: The title, and below it the figures that it gives.
        place: Which one it is, from 0.
    """

    key: str
    title: str
    text: str
    place: int


def steps_of(trace: Trace) -> tuple[TraceStep, ...]:
    """Return the steps in order: two for each layer, and two more.

    Args:
        trace: The trace.
    """
    layers = trace.layers
    keys = _unique(layer.name for layer in layers)
    told = [
        *((f"forward/{key}", *_forward(layer)) for key, layer in zip(keys, layers, strict=True)),
        ("loss", *_loss(trace)),
        *(
            (f"backward/{key}", *_backward(layer))
            for key, layer in zip(reversed(keys), reversed(layers), strict=True)
        ),
        ("update", *_update(trace)),
    ]
    return tuple(
        TraceStep(key, title, "\n".join([title, *lines]), place)
        for place, (key, title, lines) in enumerate(told)
    )


def find_step(steps: tuple[TraceStep, ...], step: Any) -> TraceStep:
    """Return the step of a key or a place.

    Args:
        steps: All of them.
        step: A key, a place (those below 0 count from the end), or None: the last one.

    Raises:
        ValueError: there is none.
    """
    if step is None:
        return steps[-1]
    keys = [each.key for each in steps]
    if isinstance(step, str):
        if step in keys:
            return steps[keys.index(step)]
    else:
        try:
            return steps[operator.index(step)]
        except (TypeError, IndexError):
            pass
    raise ValueError(
        f"`step` must be one of {', '.join(map(repr, keys))}, or its place, 0 to "
        f"{len(keys) - 1}. Received: step={shown(step)}"
    )


def _unique(names: Iterable[str]) -> list[str]:
    """The names, those that come again with a number: a layer may be used twice."""
    found: list[str] = []
    for name in names:
        count = 1 + sum(other == name or other.startswith(f"{name}#") for other in found)
        found.append(name if count == 1 else f"{name}#{count}")
    return found


def figure_lines(named: Iterable[tuple[str, np.ndarray | None]]) -> list[str]:
    """Return arrays as lines, each array with its name; None: there is none.

    Args:
        named: The names and the arrays.

    Example:

    >>> import numpy as np
    >>> from cornu.models.trace_steps import figure_lines
    >>> figure_lines([("a", np.array([0.5, -1.0])), ("z", None)])
    ['  a               0.50000000  -1.00000000']
    """
    shown_ones = [(name, array_lines(values)) for name, values in named if values is not None]
    width = max([14, *(len(name) for name, _ in shown_ones)])
    return [
        f"  {name if i == 0 else '':<{width}} {line}"
        for name, lines in shown_ones
        for i, line in enumerate(lines)
    ]


def _forward(layer: LayerTrace) -> tuple[str, list[str]]:
    function = "" if layer.z is None else f" = {layer.activation}(z)"
    title = f"Forward: {layer.name} gives a{function}"
    return title, figure_lines([("x", layer.x), ("z", layer.z), ("a", layer.a)])


def _loss(trace: Trace) -> tuple[str, list[str]]:
    named = [("a", trace.layers[-1].a), ("y", trace.y), ("E by output", trace.terms)]
    return f"Loss: E = {short(trace.loss, 6)}", figure_lines(named)


def _backward(layer: LayerTrace) -> tuple[str, list[str]]:
    named = [("∂E/∂a", layer.d_a), ("∂E/∂z", None if layer.z is None else layer.delta)]
    named += [(f"∂E/∂{weight.name}", weight.gradient) for weight in layer.weights.values()]
    return f"Backward: derivatives of E in {layer.name}", figure_lines(named)


def _update(trace: Trace) -> tuple[str, list[str]]:
    stands = "" if trace.applied else " (taken back since)"
    named = [
        (f"{layer.name}/{weight.name}", weight.after)
        for layer in trace.layers
        for weight in layer.weights.values()
    ]
    return f"Update: the weights after the step{stands}", figure_lines(named)
