"""What a picture of a model shows: a box for each layer, with what was asked for in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.nesting import is_model

# What is behind a cell of such a text.
COLORS = {"Trainable": "forestgreen", "Non-trainable": "firebrick"}


@dataclass(frozen=True)
class Shown:
    """What boxes say beside the class: what `show_...` of `plot_model` asks for."""

    shapes: bool = False
    dtype: bool = False
    layer_names: bool = True
    layer_activations: bool = False
    trainable: bool = False


@dataclass(frozen=True)
class Box:
    """A layer in a picture.

    Attributes:
        key: What is the same for each box of the same layer.
        name: Its name; "": it is not shown.
        kind: Its class.
        activation: The name of its activation; "": none is shown.
        cells: Pairs of what is said and its value; the value is "" where the first says all.
    """

    key: int
    name: str
    kind: str
    activation: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """A model within the model, layer by layer."""

    name: str
    parts: list[Box | Group]


def find_boxes(model: Any, what: Shown, expand_nested: bool) -> list[Box | Group]:
    """Return the boxes of a model's layers, in the order of a pass.

    Args:
        model: The model.
        what: What they say.
        expand_nested: Whether models within it are groups, and not boxes.

    Raises:
        ValueError: it is no model, or is not built.
    """
    if not is_model(model):
        raise ValueError(f"`model` must be a model. Received: model={shown(model)}")
    if not model.built:
        raise ValueError(
            "The model has not yet been built: give it an Input, call `build`, or call it on data. "
            f"Received: {model!r}"
        )
    parts: list[Box | Group] = []
    for layer in model.layers:
        if expand_nested and is_model(layer):
            parts.append(Group(layer.name, find_boxes(layer, what, expand_nested)))
        else:
            parts.append(_box(layer, what))
    return parts


def boxes_in(parts: list[Box | Group]) -> Iterator[Box]:
    """Give the boxes, those within groups in their places."""
    for part in parts:
        if isinstance(part, Group):
            yield from boxes_in(part.parts)
        else:
            yield part


def _box(layer: Any, what: Shown) -> Box:
    activation: Any = getattr(layer, "activation", None) if what.layer_activations else None
    says: Any = ""
    if activation is not None:
        says = getattr(activation, "name", None) or getattr(activation, "__name__", str(activation))
    cells = []
    kind = type(layer).__name__
    tensors = {each: _tensor(layer, each) for each in ("input", "output")}
    if what.shapes:
        if kind != "InputLayer":
            cells.append(("Input shape", _said(tensors["input"], "shape")))
        cells.append(("Output shape", _said(tensors["output"], "shape")))
    if what.dtype:
        cells.append(("Output dtype", _said(tensors["output"], "dtype")))
    if what.trainable and layer.weights:
        cells.append(("Trainable" if layer.trainable else "Non-trainable", ""))
    name = layer.name if what.layer_names else ""
    return Box(id(layer), name, kind, says, cells)


def _tensor(layer: Any, name: str) -> Any:
    try:
        return getattr(layer, name)
    except AttributeError:
        return None


def _said(tensor: Any, name: str) -> str:
    return "?" if tensor is None else str(getattr(tensor, name))
