"""Calls as Keras 2 had them, the name first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def name_first(*order: str) -> Callable[[Method], Method]:
    """Let a method be called with a name as its first argument: the others are in Keras 2's order.

    Args:
        *order: What comes after the name.

    Example:

    >>> from cornu.utils.name_first import name_first
    >>> class Layer:
    ...     @name_first("shape", "dtype")
    ...     def add_weight(self, shape=None, initializer=None, dtype=None, name=None):
    ...         return name, shape, dtype
    >>> Layer().add_weight("kernel", (2,), "float64"), Layer().add_weight((2,))
    (('kernel', (2,), 'float64'), (None, (2,), None))
    """

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def taken(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not args or not isinstance(args[0], str):
                return method(self, *args, **kwargs)
            names = ("name", *order)
            if len(args) > len(names) or any(name in kwargs for name in names[: len(args)]):
                raise TypeError(
                    f"`{method.__name__}` with the name first takes {names} by place, each once. "
                    f"Received: {len(args)} by place, and by name {sorted(kwargs)}"
                )
            return method(self, **dict(zip(names, args, strict=False)), **kwargs)

        return taken  # type: ignore[return-value]

    return decorate
