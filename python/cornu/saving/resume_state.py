"""What a training needs beside weights and the optimizer's state, to go on to the same bits.

It is a member of the archive that `save` writes, which Keras does not look at: how often layers
have drawn random numbers and by which seeds, and the order in which the last `fit` took rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cornu.saving.model_config import parse_json
from cornu.utils.number import as_integer

MEMBER = "cornu.json"
# Of what is in it; files of another one are read without it.
_VERSION = 1
_LARGEST = 2**64 - 1


def resume_state(model: Any) -> dict[str, Any] | None:
    """Return plain values that `restore` takes; None: there is nothing to remember.

    Args:
        model: A model that is built.
    """
    views = _views(model)
    copies = [np.empty_like(view) for view in views]
    model._core.copy(copies, views, False)
    seed, epoch = model._shuffled
    if not copies and epoch == 0:
        return None
    return {
        "version": _VERSION,
        "draws": [copy.tolist() for copy in copies],
        "shuffle": {"seed": seed, "epoch": epoch},
    }


def write_state(model: Any) -> str | None:
    """Return the archive's member; None: there is none."""
    state = resume_state(model) if model.built else None
    return None if state is None else json.dumps(state)


def restore(model: Any, text: bytes, name: str) -> None:
    """Take what a file remembers, as far as it is of such a model.

    Args:
        model: The model, built.
        text: The archive's member.
        name: The file's name, for errors.

    Raises:
        ValueError: it is no JSON of such values.
    """
    state = parse_json(text, f"{MEMBER} of {name!r}")
    if not isinstance(state, Mapping) or state.get("version") != _VERSION:
        return
    views = _views(model)
    draws = state.get("draws")
    if isinstance(draws, list) and len(draws) == len(views):
        values = [_pair(pair, name) for pair in draws]
        # Those of a layer of one's own may have become others.
        if all(value.shape == view.shape for value, view in zip(values, views, strict=True)):
            model._core.copy(views, values, True)
    place = state.get("shuffle")
    if isinstance(place, Mapping):
        seed, epoch = (_whole(place.get(key), name) for key in ("seed", "epoch"))
        model._shuffled = seed, epoch


def _views(model: Any) -> list[np.ndarray]:
    """Draws and seed of each layer that draws, those of a layer that stands twice once."""
    layers: Iterable[Any] = {id(layer): layer for layer in model._chain()}.values()
    return [view for layer in layers for view in layer._core.hidden_spans()]


def _pair(value: Any, name: str) -> np.ndarray:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{MEMBER} of {name!r} must have pairs of draws and seed.")
    return np.array([_whole(number, name) for number in value], np.uint64)


def _whole(value: Any, name: str) -> int:
    number = as_integer(value)
    if number is None or not 0 <= number <= _LARGEST:
        raise ValueError(f"{MEMBER} of {name!r} must have whole numbers from 0 to {_LARGEST}.")
    return number
