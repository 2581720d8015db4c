"""Modules that Keras 2 had and Keras 3 has put together: the same one by other names."""

from __future__ import annotations

import sys


def alias_modules(module: str, *names: str) -> None:
    """Let a module be imported by older names too, which stood beneath it.

    Args:
        module: Its name: `cornu.layers`.
        names: The older ones: `core`, for `from cornu.layers.core import Dense`.

    Example:

    >>> import cornu
    >>> from cornu.layers.core import Dense
    >>> Dense is cornu.layers.Dense
    True
    """
    found = sys.modules[module]
    for name in names:
        sys.modules[f"{module}.{name}"] = found
        vars(found).setdefault(name.partition(".")[0], found)
