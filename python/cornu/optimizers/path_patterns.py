"""Regular expressions for the paths of weights, which may come of a file as the paths do."""

from __future__ import annotations

import re
from typing import Any

from cornu.utils.errors import shown

# A search in n characters takes up to n^(repeats + 1) 2^choices steps.
_MOST_REPEATS, _MOST_CHOICES = 3, 8
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
    repeats = len(re.findall(r"[*+?{]", plain))
    choices = plain.count("|") if "(" in plain else 0
    if repeats > _MOST_REPEATS or choices > _MOST_CHOICES or re.search(r"\)[*+{]", plain):
        raise ValueError(
            f"A regular expression of a file must have at most {_MOST_REPEATS} repeats and "
            f"{_MOST_CHOICES} choices, and no group that is repeated. Received: {shown(pattern)}. "
            "Call `cornu.config.enable_unsafe_deserialization()` if you trust where it comes from."
        )
