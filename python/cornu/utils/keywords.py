"""Arguments that nobody takes: errors with the names that users know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cornu.utils.errors import nearest_name, shown

Method = TypeVar("Method", bound=Callable[..., Any])

# What Keras 1 called them; by their letters they are more like others.
_OF_KERAS_1 = {
    "init": "kernel_initializer",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "output_dim": "units",
    "p": "rate",
    "sigma": "stddev",
}


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


def unrecognized(kind: type, given: dict[str, Any], more: Iterable[str] = ()) -> ValueError:
    """Return the error for keyword arguments of a constructor that none of its bases takes.

    Args:
        kind: The class.
        given: What was passed and is not known.
        more: Names that are known besides those in the signatures.
    """
    return ValueError(
        f"Unrecognized keyword arguments passed to {kind.__name__}: {shown(given)}."
        f"{nearest_keyword(kind, next(iter(given)), more)}"
    )


def nearest_keyword(kind: type, name: str, more: Iterable[str] = ()) -> str:
    """Return a sentence with a constructor's keyword that is like a name; "" if none is.

    Args:
        kind: The class.
        name: What was passed.
        more: Names that are known besides those in the signatures.
    """
    known = list(more)
    for base in kind.__mro__:
        if hasattr(vars(base).get("__init__"), "__code__"):
            known += _keywords(vars(base)["__init__"])
    newer = _OF_KERAS_1.get(name)
    if newer in known:
        return f" Since Keras 2 it is called {newer!r}."
    return _advice(name, known)


def _keywords(function: Any) -> tuple[str, ...]:
    """The names of a method's parameters, `self` and the starred ones left out."""
    code = function.__code__
    return code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]


def _advice(name: str, known: Iterable[str]) -> str:
    near = nearest_name(name, known)
    return "" if near is None else f" The nearest known name is {near!r}."
