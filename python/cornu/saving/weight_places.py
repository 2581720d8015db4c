"""Where Keras's files of weights have those of each layer."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from cornu.layers.traced_layer import is_layer
from cornu.utils.naming import numbered_names, snake_case
from cornu.utils.nesting import is_model

_CONTAINERS = (dict, list, tuple)


def layer_places(
    model: Any, parent: str = "layers", seen: set[int] | None = None
) -> Iterator[tuple[str, Any, bool]]:
    """Each layer with the path of its group, which its class and its place settle, and whether it
    stands there for the first time; a model before its own layers."""
    seen = set() if seen is None else seen
    for name, layer in _numbered(model.layers):
        place, is_first = f"{parent}/{name}", id(layer) not in seen
        seen.add(id(layer))
        yield place, layer, is_first
        if is_first and is_model(layer):
            yield from layer_places(layer, f"{place}/layers", seen)


def weight_places(model: Any) -> dict[int, list[str]]:
    """Return the paths of each weight of a model, by its id: by most one. Weights of layers that
    are within a layer of one's own have the name of its attribute in theirs."""
    places: dict[int, list[str]] = {}
    seen: set[int] = set()
    for name, layer in _numbered(model.layers):
        _note(layer, f"layers/{name}", places, seen)
    return places


def _note(layer: Any, place: str, places: dict[int, list[str]], seen: set[int]) -> None:
    """Note the paths of the weights of a layer, which may be a model, unless it stands elsewhere
    before."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    if is_model(layer):
        for name, part in _numbered(layer.layers):
            _note(part, f"{place}/layers/{name}", places, seen)
        return
    # An InputLayer has none, and is no layer that could be asked.
    if not layer.weights:
        return
    names = layer._names_in_files()
    if names is not None:
        for weight, own in zip(layer.weights, names, strict=True):
            places.setdefault(id(weight), [f"{place}/{name}" for name in own])
        return
    if layer._is_own:
        for name, value in _attributes(layer):
            for path, part in _parts_in(name, value, set()):
                _note(part, f"{place}/{path}", places, seen)
    # What no attribute has is the layer's own.
    rest = [weight for weight in layer.weights if id(weight) not in places]
    for index, weight in enumerate(rest):
        places[id(weight)] = [f"{place}/vars/{index}"]


def _attributes(layer: Any) -> Iterator[tuple[str, Any]]:
    """Give the attributes of a layer that its class has, in Keras's order: private ones last."""
    names = (name for name in dir(layer) if not name.startswith("__"))
    for name in sorted(names, key=lambda name: f"~{name}" if name[0] == "_" else name):
        if name in _of_every_layer():
            continue
        try:
            value = getattr(layer, name)
        # A property of the class may fail in any way, as long as this is not asked for.
        except Exception:
            continue
        yield name, value


@functools.cache
def _of_every_layer() -> frozenset[str]:
    from cornu.layers.layer import Layer

    return frozenset(dir(Layer(name="any")))


def _parts_in(path: str, value: Any, around: set[int]) -> Iterator[tuple[str, Any]]:
    """Give the layers and models that an attribute is, or has in lists, tuples and dictionaries,
    with their paths."""
    if is_layer(value) or is_model(value):
        yield path, value
    elif isinstance(value, _CONTAINERS) and id(value) not in around:
        parts = value.values() if isinstance(value, dict) else value
        kept = [p for p in parts if is_layer(p) or is_model(p) or isinstance(p, _CONTAINERS)]
        for name, part in _numbered(kept):
            yield from _parts_in(f"{path}/{name}", part, around | {id(value)})


def _numbered(parts: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Give each with the name of its class, numbered from the second of the name on."""
    names = ("container" if isinstance(p, _CONTAINERS) else type(p).__name__ for p in parts)
    return zip(numbered_names(map(snake_case, names)), parts, strict=True)
