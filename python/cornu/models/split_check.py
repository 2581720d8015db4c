"""Whether the rows that `validation_split` parts have all classes on both sides."""

from __future__ import annotations

import warnings

import numpy as np

from cornu.utils.user_frame import user_level

# Rows looked at together; after the first ones all classes have mostly been seen.
_CHUNK = 4096
# How probable it may be that shuffled rows would lack the class too.
_CHANCE = 0.01
_MOST_SHOWN = 10


def warn_of_missing_classes(
    first: np.ndarray, last: np.ndarray, loss: str, class_count: int | None
) -> None:
    """Warn of classes that are in one part of the targets only, too often for it to be chance.

    Args:
        first: The targets to train with.
        last: The targets to validate with.
        loss: The name of the loss, which tells what targets are.
        class_count: How many classes targets of one number can have; None: not known.
    """
    one_hot = loss.startswith("categorical")
    if one_hot:
        class_count = first.shape[-1] if first.ndim > 1 else None
    elif loss == "binary_crossentropy" and first.shape[1:] not in ((), (1,)):
        # Each column is a question of its own.
        class_count = None
    if class_count is None or class_count < 2:
        return
    found = [_seen(part, one_hot, class_count) for part in (first, last)]
    names, total = ("train", "validate"), len(first) + len(last)
    for part, other in ((0, 1), (1, 0)):
        lost = 1 - len((first, last)[part]) / total
        missing = [
            int(number)
            for number in np.flatnonzero(found[other] & ~found[part])
            if lost ** _count((first, last)[other], one_hot, int(number)) < _CHANCE
        ]
        if not missing:
            continue
        shown = ", ".join(map(str, missing[:_MOST_SHOWN]))
        more = f" and {len(missing) - _MOST_SHOWN} more" if len(missing) > _MOST_SHOWN else ""
        warnings.warn(
            f"`validation_split` takes the last rows as they lie, and leaves no row of class "
            f"{shown}{more} to {names[part]} with. Shuffle `x` and `y` together before `fit`, or "
            "give rows of all classes as `validation_data`.",
            UserWarning,
            stacklevel=user_level(),
        )


def _seen(targets: np.ndarray, one_hot: bool, count: int) -> np.ndarray:
    """Which classes there are."""
    found = np.zeros(count, bool)
    for begin in range(0, len(targets), _CHUNK):
        chunk = targets[begin : begin + _CHUNK]
        if one_hot:
            found |= (chunk.reshape(-1, count) != 0).any(axis=0)
        else:
            ids = chunk.reshape(-1)
            # Others are refused by the core, which names the row.
            ids = ids[(ids >= 0) & (ids < count)]
            found[ids.astype(np.intp)] = True
        if found.all():
            break
    return found


def _count(targets: np.ndarray, one_hot: bool, number: int) -> int:
    """How many rows are of a class."""
    total = 0
    for begin in range(0, len(targets), _CHUNK):
        chunk = targets[begin : begin + _CHUNK]
        total += int(((chunk[..., number] != 0) if one_hot else (chunk == number)).sum())
    return total
