"""Copies that are not supported yet."""

from __future__ import annotations

from typing import Any


def not_copied(what: str, thing: Any) -> TypeError:
    """Return the error for `copy` and `pickle`: the memory of weights is the core's.

    Args:
        what: What it is, in the plural: `Models`.
        thing: The object.
    """
    return TypeError(
        f"{what} can't be copied or pickled: that is not supported yet. Make another one in the "
        "same way, and give it the weights with `set_weights(other.get_weights())`. "
        f"Received: {thing!r}"
    )
