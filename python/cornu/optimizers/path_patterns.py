"""Regular expressions for the paths of weights, which may come of a file as the paths do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from cornu.utils.errors import shown

_MOST_REPEATS, _MOST_CHOICES = 3, 8
# A thousand million steps of searches take about a second, and each search as long as a thousand at
# least; where there are more expressions than `re` remembers, each is compiled again.
_MOST_STEPS, _LEAST_STEPS, _COMPILING_STEPS, _MOST_REMEMBERED = 10**9, 10**3, 10**5, 500
_NO_OPERATORS = re.compile(r"\\.|\[\^?\]?[^\]]*\]|\(\?[:=!]|(?<=[*+?}])[?+]")


def check_pattern(pattern: Any) -> None:
    """Check a regular expression: one of a file must be such that it can't take for ever.

    Args:
        pattern: The expression.

    Raises:
        TypeError: it is no text.
        re.error: it is no regular expression.
        ValueError: it is of a file, and may take a time that grows exponentially.

    Example:

    >>> from cornu.optimizers.path_patterns import check_pattern
    >>> check_pattern(".*/(kernel|bias)$")
    """
    from cornu.saving.serialization import is_of_file

    re.compile(pattern)
    if not is_of_file():
        return
    plain = _NO_OPERATORS.sub("x", pattern)
    repeats, choices = _branches(plain)
    if repeats > _MOST_REPEATS or choices > _MOST_CHOICES or re.search(r"\)[*+{]", plain):
        raise ValueError(
            f"A regular expression of a file must have at most {_MOST_REPEATS} repeats and "
            f"{_MOST_CHOICES} choices, and no group that is repeated. Received: {shown(pattern)}. "
            "Call `cornu.config.enable_unsafe_deserialization()` if you trust where it comes from."
        )


def check_searches(patterns: Sequence[str], paths: Iterable[str]) -> None:
    """Check how long expressions of a file, which `check_pattern` has checked, take in paths, which
    may be of that file too.

    Args:
        patterns: The expressions.
        paths: What each is looked for in.

    Raises:
        ValueError: they are of a file, and may take more than a second or so.

    Example:

    >>> from cornu.optimizers.path_patterns import check_searches
    >>> check_searches(["bias"], ["dense/kernel", "dense/bias"])
    """
    from cornu.saving.serialization import is_of_file

    if not patterns or not is_of_file():
        return
    branches = [_branches(_NO_OPERATORS.sub("x", pattern)) for pattern in patterns]
    least = _LEAST_STEPS if len(patterns) <= _MOST_REMEMBERED else _COMPILING_STEPS
    steps = 0
    for path in paths:
        for repeats, choices in branches:
            # Where it begins, and where each repeat ends.
            steps += max(least, math.comb(len(path) + repeats, repeats + 1) << choices)
            if steps > _MOST_STEPS:
                raise ValueError(
                    "The regular expressions of a file must not take long in the paths of its "
                    f"weights. Received: {shown(list(patterns))}, and {shown(path)}. "
                    "Call `cornu.config.enable_unsafe_deserialization()` if you trust where it "
                    "comes from."
                )


def _branches(plain: str) -> tuple[int, int]:
    """The repeats and the choices of an expression without what only looks like them."""
    return len(re.findall(r"[*+?{]", plain)), plain.count("|") if "(" in plain else 0
