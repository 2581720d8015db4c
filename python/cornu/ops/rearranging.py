"""Axes put into another order, taken apart and joined, as a pattern says."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor
from cornu.ops.shapes import reshape, transpose

_rearranged = documented(
    "einops",
    "An array of its type.",
    tensor="Numbers, of any shape.",
    pattern="The axes before and after `->`, a name each; those in brackets are one axis.",
    axes_lengths="The sizes of axes that stand in brackets; one in each may be left out.",
)


@_rearranged
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """Put axes into another order, take one apart into several or join several, by a pattern.

    >>> ops.shape(ops.rearrange(ops.ones((2, 6, 5)), "b (h w) c -> b c h w", h=2))
    (2, 5, 2, 3)
    """
    tensor = as_tensor(tensor)
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError(f"`pattern` must have one '->'. Received: pattern={pattern!r}")
    before, after = map(_groups_of, sides)
    if len(before) != tensor.ndim:
        raise ValueError(
            f"`pattern` must name as many axes as there are, {tensor.ndim}. "
            f"Received: pattern={pattern!r}"
        )
    names, target = (list(itertools.chain(*groups)) for groups in (before, after))
    if sorted(names) != sorted(target) or len(set(names)) != len(names):
        raise ValueError(
            "`pattern` must have the same axes on both sides, each once. "
            f"Received: pattern={pattern!r}"
        )
    sizes = dict(axes_lengths)
    for group, size in zip(before, tensor.shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        known = math.prod(sizes[name] for name in group if name in sizes)
        if len(unknown) > 1 or known == 0 or size % known or (not unknown and known != size):
            raise ValueError(
                f"an axis of size {size} can't be taken apart into {group}. "
                f"Received: {axes_lengths}"
            )
        sizes.update(dict.fromkeys(unknown, size // known))
    apart = reshape(tensor, tuple(sizes[name] for name in names))
    moved = transpose(apart, tuple(names.index(name) for name in target))
    return reshape(moved, tuple(math.prod(sizes[name] for name in group) for group in after))


def _groups_of(side: str) -> list[list[str]]:
    return [re.findall(r"\w+", group) for group in re.findall(r"\w+|\(.*?\)", side)]
