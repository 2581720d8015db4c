"""Layers as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.utils.errors import shown


def serialize(layer: Any) -> dict[str, Any]:
    """Return a layer, without its weights, as plain values.

    Args:
        layer: The layer.

    Raises:
        ValueError: there is no plain form of one of its arguments.

    Example:

    >>> import cornu
    >>> cornu.layers.serialize(cornu.layers.Dense(2))["class_name"]
    'Dense'

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(layer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return a layer like the one that `serialize` was given, with weights of its own.

    Args:
        config: What it returned; `module` may be left out.
        custom_objects: Classes and functions of one's own by name.

    Raises:
        ValueError: it is the configuration of no layer, or a layer can't be made of it.

    Example:

    >>> import cornu
    >>> config = {"class_name": "Dense", "config": {"units": 2, "name": "first"}}
    >>> cornu.layers.deserialize(config)
    <Dense name=first, built=False>

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    from cornu.layers.layer import Layer
    from cornu.models.model import Model
    from cornu.saving.serialization import deserialize_keras_object

    layer = deserialize_keras_object(config, custom_objects)
    if not isinstance(layer, Layer | Model):
        raise ValueError(
            f"`config` must be the configuration of a layer. Received: config={shown(config)}"
        )
    return layer
