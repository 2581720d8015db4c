"""The state of Keras 2's optimizers in the order of today's, which keep the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# What each generation of Keras 2's optimizers calls its count of steps.
_BEFORE_TENSORFLOW, _TENSORFLOW = "iterations:0", "iter:0"


def as_today(optimizer: Any, stored: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """Return what a file has of an optimizer in the order of `optimizer.variables`.

    Keras 2 did not keep the learning rate here, which is taken from the optimizer; before 2.11 it
    kept one thing for all weights, then the next for all. What is in neither order is returned as
    it is.

    Args:
        optimizer: The optimizer, built.
        stored: Datasets, or anything else with a shape, in the order of the file.
        names: What they are called there.
    """
    groups = getattr(optimizer, "_slot_groups", None)
    is_old = bool(names) and names[0].endswith((_BEFORE_TENSORFLOW, _TENSORFLOW))
    is_today = not is_old and len(stored) == len(optimizer.variables)
    # Several optimizers, which Keras 2 had not, have no one learning rate.
    if groups is None or optimizer._is_divided or is_today or not stored or stored[0].shape != ():
        return list(stored)
    count, *slots = stored
    is_scheduled = optimizer._schedule is not None
    wanted = [variable.shape for variable in optimizer.variables[2 - is_scheduled :]]
    if is_old:
        slots = _by_weight(groups, slots, names, len(wanted))
    if [slot.shape for slot in slots] != wanted:
        return list(stored)
    rate = [] if is_scheduled else [optimizer.learning_rate.numpy()]
    return [count, *rate, *slots]


def _by_weight(
    groups: Sequence[Sequence[str]], slots: list[Any], names: Sequence[str], count: int
) -> list[Any]:
    """What is kept, that of one weight after that of another; within each group of today's."""
    kinds = sum(map(len, groups))
    weights = count // kinds if kinds else 0
    if names[0].endswith(_TENSORFLOW):
        by_kind: dict[str, list[Any]] = {}
        for name, slot in zip(names[1:], slots, strict=True):
            by_kind.setdefault(name.rpartition("/")[2], []).append(slot)
        columns = list(by_kind.values())
    else:
        # There may be more: Adam without amsgrad had an array of one number for each weight.
        columns = [slots[at * weights : (at + 1) * weights] for at in range(kinds)]
    if [len(column) for column in columns] != [weights] * kinds:
        return slots
    result, first = [], 0
    for group in groups:
        here = columns[first : first + len(group)]
        result += [slot for of_weight in zip(*here, strict=True) for slot in of_weight]
        first += len(group)
    return result
