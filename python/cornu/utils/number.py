"""One number that the user gave."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from cornu.utils.errors import shown


def as_integer(value: Any) -> int | None:
    """Return an integer as Python's, NumPy's too; None: it is a bool, or none.

    Example:

    >>> import numpy as np
    >>> from cornu.utils.number import as_integer
    >>> as_integer(np.uint8(3)), as_integer(3.0), as_integer(True)
    (3, None, None)
    """
    if type(value) is int:
        return value
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def check_integer(name: str, value: Any, least: int = 1) -> int:
    """Return an argument as an integer.

    Args:
        name: Its name.
        value: What came; NumPy's integers are taken as well as Python's.
        least: The least that it may be.

    Raises:
        ValueError: it is a bool, no integer, or less than `least`.

    Example:

    >>> from cornu.utils.number import check_integer
    >>> check_integer("units", 3)
    3
    """
    number = as_integer(value)
    if number is None or number < least:
        kind = "a positive integer" if least == 1 else f"an integer of at least {least}"
        raise ValueError(f"`{name}` must be {kind}. Received: {name}={shown(value)}")
    return number


def as_float(value: Any) -> float:
    """Return a number, or text that Python reads as one, as a float; NaN: it is none, or an integer
    beyond all floats.

    Example:

    >>> from cornu.utils.number import as_float
    >>> as_float(3), as_float(None)
    (3.0, nan)
    """
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def check_finite(name: str, value: Any) -> float:
    """Return an argument as a float.

    Raises:
        ValueError: it is not a finite number.
    """
    number = as_float(value)
    if not math.isfinite(number):
        raise ValueError(f"`{name}` must be a finite number. Received: {name}={shown(value)}")
    return number
