"""How large gradients and outputs are, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from cornu.models.traced import LayerTrace, Trace
from cornu.pictures.drawing import Sheet, ToFile, legend_of_all, look_of, ruled, style
from cornu.pictures.text_table import number, text_table
from cornu.utils.errors import shown

# Names of more layers would run into each other.
_MOST_NAMES = 10
_PANELS = (
    ("d_weights", "gradient of the weights", "RMS of dE/dw"),
    ("delta", "derivative by z", "RMS of dE/dz"),
    ("a", "output", "RMS of a"),
)


class LayerSizes(NamedTuple):
    """The sizes of a layer, as roots of means of squares; None: there is nothing of the kind.

    Attributes:
        layer: Its name.
        d_weights: That of the loss's derivatives by its weights, all together.
        delta: That of the derivatives by what goes into its activation.
        a: That of what it gives.
    """

    layer: str
    d_weights: float | None
    delta: float | None
    a: float | None


def gradients(
    models: Any, x: Any, y: Any = None, sample_weight: Any = None, to_file: ToFile = None
) -> Any:
    """Draw how large gradients, deltas and outputs are in each layer, on a logarithmic scale.

    Where the derivative of an activation is small, as a sigmoid's, which is 1/4 at most, gradients
    shrink from layer to layer on their way back and the first layers learn nothing: they vanish.

    Each model takes the step of training that `trace` shows, on all rows at once, and it is taken
    back: the models are as they were. A size is the root of the mean of squares.

    Args:
        models: A compiled model, or a dictionary of several by name, to compare them.
        x: Inputs, as in `fit`; a batch of them is enough.
        y: Targets.
        sample_weight: A weight a row, or one for each of its steps; None: all 1.
        to_file: The file's path, in any format that matplotlib writes, without an ending PNG; None:
            no file.

    Returns:
        A `matplotlib.figure.Figure`, which notebooks show. `str` gives its numbers as a table,
        `alt_text` says what it shows. A triangle at the bottom is a size of exactly 0.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
        TypeError: as `fit` does, or something is no model.
        ValueError: as `fit` does, a model is not compiled, or matplotlib doesn't write such files.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Dense(1, kernel_initializer="ones", name="only")
    >>> model = cornu.Sequential([cornu.Input((2,)), layer])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.array([[3.0, 1.0]]), np.array([[2.0]])
    >>> print(cornu.pictures.gradients({"mine": model}, x, y))
    Sizes of gradients, layer by layer (RMS)
    mine   dE/dw  dE/dz  a
    only  7.659      4   4

    Source: X. Glorot, Y. Bengio: Understanding the difficulty of training deep feedforward neural
    networks, AISTATS 2010, which has such figures.
    """
    sheet = Sheet("plot_gradients", to_file)
    sizes = {
        name: [_sizes(layer) for layer in _trace(model, x, y, sample_weight)]
        for name, model in _named(models).items()
    }
    title = "Sizes of gradients, layer by layer (RMS)"
    picture = sheet.begin(12.6, 4.4 + 0.5 * (len(sizes) > 1), title)
    for panel, part in zip(picture.subplots(1, len(_PANELS)), _PANELS, strict=True):
        _draw(panel, sizes, *part)
    if len(sizes) > 1:
        legend_of_all(picture, picture.axes[0])
    tables = [
        text_table("", [name, "dE/dw", "dE/dz", "a"], layers) for name, layers in sizes.items()
    ]
    return sheet.finish(picture, _in_words(sizes), "".join([title, *tables]))


def _named(models: Any) -> dict[str, Any]:
    found = dict(models) if isinstance(models, Mapping) else {"layer": models}
    if not found or not all(hasattr(model, "trace") for model in found.values()):
        raise TypeError(
            "`models` must be a model, or a dictionary of models by name. "
            f"Received: models={shown(models)}"
        )
    return {str(name): model for name, model in found.items()}


def _trace(model: Any, x: Any, y: Any, sample_weight: Any) -> Trace:
    return model.trace(x, y, sample_weight, apply=False)


def _sizes(layer: LayerTrace) -> LayerSizes:
    gradients = [weight.gradient for weight in layer.weights.values()]
    d_weights = _size(values for values in gradients if values is not None)
    delta, a = ([] if values is None else [values] for values in (layer.delta, layer.a))
    return LayerSizes(layer.name, d_weights, _size(delta), _size(a))


def _size(arrays: Iterable[np.ndarray]) -> float | None:
    """The root of the mean of squares of all elements; None: there are none."""
    flat = [np.asarray(array, np.float64).ravel() for array in arrays]
    values = np.concatenate(flat) if flat else np.empty(0)
    if not len(values):
        return None
    # The largest is taken out, so that squares of small numbers don't become 0.
    most = float(np.abs(values).max())
    if most == 0 or not math.isfinite(most):
        return most
    return most * math.sqrt(np.mean((values / most) ** 2))


def _draw(
    panel: Any, sizes: dict[str, list[LayerSizes]], part: str, title: str, label: str
) -> None:
    count = max(map(len, sizes.values()))
    of_all: list[float] = []
    for place, (name, layers) in enumerate(sizes.items()):
        values = [getattr(layer, part) for layer in layers]
        drawn = [value if _has_place(value) else math.nan for value in values]
        look = look_of(place)
        panel.plot(range(1, len(values) + 1), drawn, label=name, **look)
        zero = [i for i, value in enumerate(values, 1) if value == 0]
        odd = [i for i, value in enumerate(values, 1) if value and not _has_place(value)]
        _mark_edge(panel, zero, 0.02, "v", look["color"])
        _mark_edge(panel, odd, 0.98, "X", look["color"])
        of_all += [value for value in values if value is not None]
    notes = ["triangle: exactly 0"] if 0 in of_all else []
    notes += ["cross: not finite"] if not all(map(math.isfinite, of_all)) else []
    style(panel, "layer, from input to output", label, "\n".join([title, *notes]))
    _scale(panel, [value for value in of_all if _has_place(value)], 0 in of_all)
    ruled(panel)
    panel.set_xlim(0.5, count + 0.5)
    _name_layers(panel, sizes, count)


def _has_place(value: float | None) -> bool:
    """Whether a logarithmic scale has one for it."""
    return value is not None and value > 0 and math.isfinite(value)


def _scale(panel: Any, values: list[float], has_zeros: bool) -> None:
    """A logarithmic scale of whole powers of ten, with one to spare above triangles."""
    from matplotlib.ticker import NullFormatter

    panel.set_yscale("log")
    low, high = min(values, default=1.0), max(values, default=1.0)
    bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high))
    panel.set_ylim(10.0 ** (bottom - has_zeros), 10.0 ** max(top, bottom + 1))
    panel.yaxis.set_minor_formatter(NullFormatter())


def _mark_edge(panel: Any, places: list[int], height: float, marker: str, color: str) -> None:
    """Mark what a logarithmic scale has no place for; `height` is a share of the axis."""
    if places:
        (line,) = panel.plot(places, [height] * len(places), marker, color=color, label="_edge")
        line.set_transform(panel.get_xaxis_transform())


def _name_layers(panel: Any, sizes: dict[str, list[LayerSizes]], count: int) -> None:
    from matplotlib.ticker import MaxNLocator

    if len(sizes) > 1 or count > _MOST_NAMES:
        panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        return
    (layers,) = sizes.values()
    names = [layer.layer for layer in layers]
    panel.set_xticks(range(1, count + 1), names, rotation=30, ha="right", parse_math=False)


def _in_words(sizes: dict[str, list[LayerSizes]]) -> str:
    said = ["The size of the gradient of each layer's weights, on a logarithmic scale."]
    for name, layers in sizes.items():
        found = [layer for layer in layers if layer.d_weights is not None]
        of_model = "" if len(sizes) == 1 and name == "layer" else f"{name}: "
        if not found:
            said.append(
                f"{of_model}{'no' if of_model else 'No'} layer has weights that are trained."
            )
            continue
        first, last = found[0], found[-1]
        said.append(
            f"{of_model}{'from' if of_model else 'From'} {number(first.d_weights)} in the first "
            f"layer with weights ({first.layer}) to {number(last.d_weights)} in the last "
            f"({last.layer})."
        )
    return " ".join(said)
