"""Models and layers as tables, for notebooks and pages."""

from __future__ import annotations

from typing import Any

from cornu.utils.errors import shown
from cornu.utils.html_table import html_table
from cornu.utils.summary import layer_rows, totals


def model_html(model: Any) -> str:
    """Return a model's summary, with the layers of models within it.

    Args:
        model: The model; one that is not built says so.
    """
    caption = f'Model "{model.name}"'
    if not model.built:
        caption += (
            ", not built: shapes and parameters come with an Input, with `build`, or with data"
        )
    header = ("Layer (type)", "Output Shape", "Param #", "Trainable")
    rows = layer_rows(model, slice(None), True, True)
    notes = [line.strip() for line in totals(model)]
    return html_table(caption, header, [("", rows)], figures=(2,), notes=notes)


def layer_html(layer: Any) -> str:
    """Return what a layer is: its shapes, its weights and its configuration.

    Args:
        layer: The layer; one that is not built says so.
    """
    kind = type(layer).__name__
    caption = f'{kind} "{layer.name}"'
    if not layer.built:
        caption += ", not built: its weights come with the first input"
    about = [[f"{name} shape", str(shape)] for name, shape in _shapes(layer).items()]
    about.append(["dtype", str(layer.dtype)])
    if layer.built:
        about.append(["parameters", f"{layer.count_params():,}"])
    weights = [
        [
            weight.name.rpartition("/")[2],
            f"{tuple(weight.shape)}, {weight.dtype}{'' if weight.trainable else ', not trained'}",
        ]
        for weight in layer.weights
    ]
    groups = [("", about), ("weights", weights), ("configuration", _configuration(layer))]
    return html_table(caption, [], [(name, rows) for name, rows in groups if rows])


def _shapes(layer: Any) -> dict[str, tuple[int | None, ...]]:
    """The shapes of its input and its output, in its model, or as it was built alone."""
    try:
        return {"input": layer.input.shape, "output": layer.output.shape}
    except AttributeError:
        pass
    row = getattr(layer, "_row", None)
    if not layer.built or not row:
        return {}
    shape = (None, *row)
    try:
        return {"input": shape, "output": layer.compute_output_shape(shape)}
    except Exception:
        # A class of one's own says what it likes, and what is shown in a notebook never raises.
        return {"input": shape}


def _configuration(layer: Any) -> list[list[str]]:
    from cornu.saving.serialization import collect_own

    try:
        # Nothing is saved of it: a lambda need not be.
        with collect_own():
            items = list(layer.get_config().items())
    except Exception as error:
        # A class of one's own whose arguments can't be told.
        return [["(unknown)", str(error)]]
    # What is None is left out: it says what the layer doesn't have.
    return [
        [str(name), _plain(value)]
        for name, value in items
        if name not in ("name", "dtype") and value is not None
    ]


def _plain(value: Any) -> str:
    """An initializer or the like as a call, anything else as Python writes it."""
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        arguments = value.get("config")
        if not isinstance(arguments, dict):
            return value["class_name"]
        given = {name: each for name, each in arguments.items() if each is not None}
        inner = ", ".join(f"{name}={_plain(each)}" for name, each in given.items())
        return f"{value['class_name']}({inner})"
    return shown(value)
