"""Lambdas in configurations, as Keras writes them: byte code, run only where it is trusted."""

from __future__ import annotations

import base64
import builtins
import marshal
import sys
import types
import warnings
from collections.abc import Mapping
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.user_frame import user_level

# Byte code is of one minor version of Python; another one may crash on it.
_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def dump_lambda(function: types.FunctionType) -> dict[str, Any]:
    """Return the code, the defaults and the closed-over values of a lambda, with a warning."""
    warnings.warn(
        "A lambda is saved as byte code: it can be loaded with safe_mode=False only, and only by "
        f"Python {_PYTHON}. Use a function with a name, and register it. Received: "
        f"{shown(function)}",
        stacklevel=user_level(),
    )
    cells = function.__closure__
    closure = tuple(cell.cell_contents for cell in cells) if cells else None
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    return {"value": (code, function.__defaults__, closure), "python": _PYTHON}


def load_lambda(config: Any, is_safe: bool) -> types.FunctionType:
    """Return the function that such a configuration holds.

    Args:
        config: What `dump_lambda` returned, here or in Keras.
        is_safe: Whether it is refused.

    Raises:
        ValueError: it is, or there is no code of this Python.
    """
    if is_safe:
        raise ValueError(
            "The configuration has a lambda, which could do anything: arbitrary code execution. "
            "Pass safe_mode=False, to what takes it, or call "
            "`cornu.config.enable_unsafe_deserialization()`, if you trust where it comes from."
        )
    if not isinstance(config, Mapping):
        raise ValueError(f"A saved lambda must have a dictionary. Received: {shown(config)}")
    python = config.get("python", _PYTHON)
    if python != _PYTHON:
        raise ValueError(
            f"A saved lambda must be of this Python, {_PYTHON}. Received: one of {shown(python)}"
        )
    value: Any = config.get("value")
    whole = isinstance(value, list | tuple) and len(value) == 3
    parts: list[Any] = list(value) if whole else [value, (), ()]
    try:
        code = marshal.loads(base64.b64decode(parts[0]))
        cells = tuple(types.CellType(item) for item in parts[2] or ())
        return types.FunctionType(
            code,
            {"__builtins__": builtins},
            argdefs=tuple(parts[1] or ()),
            closure=cells,
        )
    except (EOFError, TypeError, ValueError) as error:
        raise ValueError(f"A saved lambda must have code that can be read: {error}") from None
