"""Regular expressions for the paths of weights, which may come of a file as the paths do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from cornu.utils.errors import shown

_MOST_REPEATS, _MOST_WAYS = 3, 2**8
# A hundred million steps of searches take some 0.3 s where the expressions are plain, and at worst,
# of choices and lazy repeats, 3 s; a search takes as long as a thousand at least. Where there are
# more expressions than `re` remembers, each is compiled again.
_MOST_STEPS, _LEAST_STEPS, _MOST_REMEMBERED = 10**8, 10**3, 500
# What compiling takes: so much for a letter, for any expression as for forty of them, and for a
# range of letters beyond Latin ones as for a thousand.
_LETTER_STEPS, _SHORTEST, _RANGE = 2500, 40, 1000
_SINGLE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEAT = r"(?:[*+?]|\{[0-9]*,?[0-9]*\})"
# In comments, and in verbose expressions, nothing is what it looks like.
_REFUSED = re.compile(rf"\(\?(?:#|[a-zA-Z]*x)|\)(?!\?){_REPEAT}")


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
    from cornu.saving.safe_mode import is_of_file, take_letters

    if is_of_file() and isinstance(pattern, str):
        take_letters(_letters(pattern))
    try:
        re.compile(pattern)
    except (OverflowError, RecursionError) as error:
        raise re.error(str(error)) from None
    if not is_of_file():
        return
    is_refused = _REFUSED.search(_SINGLE.sub("x", pattern)) is not None
    repeats, ways = (0, 0) if is_refused else _branches(pattern)
    if is_refused or repeats > _MOST_REPEATS or ways > _MOST_WAYS:
        raise ValueError(
            f"A regular expression of a file must have at most {_MOST_REPEATS} repeats and "
            f"{_MOST_WAYS} combinations of choices, no comment, no flag x, and no group that is "
            f"repeated. Received: {shown(pattern)}. "
            "Call `cornu.config.enable_unsafe_deserialization()` if you trust where it comes from."
        )


def check_searches(patterns: Sequence[str], paths: Iterable[str]) -> None:
    """Check how long expressions of a file, which `check_pattern` has checked, take in paths, which
    may be of that file too.

    Args:
        patterns: The expressions.
        paths: What each is looked for in.

    Raises:
        ValueError: they are of a file, and may take more than some seconds.

    Example:

    >>> from cornu.optimizers.path_patterns import check_searches
    >>> check_searches(["bias"], ["dense/kernel", "dense/bias"])
    """
    from cornu.saving.safe_mode import is_of_file

    if not patterns or not is_of_file():
        return
    searches = []
    for pattern in patterns:
        repeats, ways = _branches(pattern)
        # To compare with what a group has matched takes as long as that is.
        repeats += re.search(r"\\[1-9]|\(\?P=", pattern) is not None
        is_remembered = len(patterns) <= _MOST_REMEMBERED
        least = _LEAST_STEPS if is_remembered else _LETTER_STEPS * _letters(pattern)
        searches.append((least, repeats, ways * (1 + len(pattern) // 100)))
    steps = 0
    for path in paths:
        for least, repeats, times in searches:
            # Where it begins, and where each repeat ends.
            steps += max(least, math.comb(len(path) + repeats, repeats + 1) * times)
            if steps > _MOST_STEPS:
                raise ValueError(
                    "The regular expressions of a file must not take long in the paths of its "
                    f"weights. Received: {shown(list(patterns))}, and {shown(path)}. "
                    "Call `cornu.config.enable_unsafe_deserialization()` if you trust where it "
                    "comes from."
                )


def _letters(pattern: str) -> int:
    """How many letters of a plain expression take as long to compile."""
    ranges = pattern.count("[") + pattern.count("-")
    is_wide = re.search(r"[^\x00-\xff]|\\[uUN]", pattern) is not None
    return _SHORTEST + len(pattern) + (_RANGE * ranges if is_wide else 0)


def _branches(pattern: str) -> tuple[int, int]:
    """The repeats of an expression, and how many ways there are through the choices of groups."""
    plain = _SINGLE.sub("x", pattern).replace("(?", "(")
    # Those of the whole expression, the first, are tried one after the other.
    ways, choices = 1, [1]
    for letter in plain:
        if letter == "(":
            choices.append(1)
        elif letter == ")":
            choices.pop()
        elif letter == "|" and len(choices) > 1:
            ways = ways // choices[-1] * (choices[-1] + 1)
            choices[-1] += 1
    return len(re.findall(f"{_REPEAT}[?+]?", plain)), ways
