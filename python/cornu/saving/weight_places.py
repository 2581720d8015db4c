"""Where Keras's files of weights have those of each layer."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cornu.layers.traced_layer import is_layer
from cornu.saving.own_variables import reads_own, writes_own
from cornu.utils.naming import numbered_names, snake_case
from cornu.utils.nesting import is_model
from cornu.variable import Variable

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


@dataclass
class WeightPlaces:
    """Where a file has the weights of a model.

    Attributes:
        layers: The layers, those within layers of one's own too.
        paths: Those of each weight, by its id: by most one. Weights of layers that are within a
            layer of one's own have the name of its attribute in theirs.
        writing: The layers whose class writes their variables itself, with the path of these.
        reading: Those whose class reads them.
        written: The weights, by their ids, that the former write in place of cornu.
        read: Those that the latter read.
    """

    layers: list[Any] = field(default_factory=list)
    paths: dict[int, list[str]] = field(default_factory=dict)
    writing: list[tuple[str, Any]] = field(default_factory=list)
    reading: list[tuple[str, Any]] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)


def weight_places(layers: Sequence[Any]) -> WeightPlaces:
    """Return where a file has the weights of a model's layers.

    Args:
        layers: What the model's `layers` are, or one alone.
    """
    places = WeightPlaces()
    seen: set[int] = set()
    for name, layer in _numbered(layers):
        _note(layer, f"layers/{name}", places, seen)
    return places


def _note(layer: Any, place: str, places: WeightPlaces, seen: set[int]) -> None:
    """Note where the weights of a layer are, which may be a model, unless it stands elsewhere
    before."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    if is_model(layer):
        for name, part in _numbered(layer.layers):
            _note(part, f"{place}/layers/{name}", places, seen)
    # An InputLayer is no layer that could be asked.
    elif is_layer(layer):
        places.layers.append(layer)
        own = {id(weight) for weight in _note_weights(layer, place, places, seen)}
        for has_say, layers, weights in (
            (writes_own, places.writing, places.written),
            (reads_own, places.reading, places.read),
        ):
            if has_say(layer):
                layers.append((f"{place}/vars", layer))
                weights |= own


def _note_weights(
    layer: Any, place: str, places: WeightPlaces, seen: set[int]
) -> Iterator[Variable]:
    """Note the paths of the weights of a layer and those within; give those that are its own."""
    names, paths = layer._names_in_files() if layer.weights else None, places.paths
    if names is None and layer._is_own:
        for name, value in _attributes(layer):
            for path, part in _parts_in(name, value, set()):
                _note(part, f"{place}/{path}", places, seen)
    # What no attribute has is the layer's own.
    rest = [weight for weight in layer.weights if id(weight) not in paths]
    if names is None:
        names = [[f"vars/{index}"] for index, _ in enumerate(rest)]
    else:
        rest = layer.weights
    for weight, own in zip(rest, names, strict=True):
        paths.setdefault(id(weight), [f"{place}/{name}" for name in own])
        if own[0].startswith("vars/"):
            yield weight


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
