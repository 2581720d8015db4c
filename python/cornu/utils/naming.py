"""Names for what the user didn't name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

# What each name's next number is. Both steps of taking one are atomic, so that several threads may
# build models at once, with no lock that another thread might hold when the process forks.
_counters: dict[str, Iterator[int]] = {}


def snake_case(name: str) -> str:
    """Return a class's name in the style of layer names.

    Args:
        name: Such as a class's `__name__`.

    Returns:
        Lower case, words joined by underscores.

    Example:

    >>> from cornu.utils.naming import snake_case
    >>> snake_case("InputLayer"), snake_case("Dense"), snake_case("SGD")
    ('input_layer', 'dense', 'sgd')
    """
    word = re.sub(r"\W+", "", name)
    word = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", word)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", word).lower()


def unique_name(prefix: str) -> str:
    """Return a name that no earlier call has given.

    Args:
        prefix: A class's name in either style.

    Returns:
        The name in snake case; from its second use on with `_1`, `_2`, ... behind it.

    Example:

    >>> from cornu.utils.naming import unique_name
    >>> unique_name("DocExample"), unique_name("doc_example")
    ('doc_example', 'doc_example_1')
    """
    name = snake_case(prefix)
    count = next(_counters.setdefault(name, itertools.count()))
    return f"{name}_{count}" if count else name


def numbered_names(names: Iterable[str]) -> Iterator[str]:
    """Give each name; from the second of the same on with its number behind it.

    Args:
        names: The names; a generator is asked for one at a time.

    Example:

    >>> from cornu.utils.naming import numbered_names
    >>> list(numbered_names(["dense", "dropout", "dense", "dense"]))
    ['dense', 'dropout', 'dense_1', 'dense_2']
    """
    counts: dict[str, int] = {}
    for name in names:
        count = counts.get(name, 0)
        counts[name] = count + 1
        yield f"{name}_{count}" if count else name


def object_name(thing: Any) -> str:
    """Return what a layer, loss, metric or function is called in logs.

    Args:
        thing: Anything.

    Returns:
        Its `name`; else the name of the function, or of its class, in snake case.

    Example:

    >>> from cornu.utils.naming import object_name
    >>> def my_metric(y_true, y_pred):
    ...     return 0.0
    >>> object_name(my_metric)
    'my_metric'
    """
    name = getattr(thing, "name", None)
    if isinstance(name, str):
        return name
    return snake_case(getattr(thing, "__name__", type(thing).__name__))


def reset_names() -> None:
    """Forget all names given, so that the next `unique_name("dense")` is `dense` again."""
    _counters.clear()
