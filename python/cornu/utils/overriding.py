"""Finding what a subclass overrides: the core would never call it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cornu.utils.ownership import is_of_cornu


def overridden(thing: Any, names: Iterable[str]) -> str | None:
    """Return the first of the names that is not cornu's own on an object; None: all are.

    Args:
        thing: An object of one of cornu's classes, or of a subclass.
        names: Names of methods; one that cornu has not counts wherever it is found.

    Example:

    >>> import cornu
    >>> from cornu.utils.overriding import overridden
    >>> class Doubled(cornu.losses.MeanSquaredError):
    ...     def call(self, y_true, y_pred):
    ...         return 2 * super().call(y_true, y_pred)
    >>> Doubled.__module__ = "example"
    >>> overridden(Doubled(), ["call"]), overridden(cornu.losses.MeanSquaredError(), ["call"])
    ('call', None)
    """
    own = next((name for name in names if name in vars(thing)), None)
    return overridden_by(type(thing), names) if own is None else own


def overridden_by(kind: type, names: Iterable[str]) -> str | None:
    """Return the first of the names that is not cornu's own of a class; None: all are."""
    for name in names:
        # The first class that has the name is the one whose method counts.
        owner = next((base for base in kind.__mro__ if name in vars(base)), object)
        if owner is not object and not is_of_cornu(owner):
            return name
    return None


def refuse_overridden(thing: Any, names: Iterable[str], what: str) -> None:
    """Refuse an object whose methods the core would pass over.

    Args:
        thing: The object.
        names: The methods that must be cornu's own.
        what: What it is, in the plural: `Losses`.

    Raises:
        ValueError: one of them is overridden, in the class or on the object.
    """
    name = overridden(thing, names)
    if name is not None:
        raise ValueError(refusal(what, type(thing), name))


def refusal(what: str, kind: type, name: str) -> str:
    """Return what is said of a method that the core would pass over."""
    return (
        f"{what} derived from cornu's, with methods written in Python, are not supported yet: they "
        f"would never be called. Received: {kind.__name__} with its own `{name}`"
    )
