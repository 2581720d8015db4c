"""Keywords of older Keras, with the meaning they had."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

# Keras 1's names, and those of today that they may stand for: a function has at most one of them.
_NEWER = {
    "W_constraint": ("kernel_constraint",),
    "W_regularizer": ("kernel_regularizer",),
    "b_constraint": ("bias_constraint",),
    "b_regularizer": ("bias_regularizer",),
    "beta_init": ("beta_initializer",),
    "bias": ("use_bias",),
    "gamma_init": ("gamma_initializer",),
    "init": ("kernel_initializer", "alpha_initializer"),
    "input": ("inputs",),
    "lr": ("learning_rate",),
    "max_q_size": ("max_queue_size",),
    "nb_epoch": ("epochs",),
    "nb_words": ("num_words",),
    "nb_worker": ("workers",),
    "output": ("outputs",),
    "output_dim": ("units",),
    "p": ("rate",),
    "pickle_safe": ("use_multiprocessing",),
    "sigma": ("stddev",),
}


def old_keywords(known: Iterable[str]) -> dict[str, str]:
    """Return the old names that a function may be called by too, with those of today.

    Args:
        known: The names of its arguments. An old name among them is one of its own.

    Example:

    >>> from cornu.utils.old_keywords import old_keywords
    >>> old_keywords(["x", "y", "epochs"])
    {'nb_epoch': 'epochs'}
    """
    names = set(known)
    return {
        old: newer
        for old, candidates in _NEWER.items()
        for newer in candidates
        if newer in names and old not in names
    }


def given_twice(name: str, value: Any, old_name: str, old_value: Any) -> ValueError:
    """Return the error for an argument that came by its old name and by that of today.

    Args:
        name: Its name of today.
        value: What came by it.
        old_name: The old one.
        old_value: What came by that.
    """
    return ValueError(
        f"`{old_name}` is the old name of `{name}`: give one of them. "
        f"Received: {name}={value}, {old_name}={old_value}"
    )


def takes_old_keywords(function: Function) -> Function:
    """Let a function or a constructor be called by the keywords that older Keras had.

    Example:

    >>> from cornu.utils.old_keywords import takes_old_keywords
    >>> @takes_old_keywords
    ... def fit(epochs=1):
    ...     return epochs
    >>> fit(nb_epoch=3)
    3
    >>> fit(4, nb_epoch=3)
    Traceback (most recent call last):
    ValueError: `nb_epoch` is the old name of `epochs`: give one of them. Received: epochs=4,...
    """
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    newer = old_keywords(names)

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        for old, name in newer.items():
            if old not in kwargs:
                continue
            value = kwargs.pop(old)
            given = dict(zip(names, args, strict=False)) | kwargs
            if name in given:
                raise given_twice(name, given[name], old, value)
            kwargs[name] = value
        return function(*args, **kwargs)

    return called  # type: ignore[return-value]  # The same arguments, and more.
