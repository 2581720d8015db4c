"""Where Keras's files of weights have those of each layer."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
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
        writing: The layers and models whose class writes what is in their group of variables
            itself, by the path of that.
        reading: Those whose class reads it.
    """

    layers: list[Any] = field(default_factory=list)
    paths: dict[int, list[str]] = field(default_factory=dict)
    writing: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)

    def paths_to_write(self, weight: Variable) -> list[str]:
        """Return the paths of a weight that no class writes itself."""
        paths = self.paths[id(weight)]
        return [path for path in paths if path.rpartition("/")[0] not in self.writing]

    def is_read(self, weight: Variable) -> bool:
        """Return whether a class reads a weight itself."""
        return self.paths[id(weight)][0].rpartition("/")[0] in self.reading


def weight_places(owner: Any) -> WeightPlaces:
    """Return where a file has the weights of a model's layers.

    Args:
        owner: The model, or a list of layers as its `layers` are.
    """
    places = WeightPlaces()
    seen: set[int] = set()
    if is_model(owner):
        _note_say(owner, "vars", places)
        owner = owner.layers
    for name, layer in _numbered(owner):
        _note(layer, f"layers/{name}", places, seen)
    return places


def _note_say(owner: Any, group: str, places: WeightPlaces) -> None:
    """Note whether the class of a layer or a model has a say in its variables."""
    if writes_own(owner):
        places.writing[group] = owner
    if reads_own(owner):
        places.reading[group] = owner


def own_weights(layer: Any) -> list[tuple[str, Variable]]:
    """Return the weights of a layer that are not of those within, with their names in the layer's
    group of variables.

    Args:
        layer: The layer.
    """
    paths = weight_places([layer]).paths
    split = [(path.split("/"), weight) for weight in layer.weights for path in paths[id(weight)]]
    # Of the layer itself: layers/name/vars/0.
    return [(parts[3], weight) for parts, weight in split if len(parts) == 4 and parts[2] == "vars"]


def _note(layer: Any, place: str, places: WeightPlaces, seen: set[int]) -> None:
    """Note where the weights of a layer are, which may be a model, unless it stands elsewhere
    before."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    if is_model(layer):
        _note_say(layer, f"{place}/vars", places)
        for name, part in _numbered(layer.layers):
            _note(part, f"{place}/layers/{name}", places, seen)
    # An InputLayer is no layer that could be asked.
    elif is_layer(layer):
        places.layers.append(layer)
        _note_weights(layer, place, places, seen)
        _note_say(layer, f"{place}/vars", places)


def _note_weights(layer: Any, place: str, places: WeightPlaces, seen: set[int]) -> None:
    """Note the paths of the weights of a layer and those within."""
    within = layer._within_in_files().items()
    if layer._is_own:
        parts = (_parts_in(name, value, set()) for name, value in _attributes(layer))
        within = chain.from_iterable(parts)
    for name, part in within:
        _note(part, f"{place}/{name}", places, seen)
    own = layer._own_in_files()
    if own is None:
        # What no attribute has is the layer's own.
        own = [weight for weight in layer.weights if id(weight) not in places.paths]
    for index, weight in enumerate(own):
        places.paths.setdefault(id(weight), []).append(f"{place}/vars/{index}")


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
