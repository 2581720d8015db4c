"""What is cornu's own, and what is the user's."""

from __future__ import annotations

from typing import Any


def is_of_cornu(thing: Any) -> bool:
    """Return whether a class or a function is cornu's own.

    Args:
        thing: The class or function.

    Example:

    >>> import cornu
    >>> from cornu.utils.ownership import is_of_cornu
    >>> is_of_cornu(cornu.layers.Dense), is_of_cornu(dict)
    (True, False)
    """
    return thing.__module__.partition(".")[0] == "cornu"
