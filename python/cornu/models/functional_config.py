"""How Keras writes which layer of a model is called on what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.keras_tensor import KerasTensor
from cornu.utils.errors import shown

_NO_CHAIN = (
    "Only chains of layers are supported: one input, one output, and each layer called on what the "
    "one before it gives."
)


def node_of(tensor: KerasTensor, origin: list[Any]) -> dict[str, Any]:
    """Return how a call of a layer is written.

    Args:
        tensor: What it is called on.
        origin: The name of the layer that this comes from, and which of its calls.
    """
    config = {"shape": list(tensor.shape), "dtype": tensor.dtype, "keras_history": origin}
    return {"args": [{"class_name": "__keras_tensor__", "config": config}], "kwargs": {}}


def chain_of(config: Mapping[str, Any]) -> list[str]:
    """Return the names of the layers of a model in the order in which data go through them.

    Args:
        config: The model's configuration, of Keras 2 or 3.

    Raises:
        ValueError: they are no chain.
    """
    try:
        nodes = {entry["name"]: entry["inbound_nodes"] for entry in config["layers"]}
        first, _ = _only_end(config["input_layers"])
        name, index = _only_end(config["output_layers"])
        names = [name]
        # A layer may be called again and again, but not on what comes from the same call.
        for _ in range(sum(map(len, nodes.values()))):
            if name == first or not nodes[name]:
                break
            name, index = _origin(nodes[name][index], name)
            names.append(name)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(
            f"The configuration of a model can't be read: {type(error).__name__}: {error}. "
            f"Received: {shown(config)}"
        ) from None
    if name != first:
        raise ValueError(f"{_NO_CHAIN} Received: {names[0]!r}, which does not come from {first!r}")
    return names[::-1]


def _only_end(ends: Any) -> tuple[str, int]:
    """The layer and the call of it that a model begins or ends with."""
    if isinstance(ends, Mapping):
        ends = list(ends.values())
    if isinstance(ends[0], list | tuple):
        if len(ends) != 1:
            raise ValueError(
                f"{_NO_CHAIN} Received: {[end[0] for end in ends]} as inputs or outputs"
            )
        (ends,) = ends
    return ends[0], ends[1]


def _origin(node: Any, name: str) -> tuple[str, int]:
    """The layer, and the call of it, whose result a layer is called on."""
    if isinstance(node, Mapping):
        args, kwargs = node["args"], node["kwargs"]
        histories = [arg["config"]["keras_history"] for arg in _tensors(args)]
    else:
        # Of Keras 2: [name, call, output, arguments] each.
        node = node if isinstance(node[0], list | tuple) else [node]
        histories, kwargs = [item[:3] for item in node], dict(node[0][3])
    if len(histories) != 1:
        raise ValueError(
            f"{_NO_CHAIN} Received: layer {name!r}, called on {len(histories)} tensors"
        )
    # False and None are what a layer does by itself.
    if any(value not in (None, False) for value in kwargs.values()):
        raise ValueError(
            f"Layer {name!r} can't be called with arguments. Received: {shown(kwargs)}"
        )
    return histories[0][0], histories[0][1]


def _tensors(value: Any) -> list[Any]:
    """The symbolic tensors in the arguments of a call."""
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in _tensors(item)]
    is_tensor = isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__"
    return [value] if is_tensor else []
