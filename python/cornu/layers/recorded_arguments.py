"""The arguments that a layer of the user's was made with, for those that don't tell them."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from typing import Any

_PLAIN = (str, int, float, bool, type(None))
# What `Layer` tells itself.
_OF_ALL_LAYERS = ("name", "trainable", "dtype")


def recorded_arguments(kind: type, args: Any, kwargs: Mapping[str, Any]) -> dict[str, Any] | str:
    """Return the arguments of a call of a class by name, with the defaults; else why not.

    Args:
        kind: The class.
        args: What was given by place.
        kwargs: What was given by name.

    Example:

    >>> from cornu.layers.recorded_arguments import recorded_arguments
    >>> class Scaled:
    ...     def __init__(self, factor=2, **kwargs):
    ...         pass
    >>> recorded_arguments(Scaled, (3,), {"name": "first"})
    {'factor': 3}
    >>> recorded_arguments(Scaled, (object(),), {})
    'non-serializable argument values in `__init__()`'
    """
    why = "non-serializable argument values in `__init__()`"
    signature = inspect.signature(kind.__init__)  # type: ignore[misc]
    try:
        bound = signature.bind(None, *args, **kwargs)
    except TypeError:
        return why
    bound.apply_defaults()
    found: dict[str, Any] = {}
    for name, parameter in list(signature.parameters.items())[1:]:
        value = bound.arguments[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            found.update(value)
        elif parameter.kind is parameter.VAR_POSITIONAL and not value:
            continue
        elif parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            return "positional only or variadic positional arguments to `__init__()`"
        else:
            found[name] = value
    # What every layer tells of itself need not be remembered, and a policy is no plain value.
    found = {name: value for name, value in found.items() if name not in _OF_ALL_LAYERS}
    return copy.deepcopy(found) if _is_plain(found) else why


def configuration(layer: Any, recorded: dict[str, Any] | str, base: dict[str, Any]) -> Any:
    """Return a configuration of what was recorded and of what every layer tells.

    Args:
        layer: The layer.
        recorded: What `recorded_arguments` returned.
        base: What every layer tells.

    Raises:
        NotImplementedError: the arguments are not known, or no plain values.
    """
    kind = type(layer)
    if isinstance(recorded, str):
        raise NotImplementedError(
            f"Object {kind.__name__} was created by passing {recorded}, and therefore the object "
            "must override `get_config()` in order to be serializable. Please implement "
            f"`get_config()`. Received: {layer!r}"
        )
    parameters = inspect.signature(kind.__init__).parameters.values()
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    taken = [parameter.name for parameter in parameters]
    # What the class can't be given, it can't be made again with.
    left_out = [name for name in _OF_ALL_LAYERS if not (takes_all or name in taken)]
    return {name: value for name, value in (recorded | base).items() if name not in left_out}


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)
