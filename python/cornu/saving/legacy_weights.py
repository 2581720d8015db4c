"""Weights in Keras 2's layout of HDF5: a group a layer, with lists of names as attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu.saving.origin import write_origin
from cornu.saving.stored_attribute import read_attribute
from cornu.saving.stored_dataset import find_dataset, find_group, most_opened
from cornu.utils.errors import shown
from cornu.utils.nesting import is_model

# An attribute, which lies in an object's header, has at most 64 KiB; this is Keras's limit.
_ATTRIBUTE_NBYTES = 64512


def has_legacy_layout(root: Any) -> bool:
    """Return whether a file, or its group of weights, has this layout."""
    return "layer_names" in root.attrs or "layer_names0" in root.attrs


def write_legacy_weights(model: Any, group: Any) -> None:
    """Write the weights of a model.

    Args:
        model: A model that is built.
        group: The group to write to.
    """
    # A layer that stands twice is written once.
    layers = list({id(layer): layer for layer in model.layers}.values())
    _write_names(group, "layer_names", [layer.name for layer in layers])
    write_origin(group)
    for layer in sorted(layers, key=lambda layer: str(layer.name)):
        part = group.create_group(layer.name)
        weights = _in_order(layer)
        paths = [str(weight.path or weight.name) for weight in weights]
        write_arrays(part, paths, [np.asarray(weight) for weight in weights])
    write_arrays(group.create_group("top_level_model_weights"), [], [])


def write_arrays(group: Any, paths: Sequence[str], arrays: Sequence[np.ndarray]) -> None:
    """Write arrays to a group, and their names in order.

    Args:
        group: The group.
        paths: What they are called. Those of layers that were built alone may be alike, and of what
            an optimizer keeps for them: a later one has its place added.
        arrays: The arrays.
    """
    names = [path if path not in paths[:at] else f"{path}_{at}" for at, path in enumerate(paths)]
    _write_names(group, "weight_names", names)
    for name, array in zip(names, arrays, strict=True):
        group.create_dataset(name, data=array)


def stored_in_order(model: Any, root: Any) -> dict[int, list[Any]]:
    """Return the datasets for each layer, by its id: the layers that have weights follow each other
    as the model's; a model within it is one of them.

    Args:
        model: The model.
        root: The file, or its group of weights.

    Raises:
        ValueError: there are more or fewer layers, or something isn't where the names say.
    """
    parts = [part for part in {id(part): part for part in model.layers}.values() if part.weights]
    most = most_opened(parts)
    groups: list[tuple[str, list[str]]] = []
    for name, names in _groups(root, read_names(root, "layer_names")):
        if names:
            groups.append((name, names))
        if len(groups) > most:
            break
    if len(groups) != len(parts):
        more = "more than " if len(groups) > most else ""
        raise ValueError(
            f"The file has weights for {more}{min(len(groups), most)} layers; the model has "
            f"{len(parts)} with weights"
            + ("." if model.built else ": the file doesn't say what the shape of its input is.")
        )
    found: dict[int, list[Any]] = {}
    for part, (name, names) in zip(parts, groups, strict=True):
        found |= _parted(part, find_group(root, name), names)
    return found


def stored_by_name(model: Any, root: Any) -> dict[int, list[Any]]:
    """Return the datasets for each layer whose name the file has, by its id."""
    own = {part.name for part in model.layers if part.weights}
    wanted = [name for name in read_names(root, "layer_names") if name in own]
    named = dict(_groups(root, wanted))
    found: dict[int, list[Any]] = {}
    for part in model.layers:
        if part.weights and part.name in named:
            found |= _parted(part, find_group(root, part.name), named[part.name])
    return found


def _groups(root: Any, layer_names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The names of the layers, each with those of its weights, which are read once."""
    read: dict[str, list[str]] = {}
    for name in layer_names:
        if name not in read:
            group = find_group(root, name)
            if group is None:
                raise ValueError(f"There must be a group {name!r}, which 'layer_names' has.")
            read[name] = read_names(group, "weight_names")
        yield name, read[name]


def _in_order(layer: Any) -> list[Any]:
    """The weights in Keras 2's order: those that are trained first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _parted(part: Any, group: Any, names: list[str]) -> dict[int, list[Any]]:
    """The datasets of a layer, or of those of a model within the model, by ids."""
    weights = _in_order(part)
    if is_model(part) and len(weights) != len(names):
        raise ValueError(
            f'The file has {len(names)} weights for model "{part.name}", which has {len(weights)}.'
        )
    datasets = [find_dataset(group, name) for name in names[: most_opened(weights)]]
    if len(weights) != len(datasets):
        # What doesn't fit is told of with its shapes.
        return {id(part): datasets}
    found = {id(weight): dataset for weight, dataset in zip(weights, datasets, strict=True)}
    layers = part._chain() if is_model(part) else [part]
    return {id(layer): [found[id(weight)] for weight in layer.weights] for layer in layers}


def read_names(group: Any, attribute: str) -> list[str]:
    """Return a list of names that a group has as an attribute.

    Args:
        group: The group.
        attribute: The attribute's name.
    """
    if attribute in group.attrs:
        return _decoded(group, attribute)
    # More than an attribute holds are in several, counted from 0.
    names: list[str] = []
    count = 0
    while f"{attribute}{count}" in group.attrs:
        names += _decoded(group, f"{attribute}{count}")
        count += 1
    if not count:
        raise KeyError(f"there is no attribute {attribute!r}")
    return names


def _decoded(group: Any, attribute: str) -> list[str]:
    names = np.asarray(read_attribute(group, attribute))
    if names.ndim != 1:
        raise ValueError(
            f"The attribute {attribute!r} must be a list of names. Received: {shown(names)}"
        )
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]


def _write_names(group: Any, attribute: str, names: Sequence[str]) -> None:
    encoded = [name.encode() for name in names]
    if not encoded:
        group.attrs[attribute] = np.array([], "S1")
        return
    # Each takes as much as the longest.
    most = max(1, _ATTRIBUTE_NBYTES // max(map(len, encoded)))
    if len(encoded) <= most:
        group.attrs[attribute] = np.array(encoded)
        return
    for at in range(0, len(encoded), most):
        group.attrs[f"{attribute}{at // most}"] = np.array(encoded[at : at + most])
