"""Lambdas in configurations: written as Keras has them, read by names that the user gives."""

from __future__ import annotations

import base64
import json
import marshal
import types
import warnings
from collections.abc import Mapping
from typing import Any

from cornu.utils.custom_objects import get_registered_name, get_registered_object
from cornu.utils.errors import shown
from cornu.utils.user_frame import user_level

# What Python calls them all.
LAMBDA = "<lambda>"


def is_lambda(thing: Any) -> bool:
    """Return whether something is a function without a name, and isn't registered by one."""
    return isinstance(thing, types.FunctionType) and get_registered_name(thing) == LAMBDA


def warn_lambda(function: types.FunctionType) -> None:
    """Warn that a lambda is about to be saved."""
    warnings.warn(
        "A lambda has no name that it could be loaded by: who loads it has to hand a function over "
        f"as custom_objects={{{LAMBDA!r}: ...}}, or by the name of its Lambda layer, and Keras "
        "needs safe_mode=False besides. Use a function with a name, and register it. Received: "
        f"{shown(function)}",
        stacklevel=user_level(),
    )


def dump_lambda(function: types.FunctionType) -> tuple[str, Any, Any]:
    """Return byte code, defaults and closed-over values of a lambda, which Keras makes it again of;
    with a warning.

    Those that JSON hasn't are None, and it can be loaded here alone.
    """
    warn_lambda(function)
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    try:
        closure = tuple(cell.cell_contents for cell in function.__closure__ or ()) or None
        json.dumps([function.__defaults__, closure])
    except (TypeError, ValueError):  # ValueError: of a cell that is empty, too
        return code, None, None
    return code, function.__defaults__, closure


def is_saved_lambda(config: Any, argument: str = "") -> bool:
    """Return whether a configuration is of a lambda, in a form of Keras's or cornu's.

    Args:
        config: A configuration, or anything else that is in one.
        argument: The name that it has in that, where a text is one.
    """
    if not isinstance(config, Mapping):
        return isinstance(config, str) and config == LAMBDA and not argument
    kind = config.get("class_name")
    if kind == "__lambda__" or (kind == "function" and config.get("config") == LAMBDA):
        return True
    # How Keras 3.15 writes a layer's activation, and can't read it itself.
    value = config.get("value") if argument.endswith("activation") and len(config) == 1 else None
    return isinstance(value, list | tuple) and len(value) == 3 and isinstance(value[0], str)


def find_lambda(owner: Any = None, argument: str = "") -> Any:
    """Return the function that the user has handed over for a lambda in a configuration, whose byte
    code is never loaded.

    Args:
        owner: The name of the layer that has it; anything else: it is of no layer.
        argument: What it is of the layer.

    Raises:
        ValueError: there is none.
    """
    names, what = [LAMBDA], "There is"
    if isinstance(owner, str):
        names.insert(0, f"{owner}/{argument}")
        what = f"{argument!r} of layer {shown(owner)} is"
        if argument == "function":
            names.insert(0, owner)
        elif argument in ("output_shape", "mask"):
            # By that name it would be the layer's function.
            del names[1]
    for name in names:
        found = get_registered_object(name)
        if found is not None:
            return found
    raise ValueError(
        f"{what} a lambda, and the code of a file is never run: pass "
        f"custom_objects={{{shown(names[0])}: ...}} with a function that does the same."
    )


def name_functions(config: dict[str, Any]) -> None:
    """Give the functions of a Lambda layer of Keras 2's today's form, in place.

    Args:
        config: What the layer's `get_config` returned.
    """
    for argument in ("function", "output_shape", "mask"):
        kind = config.get(f"{argument}_type")
        if kind == "lambda":
            config[argument] = {"class_name": "__lambda__", "config": {}}
        elif kind == "function":
            config[argument] = {"class_name": "function", "config": config.get(argument)}
        for key in (f"{argument}_type", f"{argument}_module"):
            config.pop(key, None)
    config.pop("module", None)
