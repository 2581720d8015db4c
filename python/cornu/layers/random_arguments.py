"""Arguments of the layers that draw random numbers."""

from __future__ import annotations

import math
from typing import Any

from cornu.random import make_default_seed
from cornu.utils.errors import shown
from cornu.utils.number import as_float, as_integer

_SEED_MASK = (1 << 64) - 1


def check_share(name: str, value: Any) -> float:
    """Return an argument that must be a number from 0 to 1.

    Raises:
        ValueError: it is something else.
    """
    number = math.nan if isinstance(value, bool | str) else as_float(value)
    if not 0.0 <= number <= 1.0:
        raise ValueError(
            f"Invalid value received for argument `{name}`. "
            f"Expected a float value between 0 and 1. Received: {name}={shown(value)}"
        )
    return number


def check_share_below_1(name: str, value: Any) -> float:
    """Return an argument that must be a number of at least 0 and less than 1.

    Raises:
        ValueError: it is something else.
    """
    number = check_share(name, value)
    if number == 1.0:
        raise ValueError(
            f"`{name}` must be less than 1: nothing would be left. Received: {name}={shown(value)}"
        )
    return number


def check_noise_shape(shape: Any) -> tuple[int | None, ...]:
    """Return the shape of a mask, the batch first.

    Args:
        shape: A tuple or list of sizes and None.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(shape, tuple | list) or not shape:
        raise ValueError(
            "Invalid value received for argument `noise_shape`. Expected a tuple or list of "
            "integers. They, or None, are the mask's sizes, the batch first: such as (None, 1). "
            f"Received: noise_shape={shown(shape)}"
        )
    sizes = tuple(None if size is None else as_integer(size) for size in shape)
    for given, size in zip(shape, sizes, strict=True):
        if given is None or (size is not None and size > 0):
            continue
        expected = (
            "all elements to be integers or None"
            if size is None
            else "all dimensions to be positive integers or None"
        )
        raise ValueError(
            f"Invalid value received for argument `noise_shape`. Expected {expected}. "
            f"Received: noise_shape={shown(shape)}"
        )
    return sizes


def seed_of(seed: Any) -> int:
    """Return the seed that a layer draws from.

    Args:
        seed: An integer; None: one that `set_random_seed` settles.

    Raises:
        ValueError: it is something else.
    """
    if seed is None:
        return make_default_seed()
    number = as_integer(seed)
    if number is None:
        raise ValueError(f"`seed` must be an integer or None. Received: seed={shown(seed)}")
    return number & _SEED_MASK
