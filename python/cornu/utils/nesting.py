"""Models within models: the layers that are left when every model is replaced by its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cornu.utils.memory_limit import take_contents

if TYPE_CHECKING:
    from cornu.layers.layer import Layer

# How often a path may stand in a layer's weights and in what an optimizer has for them.
_PATH_COUNT = 8


def is_model(layer: Any) -> bool:
    """Whether what stands in a chain is a model, with a chain of its own."""
    return getattr(type(layer), "_is_chain", False)


def flattened(layers: Sequence[Any]) -> list[Layer]:
    """Return the layers in the order of a pass, with those of each model in its place.

    Args:
        layers: Layers and models.

    Example:

    >>> import cornu
    >>> from cornu.utils.nesting import flattened
    >>> inner = cornu.Sequential([cornu.layers.Dense(2, name="a"), cornu.layers.ReLU(name="b")])
    >>> [layer.name for layer in flattened([inner, cornu.layers.Dense(3, name="c")])]
    ['a', 'b', 'c']
    """
    found: list[Layer] = []
    for layer in layers:
        if is_model(layer):
            found += layer._chain()
        else:
            found.append(layer)
    return found


def nested_models(layers: Sequence[Any]) -> list[Any]:
    """Return the models among layers, and those within them, each once and after its own ones."""
    found: dict[int, Any] = {}
    _find_models(layers, found)
    return list(found.values())


def _find_models(layers: Sequence[Any], found: dict[int, Any]) -> None:
    for layer in layers:
        # One that stands twice in each model around it would be met 2^depth times.
        if is_model(layer) and id(layer) not in found:
            _find_models(layer._parts, found)
            found[id(layer)] = layer


def named_paths(layers: Sequence[Any], parent: str) -> Iterator[tuple[Any, str]]:
    """Give each layer, and each model before its own layers, with the path of what it stands in.

    Args:
        layers: Layers and models.
        parent: The path of the model that they are of.
    """
    for layer in layers:
        take_contents("The paths of weights", _PATH_COUNT * len(parent))
        yield layer, parent
        if is_model(layer):
            yield from named_paths(layer._parts, f"{parent}/{layer.name}")


def numbered(layers: Sequence[Any], parent: str = "") -> Iterator[tuple[str, Layer]]:
    """Give each layer that is no model with its index; within a model after that of the model.

    Args:
        layers: Layers and models.
        parent: The index of the model that they are of, for errors, with a point behind it.
    """
    for index, layer in enumerate(layers):
        if is_model(layer):
            yield from numbered(layer._parts, f"{parent}{index}.")
        else:
            yield f"{parent}{index}", layer
