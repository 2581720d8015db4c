"""What is said of names that are not there: Keras's, and misspelt ones."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from cornu.utils.errors import nearest_name


def absent_name(module: str, name: str, reasons: Mapping[str, str] | None = None) -> Exception:
    """Return the error for a module's `__getattr__` to raise.

    Args:
        module: The module's name.
        name: What was asked for.
        reasons: Names of older Keras that can't be there, with what is said of them.

    Returns:
        An AttributeError; an ImportError where `from package import name` asks for a name that
        Keras has. Python would put its own text in place of an AttributeError's there.

    Example:

    >>> from cornu.utils.absent_names import absent_name
    >>> absent_name("cornu.layers", "Conv2D")
    AttributeError("'Conv2D' of Keras is not supported by cornu yet")
    """
    if name.startswith("_"):
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    reason = None if reasons is None else reasons.get(name)
    if reason is not None or name in keras_names(module):
        text = f"{name!r} of Keras is not supported by cornu yet"
        if reason is not None:
            text = f"{name!r} of Keras 2's {module.rpartition('.')[2]} {reason}"
        # `import` asks through `hasattr`, from a frame of its own, and lets an ImportError pass.
        if sys._getframe(2).f_globals.get("__name__") == "importlib._bootstrap":
            return ImportError(text, name=module)
        return AttributeError(text)
    known = vars(sys.modules[module])
    near = nearest_name(name, known.get("__all__") or [n for n in known if not n.startswith("_")])
    return AttributeError(f"module {module!r} has no attribute {name!r}{_advice(near)}")


def absent_attribute(thing: Any, name: str, kind: str) -> AttributeError:
    """Return the error for an object's `__getattr__` to raise.

    Args:
        thing: The object.
        name: What was asked for.
        kind: The name of its class in Keras.

    Raises:
        AttributeError: by a property of this name; `__getattr__` is called then too.
    """
    if hasattr(type(thing), name):
        object.__getattribute__(thing, name)
    if not name.startswith("_") and name in keras_names(kind):
        return AttributeError(f"{name!r} of Keras's {kind} is not supported by cornu yet")
    near = None if name.startswith("_") else nearest_name(name, _public_names(thing))
    return AttributeError(
        f"{type(thing).__name__!r} object has no attribute {name!r}{_advice(near)}"
    )


def keras_names(module: str) -> list[str]:
    """Return the public names of Keras's module of the same name, or of a class."""
    from cornu.utils.keras_names import KERAS_NAMES

    if module == "Functional":
        return [name for name in keras_names("Sequential") if name not in ("add", "pop")]
    return KERAS_NAMES.get(module, "").split()


def _public_names(thing: Any) -> list[str]:
    return [name for name in dir(type(thing)) if not name.startswith("_")]


def _advice(near: str | None) -> str:
    return "" if near is None else f". The nearest known name is {near!r}."
