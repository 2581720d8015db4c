"""Help for whoever misspelt a name, or passed too much to print."""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Iterable
from typing import Any

from cornu.utils.naming import snake_case

# A longer list of names would bury the nearest one.
_LONGEST_LIST = 16
_LONGEST_NAME = 100
# difflib's likeness, from 0 to 1, from which on one name may be meant by another: its own default.
_LIKE = 0.6
# From here on a name that cornu has not is the one that is meant, and no other is suggested.
_ALIKE = 0.9


def nearest_name(name: str, candidates: Iterable[str], least: float = _LIKE) -> str | None:
    """Return the name that was probably meant; None: none is like it.

    Args:
        name: What was asked for; the initials of a name of three words and more are wholly like it.
        candidates: The names that exist.
        least: How like it must be, from 0 to 1.
    """
    # A file may have names without end, and the time grows with the square.
    if len(name) > _LONGEST_NAME:
        return None
    # difflib takes 6 ms to import, and few runs have an error.
    import difflib

    def likeness(candidate: str) -> tuple[float, float]:
        if name.lower() == _initials(candidate):
            return 1.0, 0.0
        ratio = difflib.SequenceMatcher(None, name.lower(), candidate.lower()).ratio()
        return ratio, difflib.SequenceMatcher(None, name, candidate).ratio()

    names = _sorted(candidates)
    nearest = max(names, key=likeness, default=None)
    return nearest if nearest is not None and likeness(nearest)[0] >= least else None


def nearest_advice(name: str, candidates: Iterable[str]) -> str:
    """Return a sentence, after a space, with the name that was probably meant; "": none is like it.

    Args:
        name: What was asked for.
        candidates: The names that exist.

    Example:

    >>> from cornu.utils.errors import nearest_advice
    >>> nearest_advice("epoch", ["epochs", "x"])
    " The nearest known name is 'epochs'."
    """
    near = nearest_name(name, candidates)
    return "" if near is None else f" The nearest known name is {near!r}."


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Say which of the names is nearest to `name`, and list them if they are few or none is near.

    Args:
        name: What was asked for.
        candidates: The names that exist, at least one.

    Returns:
        A sentence for the end of an error message.

    Example:

    >>> from cornu.utils.errors import did_you_mean
    >>> did_you_mean("rleu", ["relu", "tanh"])
    "The nearest known name is 'relu'; known are 'relu', 'tanh'."
    >>> did_you_mean("nothing", ["relu", "tanh"])
    "Known are 'relu', 'tanh'."
    """
    names = _sorted(candidates)
    nearest = nearest_name(name, names)
    if nearest is None:
        return f"Known are {_listed(names)}."
    if len(names) > _LONGEST_LIST:
        return f"The nearest known name is {nearest!r}."
    return f"The nearest known name is {nearest!r}; known are {_listed(names)}."


def unknown_name(kind: str, name: str, candidates: Iterable[str], module: str) -> ValueError:
    """Return the error for a name that stands for nothing here.

    Args:
        kind: What it should have named: `loss`.
        name: What was asked for.
        candidates: The names that exist.
        module: The module that it is looked up in, `cornu.losses`, to tell what Keras has.

    Example:

    >>> from cornu.utils.errors import unknown_name
    >>> unknown_name("initializer", "stft", ["zeros"], "cornu.initializers")
    ValueError("Unknown initializer: 'stft'. Keras's is not supported yet; known are 'zeros'.")
    """
    from cornu.utils.absent_names import keras_names

    names = list(candidates)
    known = {*map(_folded, names), *map(_folded, vars(sys.modules[module]))}
    missing = [other for other in keras_names(module) if _folded(other) not in known]
    nearest = nearest_name(name, [*names, *missing], _ALIKE)
    if nearest is None or nearest not in missing:
        rest = did_you_mean(name, names)
    else:
        what = "Keras's" if _folded(nearest) == _folded(name) else f"Keras's {nearest!r}"
        rest = f"{what} is not supported yet; known are {_listed(_sorted(names))}."
    return ValueError(f"Unknown {kind}: {name!r}. {rest}")


def shown(value: Any) -> str:
    """Return what an error shows of an argument: an array's shape and type, else a short `repr`.

    Example:

    >>> import numpy as np
    >>> from cornu.utils.errors import shown
    >>> shown([np.zeros(2), "yes"])
    "[<ndarray of shape (2,), dtype float64>, 'yes']"
    """
    return _SHORT.repr(value)


def check_returned(what: str, name: str | None, value: Any) -> Any:
    """Return what a function of the user's returned.

    Args:
        what: What the function is: `loss`.
        name: Its name.
        value: What it returned.

    Raises:
        TypeError: that is None, as of a function without `return`.

    Example:

    >>> from cornu.utils.errors import check_returned
    >>> check_returned("loss", "mine", 2.5)
    2.5
    """
    if value is None:
        raise TypeError(f"The {what} {name!r} returned None: is a `return` missing?")
    return value


class _Short(reprlib.Repr):
    def repr1(self, x: Any, level: int) -> str:
        if getattr(x, "shape", ()) and hasattr(x, "dtype"):
            return f"<{type(x).__name__} of shape {x.shape}, dtype {x.dtype}>"
        return super().repr1(x, level)


_SHORT = _Short()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 100


def _initials(name: str) -> str:
    """What a name of several words is called for short: rmse; "" for one or two words."""
    words = [word for word in snake_case(name).split("_") if word]
    return "".join(word[0] for word in words) if len(words) > 2 else ""


def _folded(name: str) -> str:
    return name.lower().replace("_", "")


def _sorted(candidates: Iterable[str]) -> list[str]:
    return sorted(set(candidates), key=lambda candidate: (candidate.lower(), candidate))


def _listed(names: list[str]) -> str:
    """All names; where functions and classes are among them, the functions'."""
    return ", ".join(map(repr, [name for name in names if name.islower()] or names))
