"""How many bytes of code an exported model takes, estimated from measured parts."""

from __future__ import annotations

import json
import operator
import re
from functools import cache
from importlib.resources import files
from typing import Any

from cornu.exporting.c_text import Needed, Part


def code_nbytes(text: str, parts: Needed, dtype: str, exact: bool) -> int:
    """Return about how many bytes of code a file takes, for what `measured()["compiler"]` says.

    Parts were measured as functions of their own; what is left of that where the compiler makes one
    function of several is a mean over the files of tests/c_exports.py, which estimates are within a
    third of. The C library's code is not counted.

    Args:
        text: The functions of the file's own, such as `net_predict`.
        parts: What they need.
        dtype: Their float type.
        exact: Whether with cornu's own bits.
    """
    shares = measured()["shares"]
    return max(0, round(sum(map(operator.mul, shares, counts_of(text, parts, dtype, exact)))))


def counts_of(text: str, parts: Needed, dtype: str, exact: bool) -> tuple[int, int, int]:
    """Return what an estimate is made of: bytes of parts, functions of the file's own, and commas.

    Args:
        text: As `code_nbytes`.
        parts: Likewise.
        dtype: Likewise.
        exact: Likewise.
    """
    way = "own" if exact else "library"
    sizes = measured()[dtype]["common"] | measured()[dtype][way]
    used = (*parts.common, *(parts.own if exact else parts.library))
    functions = len(re.findall(r"^}", text, re.MULTILINE))
    return sum(sizes.get(name_of(part), 0) for part in used), functions, text.count(",")


def name_of(part: Part) -> str:
    """Return the name that a part's size is kept by."""
    return min(part[0])


@cache
def measured() -> dict[str, Any]:
    """Return what tests/record_code_size.py measured.

    For each float type, bytes of parts by their names; under "shares", what `counts_of` is
    multiplied by; and under "compiler", by what for which processor.
    """
    text = files(__package__).joinpath("code_size.json").read_text(encoding="ascii")
    found: dict[str, Any] = json.loads(text)
    return found


def rounded_up(nbytes: int) -> int:
    """Return an estimate as it is told: two digits, rounded up.

    Example:

    >>> from cornu.exporting.code_size import rounded_up
    >>> rounded_up(1234), rounded_up(77)
    (1300, 77)
    """
    unit = 10 ** max(0, len(str(nbytes)) - 2)
    return -(-nbytes // unit) * unit
