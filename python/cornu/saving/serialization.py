"""Objects as dictionaries of plain values, as Keras writes them, and back."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextvars import ContextVar
from importlib import import_module
from typing import Any

import numpy as np

from cornu.utils.errors import shown

# Keras's modules that have classes, and where cornu has them.
_MODULES = {
    "keras": "cornu",
    "keras.models": "cornu",
    "keras.layers": "cornu.layers",
    "keras.initializers": "cornu.initializers",
    "keras.losses": "cornu.losses",
    "keras.metrics": "cornu.metrics",
    "keras.optimizers": "cornu.optimizers",
    "keras.optimizers.schedules": "cornu.optimizers.schedules",
    "keras.random": "cornu.random",
}
_AT_THE_TOP = ("Sequential", "DTypePolicy")
# What the call under way was given as `custom_objects`.
_own_classes: ContextVar[Mapping[str, Any]] = ContextVar("own_classes", default={})  # noqa: B039


def serialize_keras_object(obj: Any) -> Any:
    """Return plain values that `deserialize_keras_object` makes the object of again.

    Args:
        obj: A layer, a model, an initializer, an optimizer or another object with `get_config`; a
            function of cornu; numbers, texts, lists and dictionaries.

    Raises:
        ValueError: there is no plain form of it.

    Example:

    >>> import cornu
    >>> cornu.saving.serialize_keras_object(cornu.initializers.Zeros())
    {'module': 'keras.initializers', 'class_name': 'Zeros', 'config': {}, 'registered_name': None}

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    if obj is None or isinstance(obj, bool | int | float | str):
        return obj
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, np.ndarray):
        config = {"value": obj.tolist(), "dtype": obj.dtype.name}
        return {"class_name": "__numpy__", "config": config}
    if isinstance(obj, tuple | list):
        return [serialize_keras_object(item) for item in obj]
    if isinstance(obj, Mapping):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if hasattr(obj, "get_config") and not isinstance(obj, type):
        return _serialize_object(obj)
    name = getattr(obj, "__name__", "<lambda>")
    if callable(obj) and not isinstance(obj, functools.partial) and name != "<lambda>":
        return name
    raise ValueError(
        "Only objects with `get_config`, functions with a name and plain values can be saved. "
        f"Received: {shown(obj)} (of type {type(obj).__name__})"
    )


def _serialize_object(thing: Any) -> dict[str, Any]:
    kind = type(thing)
    result = {
        "module": kind.__module__,
        "class_name": kind.__name__,
        "config": serialize_keras_object(thing.get_config()),
        "registered_name": kind.__name__,
    }
    if kind.__module__.partition(".")[0] == "cornu":
        parts = kind.__module__.split(".")
        module = ".".join(["keras", *parts[1:3]])
        if module not in _MODULES:
            module = f"keras.{parts[1]}"
        result["module"] = "keras" if kind.__name__ in _AT_THE_TOP else module
        result["registered_name"] = None
    build_config = getattr(thing, "_build_config", None)
    if build_config is not None:
        result["build_config"] = build_config
    return result


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """Return the object that plain values stand for.

    Args:
        config: What `serialize_keras_object` returned, here or in Keras.
        custom_objects: Classes of one's own by name.
        safe_mode: Of no effect: code is never read from a file.

    Raises:
        ValueError: there is no such class, or it can't be made of what is there.

    Example:

    >>> import cornu
    >>> config = cornu.saving.serialize_keras_object(cornu.initializers.Constant(3.0))
    >>> cornu.saving.deserialize_keras_object(config)
    Constant(value=3.0)

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """
    # Classes make the objects in their configurations themselves, and must find the same ones.
    token = _own_classes.set({**_own_classes.get(), **(custom_objects or {})})
    try:
        return _deserialize(config)
    finally:
        _own_classes.reset(token)


def _deserialize(config: Any) -> Any:
    if isinstance(config, list | tuple):
        return [_deserialize(item) for item in config]
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config or "config" not in config:
        return make_arguments(config)
    inner, name = config["config"], config["class_name"]
    if not isinstance(name, str):
        raise ValueError(f"'class_name' must be a string. Received: {shown(name)}")
    if name == "__tuple__":
        if not isinstance(inner, list | tuple):
            raise ValueError(f"A saved tuple must have a list of items. Received: {shown(inner)}")
        return tuple(map(_deserialize, inner))
    try:
        if name == "__numpy__":
            return np.array(inner["value"], dtype=inner["dtype"])
        return _find_class(config).from_config(inner)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(
            f"A saved {name!r} can't be made of its configuration {shown(inner)}: "
            f"{type(error).__name__}: {error}"
        ) from error


def _find_class(config: Mapping[str, Any]) -> Any:
    for key in ("module", "registered_name"):
        if not isinstance(config.get(key), str | None):
            raise ValueError(f"{key!r} must be a string or null. Received: {shown(config[key])}")
    name, module = config["class_name"], config.get("module") or ""
    for known in (name, config.get("registered_name")):
        if known in _own_classes.get():
            return _own_classes.get()[known]
    if module in _MODULES:
        try:
            found = getattr(import_module(_MODULES[module]), name)
        except AttributeError as error:
            raise ValueError(f"A saved {name!r} of {module} can't be made again: {error}") from None
        if not hasattr(found, "from_config"):
            raise ValueError(
                f"'class_name' must be a class of {module} that can be saved. Received: {name!r}"
            )
        return found
    raise ValueError(
        f"A saved {name!r} of {module or 'an unknown module'} can't be made again without its "
        f"class: pass custom_objects={{{name!r}: {name}}}."
    )


def make_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments in a configuration, those that are objects made again.

    Args:
        config: What `get_config` returned.

    Raises:
        ValueError: it is no dictionary.
    """
    if not isinstance(config, Mapping):
        raise ValueError(f"A configuration must be a dictionary. Received: {shown(config)}")
    return {key: _deserialize(value) for key, value in config.items()}
