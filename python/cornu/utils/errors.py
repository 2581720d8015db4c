"""Help for whoever misspelt a name."""

from __future__ import annotations

from collections.abc import Iterable

# A longer list of names would bury the nearest one.
_LONGEST_LIST = 16


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Say which of the names is nearest to `name`, and list them if they are few.

    Args:
        name: What was asked for.
        candidates: The names that exist, at least one.

    Returns:
        A sentence for the end of an error message.

    Example:

    >>> from cornu.utils.errors import did_you_mean
    >>> did_you_mean("rleu", ["relu", "tanh"])
    "The nearest known name is 'relu'; known are 'relu', 'tanh'."
    """
    # difflib takes 6 ms to import, and few runs have an error.
    import difflib

    names = sorted(set(candidates), key=lambda candidate: (candidate.lower(), candidate))

    def likeness(candidate: str) -> tuple[float, float]:
        ratio = difflib.SequenceMatcher(None, name.lower(), candidate.lower()).ratio()
        return ratio, difflib.SequenceMatcher(None, name, candidate).ratio()

    nearest = max(names, key=likeness)
    if len(names) > _LONGEST_LIST:
        return f"The nearest known name is {nearest!r}."
    listed = ", ".join(repr(candidate) for candidate in names)
    return f"The nearest known name is {nearest!r}; known are {listed}."
