"""Arguments that are yes or no."""

from __future__ import annotations

from typing import Any

from cornu.utils.arrays import is_among
from cornu.utils.errors import shown


def check_flag(name: str, value: Any) -> bool:
    """Return an argument as a bool.

    Args:
        name: Its name.
        value: What came: True or False, NumPy's too, or 1 or 0.

    Raises:
        ValueError: it is something else.

    Example:

    >>> import numpy as np
    >>> from cornu.utils.flag import check_flag
    >>> check_flag("use_bias", np.True_), check_flag("use_bias", 0)
    (True, False)
    """
    if not is_among(value, (True, False)):
        raise ValueError(
            f"`{name}` must be True or False. "
            f"Received: {name}={shown(value)} (of type {type(value).__name__})"
        )
    return bool(value)
