"""The seed generators that layers and models of the user's own draw by."""

from __future__ import annotations

from typing import Any

from cornu.layers.traced_layer import is_layer
from cornu.random.seed_generator import SeedGenerator
from cornu.utils.nesting import is_model


def held_generators(holder: Any) -> list[SeedGenerator]:
    """Return the seed generators among the attributes of a layer or a model, and of layers and
    models within, in lists, tuples and dictionaries too, each once.

    Args:
        holder: The layer or model.

    Example:

    >>> import cornu
    >>> from cornu.layers.held_generators import held_generators
    >>> layer = cornu.layers.Lambda(abs, arguments={"seed": cornu.random.SeedGenerator(1)})
    >>> [generator.next() for generator in held_generators(cornu.Sequential([layer]))]
    [(1, 0)]
    """
    found: dict[int, SeedGenerator] = {}
    _look(holder, found, set())
    return list(found.values())


def _look(thing: Any, found: dict[int, SeedGenerator], seen: set[int]) -> None:
    if isinstance(thing, SeedGenerator):
        found.setdefault(id(thing), thing)
        return
    holds = is_layer(thing) or is_model(thing)
    if not (holds or type(thing) in (dict, list, tuple)) or id(thing) in seen:
        return
    seen.add(id(thing))
    if holds:
        # By name: some are there only once the layer was used.
        thing = dict(sorted(vars(thing).items()))
    for part in thing.values() if isinstance(thing, dict) else thing:
        _look(part, found, seen)
