"""The weights of a layer as images, one for each unit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.pictures.drawing import COLORS, TEXT, Sheet, ToFile, add_scale
from cornu.pictures.text_table import text_table, thinned
from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_integer

_COLUMNS = 8
_FEWEST_IN_A_ROW = 4


def weights(
    model: Any,
    shape: tuple[int, int] | None = None,
    layer: str | None = None,
    most: int = 64,
    to_file: ToFile = None,
) -> Any:
    """Draw the weights that lead to each unit of a layer as an image.

    Where inputs are the points of an image, each unit's weights say what it looks for. Blue is
    more than 0, orange less, white is 0, grey not finite; all units have the same scale.

    Args:
        model: A model that is built, or a layer that has a kernel.
        shape: Height and width of the images, whose product is the number of inputs. None: that of
            the model's rows where they are images, else a square.
        layer: The name of the model's layer; None: the first that has a kernel.
        most: How many units to draw; the first so many, if there are more.
        to_file: The file's path, in any format that matplotlib writes, without an ending PNG; None:
            no file.

    Returns:
        A `matplotlib.figure.Figure`, which notebooks show. `str` gives the least, the greatest and
        the mean size of the weights of each unit as a table, `alt_text` says what it shows.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can't be written.
        TypeError: `model` is neither a model nor a layer.
        ValueError: it is not built, there is no such layer or no kernel of two axes, the inputs
            make no image of this shape, or matplotlib doesn't write such files.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> dense = cornu.layers.Dense(2, name="first")
    >>> model = cornu.Sequential([cornu.Input((2, 2)), cornu.layers.Flatten(), dense])
    >>> dense.kernel[...] = np.array([[1.0, 0.5], [-1.0, 0.5], [0.0, 0.5], [2.0, -0.5]])
    >>> print(cornu.pictures.weights(model))
    Weights of first, 2 units of 2 x 2 inputs
    unit  least  greatest  mean size
    0        -1         2          1
    1      -0.5       0.5        0.5

    Source: https://scikit-learn.org/stable/auto_examples/neural_networks/plot_mnist_filters.html
    shows such images.
    """
    sheet = Sheet("pictures.weights", to_file)
    found = _find_layer(model, layer)
    kernel = np.array(found.kernel)
    height, width = _check_shape(shape, model, kernel.shape[0])
    units = kernel.shape[1]
    count = min(units, check_integer("most", most))
    images = kernel.T[:count].reshape(count, height, width)
    finite = np.abs(images[np.isfinite(images)])
    reach = float(finite.max()) if finite.size and finite.max() > 0 else 1.0

    columns = min(count, max(_FEWEST_IN_A_ROW, min(_COLUMNS, math.ceil(math.sqrt(count)))))
    rows = -(-count // columns)
    plural = "s" * (units != 1)
    said = f"{count} unit{plural}" if count == units else f"the first {count} of {units} units"
    title = f"Weights of {found.name}, {said} of {height} x {width} inputs"
    tall = min(max(height / width, 0.3), 3.0)
    picture = sheet.begin(max(1.25 * columns + 0.4, 5.0), (1.1 * tall + 0.3) * rows + 1.4, title)
    panels = list(picture.subplots(rows, columns, squeeze=False).flat)
    colors = _three_colors()
    for unit, (panel, image) in enumerate(zip(panels, images, strict=False)):
        drawn = panel.imshow(
            image, cmap=colors, vmin=-reach, vmax=reach, interpolation="nearest", aspect="equal"
        )
        panel.set_title(f"unit {unit}", fontsize=9, color=TEXT, pad=3)
        panel.set_xticks([])
        panel.set_yticks([])
    for panel in panels[count:]:
        panel.remove()
    add_scale(picture, panels[:count], drawn, "weight")
    words = f"{title}, as images from {-reach:.3g} (orange) over 0 (white) to {reach:.3g} (blue)."
    if finite.size < images.size:
        missing = images.size - finite.size
        words += f" {missing} weight{'s are' if missing > 1 else ' is'} not finite (grey)."
    return sheet.finish(picture, words, _table(title, images))


def _find_layer(model: Any, name: str | None) -> Any:
    """The layer whose kernel is drawn."""
    if not hasattr(model, "built"):
        raise TypeError(f"`model` must be a model or a layer. Received: model={shown(model)}")
    if not model.built:
        raise ValueError(
            "`model` must be built to have weights: begin it with an Input, call `build`, or fit "
            f"it. Received: model={shown(model)}"
        )
    if not hasattr(model, "layers"):
        if name is not None:
            raise ValueError(
                f"`layer` must be None where `model` is a layer itself. Received: layer={name!r}"
            )
        candidates = [model]
    else:
        candidates = list(model.layers) if name is None else [model.get_layer(name)]
    for candidate in candidates:
        if np.ndim(getattr(candidate, "kernel", 0)) == 2:
            return candidate
    raise ValueError(
        "There must be a layer with a kernel of two axes, (inputs, units), as Dense has. "
        f"Received: {', '.join(f'{one.name} ({type(one).__name__})' for one in candidates)}"
    )


def _check_shape(shape: Any, model: Any, inputs: int) -> tuple[int, int]:
    """Height and width of the images."""
    if shape is None:
        return _guess_shape(model, inputs)
    sizes = [as_integer(size) for size in shape] if isinstance(shape, list | tuple) else []
    pair = [size for size in sizes if size is not None and size > 0]
    if len(pair) != 2 or len(sizes) != 2 or pair[0] * pair[1] != inputs:
        raise ValueError(
            f"`shape` must be a height and a width whose product is {inputs}, the number of "
            f"inputs. Received: shape={shown(shape)}"
        )
    return pair[0], pair[1]


def _guess_shape(model: Any, inputs: int) -> tuple[int, int]:
    row = tuple(model.input_shape[1:]) if hasattr(model, "layers") else ()
    # An image of one channel is one too.
    sizes = row[:2] if len(row) == 3 and row[2] == 1 else row
    if len(sizes) == 2 and None not in sizes and sizes[0] * sizes[1] == inputs:
        return sizes[0], sizes[1]
    side = math.isqrt(inputs)
    if side * side != inputs:
        raise ValueError(
            f"`shape` must be given, a height and a width whose product is {inputs}: so many "
            "inputs are no square. Received: shape=None"
        )
    return side, side


def _three_colors() -> Any:
    """Blue for more than 0 and orange for less, as in the pictures of networks."""
    from matplotlib.colors import LinearSegmentedColormap

    colors = LinearSegmentedColormap.from_list("around_0", [COLORS[1], "white", COLORS[0]])
    return colors.with_extremes(bad=COLORS[4])


def _table(title: str, images: np.ndarray) -> str:
    rows = [
        [str(unit), images[unit].min(), images[unit].max(), np.abs(images[unit]).mean()]
        for unit in thinned(len(images))
    ]
    left_out = len(images) - len(rows)
    note = f" ({left_out} of them left out here)" if left_out else ""
    return text_table(f"{title}{note}", ["unit", "least", "greatest", "mean size"], rows)
