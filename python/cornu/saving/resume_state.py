"""What a training needs beside weights and the optimizer's state, to go on to the same bits.

It is a member of the archive that `save` writes, which Keras does not look at: how often layers
and seed generators have drawn random numbers and by which seeds, the order in which the last `fit`
took rows and how far it had come in it, and which weights the optimizer was told not to decay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cornu.layers.held_generators import held_generators
from cornu.saving.model_config import parse_json
from cornu.saving.safe_mode import as_of_file
from cornu.saving.serialization import check_patterns_of
from cornu.utils.arrays import address_of
from cornu.utils.data_place import NO_PLACE, DataPlace
from cornu.utils.number import as_integer

MEMBER = "cornu.json"
# Of what is in it; files of another one are read without it.
_VERSION = 1
_LARGEST = 2**64 - 1


def resume_state(model: Any) -> dict[str, Any] | None:
    """Return plain values that `set_resume_state` takes; None: there is nothing to remember.

    Args:
        model: A model that is built.
    """
    draws = copy_views(_views(model))
    generators = copy_generators(model)
    undecayed = _undecayed(model)
    if not draws and not generators and model._place == NO_PLACE and undecayed is None:
        return None
    return {
        "version": _VERSION,
        "draws": draws,
        "generators": generators,
        "shuffle": model._place._asdict(),
        "undecayed": undecayed,
    }


def write_state(model: Any) -> str | None:
    """Return the archive's member; None: there is none."""
    state = resume_state(model) if model.built else None
    return None if state is None else json.dumps(state)


def restore(model: Any, text: bytes, name: str, safe_mode: bool = True) -> None:
    """Take what a file remembers, as far as it is of such a model.

    Args:
        model: The model, built.
        text: The archive's member.
        name: The file's name, for errors.
        safe_mode: Whether the file may come from anywhere.

    Raises:
        ValueError: it is no JSON of such values.
    """
    where = f"{MEMBER} of {name!r}"
    set_resume_state(model, parse_json(text, where), where, safe_mode)


def set_resume_state(model: Any, state: Any, where: str, safe_mode: bool) -> None:
    """Take what `resume_state` returned, as far as it is of such a model.

    Args:
        model: The model, built.
        state: The plain values.
        where: What they come from, for errors.
        safe_mode: Whether that may be a file from anywhere.

    Raises:
        ValueError: they are no such values.
    """
    if not isinstance(state, Mapping) or state.get("version") != _VERSION:
        return
    views, draws = _views(model), state.get("draws")
    # Those of a layer of one's own may have become others.
    if isinstance(draws, list) and len(draws) == len(views):
        values = [_pair(pair, where) for pair in draws]
        if all(value.shape == view.shape for value, view in zip(values, views, strict=True)):
            model._core.copy(views, values, True)
    set_generators(model, state.get("generators"), where)
    place = state.get("shuffle")
    if isinstance(place, Mapping):
        found = (place.get(key, none) for key, none in NO_PLACE._asdict().items())
        model._place = DataPlace(*(_whole(number, where) for number in found))
    excluded = state.get("undecayed")
    if isinstance(excluded, Mapping) and model.optimizer is not None:
        _exclude(model, excluded, where, safe_mode)


def _undecayed(model: Any) -> dict[str, Any] | None:
    """Which weights the optimizer was told not to decay; None: it was told of none."""
    optimizer = model.optimizer
    if optimizer is None or not optimizer._excludes:
        return None
    addresses = {address_of(view) for view in optimizer._undecayed}
    places = [i for i, weight in enumerate(model.weights) if address_of(weight) in addresses]
    return {"weights": places, "names": list(optimizer._undecayed_names)}


def _exclude(model: Any, excluded: Mapping[str, Any], where: str, safe_mode: bool) -> None:
    places, weights = excluded.get("weights"), model.weights
    if not isinstance(places, list) or any(
        _whole(place, where) >= len(weights) for place in places
    ):
        raise ValueError(f"{where} must have the places of weights that are not decayed.")
    chosen = [weights[int(place)] for place in places]
    names = excluded.get("names")
    # A backup has what the program has said itself before.
    is_known = names == list(model.optimizer._undecayed_names)
    try:
        with as_of_file(safe_mode and not is_known):
            model.optimizer.exclude_from_weight_decay(chosen, names)
            check_patterns_of(model)
    # Several optimizers are told one by one.
    except (ArithmeticError, AttributeError, TypeError) as error:
        raise ValueError(f"{where} has no names of weights that are not decayed: {error}") from None


def copy_views(views: Iterable[np.ndarray]) -> list[Any]:
    """Return the draws and seeds that layers keep, as plain numbers."""
    return [view.tolist() for view in views]


def write_views(views: Sequence[np.ndarray], draws: Any, where: str) -> None:
    """Write what `copy_views` returned to a layer that nobody uses yet.

    Args:
        views: What the layer keeps.
        draws: The numbers.
        where: What they come from, for errors.

    Raises:
        ValueError: they are none, or of another layer.
    """
    if not isinstance(draws, list) or len(draws) != len(views):
        raise ValueError(f"{where} must have draws and seed {len(views)} times.")
    for view, values in zip(views, [_pair(pair, where) for pair in draws], strict=True):
        view[...] = values


def copy_generators(holder: Any) -> list[list[int]]:
    """Return uses and seed of each seed generator that a layer or a model of one's own holds."""
    return [list(generator._place()) for generator in held_generators(holder)]


def set_generators(holder: Any, places: Any, where: str) -> None:
    """Let seed generators go on from what `copy_generators` returned, if it is of as many.

    Args:
        holder: The layer or model.
        places: The numbers.
        where: What they come from, for errors.

    Raises:
        ValueError: they are no such numbers.
    """
    generators = held_generators(holder)
    # A class of one's own may have become another.
    if not isinstance(places, list) or len(places) != len(generators):
        return
    pairs = [_pair(pair, where).tolist() for pair in places]
    for generator, pair in zip(generators, pairs, strict=True):
        generator._go_on(*pair)


def _views(model: Any) -> list[np.ndarray]:
    """Draws and seed of each layer that draws, those of a layer that stands twice once."""
    layers: Iterable[Any] = {id(layer): layer for layer in model._chain()}.values()
    return [view for layer in layers for view in layer._core.hidden_spans()]


def _pair(value: Any, where: str) -> np.ndarray:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{where} must have pairs of draws and seed.")
    return np.array([_whole(number, where) for number in value], np.uint64)


def _whole(value: Any, where: str) -> int:
    number = as_integer(value)
    if number is None or not 0 <= number <= _LARGEST:
        raise ValueError(f"{where} must have whole numbers from 0 to {_LARGEST}.")
    return number
