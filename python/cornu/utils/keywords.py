"""Arguments that nobody takes: errors with the names that users know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cornu.utils.errors import nearest_advice, shown

Method = TypeVar("Method", bound=Callable[..., Any])


def of_sequential(method: Method) -> Method:
    """Give a method the name that its users know, in place of the class's that it is written in.

    Python says it in errors: of wrong arguments, above all.

    Example:

    >>> import cornu
    >>> cornu.Sequential().fit(epoch=3)
    Traceback (most recent call last):
    TypeError: Sequential.fit() got an unexpected keyword argument 'epoch'...
    """
    method.__qualname__ = f"Sequential.{method.__name__}"
    return method


def unrecognized(kind: type, given: dict[str, Any]) -> ValueError:
    """Return the error for keyword arguments of a constructor that none of its bases takes.

    Args:
        kind: The class.
        given: What was passed and is not known.
    """
    return ValueError(
        f"Unrecognized keyword arguments passed to {kind.__name__}: {shown(given)}."
        f"{nearest_keyword(kind, next(iter(given)))}"
    )


def nearest_keyword(kind: type, name: str, more: Iterable[str] = ()) -> str:
    """Return a sentence with a constructor's keyword that is like a name; "" if none is.

    Args:
        kind: The class.
        name: What was passed.
        more: Names that are known besides.
    """
    return nearest_advice(name, [*more, *keywords_of(kind)])


def keywords_of(kind: type) -> list[str]:
    """Return the names of what a constructor takes, and those of its bases.

    Args:
        kind: The class. It has as `_more_keywords` the names that are in no signature.

    Example:

    >>> import cornu
    >>> from cornu.utils.keywords import keywords_of
    >>> keywords_of(cornu.layers.Dropout)[:3]
    ['rate', 'noise_shape', 'seed']
    """
    known: list[str] = []
    for base in kind.__mro__:
        made_by = vars(base).get("__init__")
        made_by = getattr(made_by, "__wrapped__", made_by)
        if hasattr(made_by, "__code__"):
            known += _keywords(made_by)
        known += vars(base).get("_more_keywords", ())
    return known


def _keywords(function: Any) -> tuple[str, ...]:
    """The names of a method's parameters, `self` and the starred ones left out."""
    code = function.__code__
    return code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
