"""Copies of layers in which weights are replaced by what `autograd` watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cornu.custom.derivatives import value_of
from cornu.utils.nesting import flattened, is_model
from cornu.variable import Variable

Copies = dict[int, tuple[Any, Any, dict[str, Any]]]


def is_layer(thing: Any) -> bool:
    """Whether it is a layer, and no model."""
    return hasattr(type(thing), "_own_build")


def layers_in(things: Any) -> list[Any]:
    """Return the layers among attributes, their lists, tuples and dictionaries too, each once; of
    a model, those that it is made of."""
    return _once(flattened(list(_parts_in(things))))


def models_in(things: Any) -> list[Any]:
    """Return the models among attributes likewise."""
    return _once(filter(is_model, _parts_in(things)))


def _parts_in(things: Any) -> Iterator[Any]:
    """Give the layers and models among attributes, as often as they stand there."""
    for value in things.values() if isinstance(things, dict) else things:
        if is_layer(value) or is_model(value):
            yield value
        elif type(value) in (dict, list, tuple):
            yield from _parts_in(value)


def _once(parts: Iterable[Any]) -> list[Any]:
    return list({id(part): part for part in parts}.values())


def with_boxes(layer: Any, boxes: dict[int, Any], copies: Copies) -> Any:
    """Return a copy of a layer, and of the layers within, that has boxes for weights.

    A copy, so that other threads, and whoever looks after an exception, find the layer as it is.

    Args:
        layer: The layer.
        boxes: What stands for a weight, by the weight's id.
        copies: Is given each layer with its copy and what the copy had at first, by id.
    """
    if id(layer) in copies:
        return copies[id(layer)][1]
    copy = object.__new__(type(layer))
    first: dict[str, Any] = {}
    copies[id(layer)] = layer, copy, first
    for name, value in vars(layer).items():
        first[name] = _replaced(value, boxes, copies)
    # What it is called with need not be watched for its weights to be.
    first["_is_watched"] = True
    if is_model(layer):
        # The core has the weights themselves.
        first["_is_plain"] = False
    copy.__dict__.update(first)
    return copy


def _replaced(value: Any, boxes: dict[int, Any], copies: Copies) -> Any:
    if isinstance(value, Variable):
        return boxes.get(id(value), value)
    if is_layer(value) or is_model(value):
        return with_boxes(value, boxes, copies)
    if type(value) in (list, tuple):
        parts = [_replaced(part, boxes, copies) for part in value]
        changed = any(new is not old for new, old in zip(parts, value, strict=True))
        return type(value)(parts) if changed else value
    if type(value) is dict:
        made = {key: _replaced(part, boxes, copies) for key, part in value.items()}
        return made if any(made[key] is not value[key] for key in made) else value
    return value


def put_back(copies: Copies) -> None:
    """Give layers the attributes that were set on their copies, as plain values."""
    for layer, copy, first in copies.values():
        for name, value in vars(copy).items():
            if name not in first or first[name] is not value:
                layer.__dict__[name] = value_of(value)
