"""One seed for every source of random numbers."""

from __future__ import annotations

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.number import as_integer

# What numpy.random.seed takes.
_LARGEST_SEED = 2**32 - 1


def set_random_seed(seed: int) -> None:
    """Make a program that follows give the same numbers on every run.

    Seeds Python's `random`, from which cornu draws the seed of each layer, initializer and shuffle
    that was given none; NumPy's global generator; and `cornu.random`.

    Args:
        seed: An integer in [0, 2**32).

    Raises:
        ValueError: `seed` is not one.

    Example:

    >>> import cornu
    >>> cornu.utils.set_random_seed(7)
    >>> first = cornu.random.uniform((3,))
    >>> cornu.utils.set_random_seed(7)
    >>> bool((first == cornu.random.uniform((3,))).all())
    True

    Source: https://keras.io/api/utils/python_utils/#setrandomseed-function
    """
    import random

    from cornu.random.seed_generator import reset_global_generator

    number = as_integer(seed)
    if number is None or not 0 <= number <= _LARGEST_SEED:
        raise ValueError(
            f"`seed` must be an integer from 0 to {_LARGEST_SEED}. "
            f"Received: seed={shown(seed)} (of type {type(seed).__name__})"
        )
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002 (Keras programs use the global generator)
    reset_global_generator()
