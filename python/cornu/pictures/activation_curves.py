"""Activation functions and their derivatives as curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from cornu.pictures.drawing import (
    FAINT,
    Sheet,
    ToFile,
    legend,
    look_of,
    ruled,
    style,
)
from cornu.pictures.text_table import text_table
from cornu.utils.errors import shown
from cornu.utils.number import check_finite

_POINT_COUNT = 601
_BEYOND_ONE_NUMBER = ("softmax", "log_softmax", "sparsemax", "glu")


class Values(NamedTuple):
    """A function at some places.

    Attributes:
        x: The places, float64.
        f: The function's values.
        slope: Those of its derivative.
    """

    x: np.ndarray
    f: np.ndarray
    slope: np.ndarray


def activation(
    functions: Any,
    at: float | None = None,
    domain: tuple[float, float] = (-6.0, 6.0),
    to_file: ToFile = None,
) -> Any:
    """Draw activation functions, and beside them their derivatives.

    Both are what the core computes in a step of training, in float64: the output of a layer with
    this activation, and the factor by which it multiplies the loss's derivative on its way back.

    Args:
        functions: What `Dense(activation=...)` takes: a name, a function, a list of them, or a
            dictionary by the names to show. They must be functions of one number.
        at: A place to mark, whose values are named; None: none.
        domain: From where to where to draw; it is widened to have `at` within.
        to_file: The file's path, in any format that matplotlib writes, without an ending PNG; None:
            no file.

    Returns:
        A `matplotlib.figure.Figure`, which notebooks show. `str` gives the values at `at`, or at
        some places, as a table; `alt_text` says what it shows.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
        ValueError: there is no such function, it is one of rows, such as softmax, a number is not
            finite, or matplotlib doesn't write such files.

    Example:

    >>> import cornu
    >>> print(cornu.pictures.activation(["sigmoid", "tanh", "relu"], at=2.4))
    Activation functions at x = 2.4
    function      f(2.4)     f'(2.4)
    sigmoid   0.91682730  0.07625500
    tanh      0.98367486  0.03238377
    relu      2.40000000  1.00000000

    Source: cornu's own; Keras has no such picture.
    """
    sheet = Sheet("pictures.activation", to_file)
    found = _named(functions)
    low, high = _check_domain(domain)
    marked = [] if at is None else [check_finite("at", at)]
    low, high = min([low, *marked]), max([high, *marked])
    # The marked place comes first, in the same step.
    places = np.concatenate([marked, np.linspace(low, high, _POINT_COUNT)])
    curves = {name: values_of(function, places) for name, function in found.items()}
    picture = sheet.begin(
        8.6, 4.2 + 0.24 * len(curves), "Activation functions and their derivatives"
    )
    for panel, slope in zip(picture.subplots(1, 2), (False, True), strict=True):
        _draw(panel, curves, slope, at)
    return sheet.finish(picture, _in_words(curves, at), _table(curves, at))


def values_of(function: Any, x: np.ndarray) -> Values:
    """Return an activation and its derivative at some places, as a layer has them in training.

    Args:
        function: What `Dense(activation=...)` takes.
        x: The places, one axis.

    Raises:
        ValueError: there is no such function, or a value of it is not finite.

    Example:

    >>> import numpy as np
    >>> from cornu.pictures.activation_curves import values_of
    >>> values_of("relu", np.array([-1.0, 3.0]))
    Values(x=array([-1.,  3.]), f=array([0., 3.]), slope=array([0., 1.]))
    """
    from cornu import layers, losses, optimizers
    from cornu.models.sequential import Sequential

    rows = np.asarray(x, np.float64).reshape(-1, 1)
    # Names are given, so that those of the user's next layers are what they would have been.
    parts = [
        layers.Input((1,), dtype="float64", name="x"),
        layers.Dense(1, kernel_initializer="ones", dtype="float64", name="same"),
        layers.Activation(function, dtype="float64", name="activation"),
    ]
    model = Sequential(parts, name="activation_curves")
    # The derivative of |a - y| by a is 1 where y is less, so that what comes back to the layer
    # before is the activation's own.
    loss = losses.MeanAbsoluteError(reduction="sum", name="distance")
    model.compile(optimizers.SGD(name="none"), loss)
    outputs = model.predict(rows, batch_size=len(rows), verbose=0)
    if not np.isfinite(outputs).all():
        odd = rows[~np.isfinite(outputs)][0]
        raise ValueError(
            "`functions` must have finite values everywhere in `domain` and at `at`. Received: "
            f"{_name(layers.Activation(function, name='odd').activation)} at {odd:g}"
        )
    same, traced = model.trace(rows, outputs - np.maximum(1.0, np.abs(outputs)), apply=False)
    return Values(rows.ravel(), traced.a.ravel(), np.asarray(same.d_a).ravel())


def _named(functions: Any) -> dict[str, Any]:
    from cornu import activations

    if not isinstance(functions, Mapping):
        several = functions if isinstance(functions, list | tuple) else [functions]
        functions = {}
        for one in several:
            name = _name(activations.get(one))
            # Two of one name, as lambdas have, are two curves.
            functions[f"{name} ({len(functions) + 1})" if name in functions else name] = one
    if not functions:
        raise ValueError(
            "`functions` must have at least one activation function. "
            f"Received: functions={shown(functions)}"
        )
    for one in functions.values():
        if _name(activations.get(one)) in _BEYOND_ONE_NUMBER:
            raise ValueError(
                "`functions` must be functions of one number, which a curve can show: "
                f"{_name(activations.get(one))} is one of a row. "
                f"Received: functions={shown(functions)}"
            )
    return {str(name): one for name, one in functions.items()}


def _name(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _check_domain(domain: Any) -> tuple[float, float]:
    pair = tuple(domain) if isinstance(domain, list | tuple) else ()
    if len(pair) != 2 or not check_finite("domain", pair[0]) < check_finite("domain", pair[1]):
        raise ValueError(
            f"`domain` must be two numbers, the lesser first. Received: domain={shown(domain)}"
        )
    return float(pair[0]), float(pair[1])


def _draw(panel: Any, curves: dict[str, Values], slope: bool, at: float | None) -> None:
    start = 0 if at is None else 1
    mark = "'" if slope else ""
    for place, (name, values) in enumerate(curves.items()):
        y = values.slope if slope else values.f
        look = look_of(place)
        mark_look = look | {"linestyle": ""}
        said = name if at is None else f"{name}{mark}({at:g}) = {y[0]:.6g}"
        panel.plot(values.x[start:], y[start:], label=said, **(look | {"marker": None}))
        if at is not None:
            panel.plot([at], [y[0]], label="_", **mark_look)
    style(panel, "x", f"f{mark}(x)", "derivative" if slope else "function")
    ruled(panel)
    panel.axhline(0, color=FAINT, linewidth=0.8, zorder=1)
    panel.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
    if at is not None:
        panel.axvline(at, color=FAINT, linewidth=1, linestyle=":", zorder=1)
    legend(panel, below=True)


def _table(curves: dict[str, Values], at: float | None) -> str:
    if at is not None:
        rows = [
            [name, f"{values.f[0]:.8f}", f"{values.slope[0]:.8f}"]
            for name, values in curves.items()
        ]
        headings = ["function", f"f({at:g})", f"f'({at:g})"]
        return text_table(f"Activation functions at x = {at:g}", headings, rows)
    first = next(iter(curves.values()))
    chosen = np.linspace(0, len(first.x) - 1, 13).round().astype(int)
    headings = ["x", *(f"{name}{mark}" for name in curves for mark in ("", "'"))]
    rows = [
        [
            f"{first.x[i]:g}",
            *(v for c in curves.values() for v in (f"{c.f[i]:.6f}", f"{c.slope[i]:.6f}")),
        ]
        for i in chosen
    ]
    return text_table("Activation functions and their derivatives", headings, rows)


def _in_words(curves: dict[str, Values], at: float | None) -> str:
    said = [f"Curves of {', '.join(curves)}, and beside them of their derivatives."]
    if at is not None:
        said += [
            f"{name}({at:g}) is {v.f[0]:.6g}, its derivative there {v.slope[0]:.6g}."
            for name, v in curves.items()
        ]
    return " ".join(said)
