"""The masks of arrays that layers gave out, which an array itself has no place for."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

# By an array's id: the array, which takes its entry away when it goes, and its mask.
KEPT: dict[int, tuple[weakref.ref[np.ndarray], np.ndarray]] = {}


def keep_mask(array: np.ndarray, mask: np.ndarray | None) -> None:
    """Remember for as long as an array lives which of it counts.

    Args:
        array: The array.
        mask: True where it counts; None: nothing is known of it any more.

    Example:

    >>> import numpy as np
    >>> from cornu.utils.kept_masks import keep_mask, mask_of
    >>> x = np.ones((2, 3))
    >>> keep_mask(x, np.array([True, False]))
    >>> mask_of(x), mask_of(x.copy())
    (array([ True, False]), None)
    """
    key = id(array)
    if mask is None:
        KEPT.pop(key, None)
        return

    def forget(gone: weakref.ref[np.ndarray]) -> None:
        # Another array may have come to its place meanwhile.
        if key in KEPT and KEPT[key][0] is gone:
            del KEPT[key]

    KEPT[key] = weakref.ref(array, forget), mask


def mask_of(thing: Any) -> np.ndarray | None:
    """Return the mask that was kept of an array; None: there is none.

    Args:
        thing: An array, or anything else, which has none.
    """
    found = KEPT.get(id(thing)) if KEPT else None
    return found[1] if found is not None and found[0]() is thing else None
