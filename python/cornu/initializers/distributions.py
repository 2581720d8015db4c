"""Initializers that draw from a distribution whatever the shape."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from cornu import random
from cornu.initializers.initializer import Initializer
from cornu.random.seed_generator import check_seed
from cornu.utils.number import as_float


class RandomInitializer(Initializer):
    """The base of the random initializers: it has a seed.

    Args:
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`, for
            other numbers at each call; None: an integer drawn now.

    Raises:
        ValueError: `seed` is something else.
    """

    def __init__(self, seed: Any = None) -> None:
        self._init_seed = seed
        if seed is None:
            seed = random.make_default_seed()
        elif not isinstance(seed, random.SeedGenerator):
            seed = check_seed(seed)
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {"seed": self._init_seed}


class RandomNormal(RandomInitializer):
    """Draw from the normal distribution.

    Args:
        mean: The mean.
        stddev: The standard deviation.
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.

    Raises:
        ValueError: an argument is something else or out of range.

    Example:

    >>> import cornu
    >>> cornu.initializers.RandomNormal(stddev=0.1, seed=1)((2, 3)).shape
    (2, 3)

    Source: https://keras.io/api/layers/initializers/#randomnormal-class
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = check_number("mean", mean)
        self.stddev = check_number("stddev", stddev, least=0)
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type."""
        return random.normal(shape, mean=self.mean, stddev=self.stddev, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomInitializer):
    """Draw from the normal distribution, and again for what is beyond two deviations.

    Args:
        mean: The mean.
        stddev: The standard deviation of the distribution that is cut.
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.

    Raises:
        ValueError: an argument is something else or out of range.

    Example:

    >>> import cornu
    >>> values = cornu.initializers.TruncatedNormal(stddev=0.5, seed=1)((100,))
    >>> bool(abs(values).max() <= 1)
    True

    Source: https://keras.io/api/layers/initializers/#truncatednormal-class
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = check_number("mean", mean)
        self.stddev = check_number("stddev", stddev, least=0)
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type."""
        return random.truncated_normal(
            shape, mean=self.mean, stddev=self.stddev, dtype=dtype, seed=self.seed
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomUniform(RandomInitializer):
    """Draw evenly from `[minval, maxval)`.

    Args:
        minval: The least number.
        maxval: What all numbers are below.
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.

    Raises:
        ValueError: an argument is something else or out of range.

    Example:

    >>> import cornu
    >>> values = cornu.initializers.RandomUniform(-1, 1, seed=1)((100,))
    >>> bool(values.min() >= -1 and values.max() < 1)
    True

    Source: https://keras.io/api/layers/initializers/#randomuniform-class
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = check_number("minval", minval)
        self.maxval = check_number("maxval", maxval)
        if minval > maxval:
            raise ValueError(
                f"`minval` must not be above `maxval`. Received: minval={minval}, maxval={maxval}"
            )
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type."""
        return random.uniform(
            shape, minval=self.minval, maxval=self.maxval, dtype=dtype, seed=self.seed
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


def check_number(name: str, value: Any, least: float = -math.inf) -> Any:
    """Return an argument that must be a finite number.

    Args:
        name: Its name.
        value: What came.
        least: The least that it may be.

    Raises:
        ValueError: it is something else, or less.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, numbers.Real)
        or not math.isfinite(as_float(value))
        or value < least
    ):
        kind = "a finite number" if least == -math.inf else f"a number of at least {least}"
        raise ValueError(f"`{name}` must be {kind}. Received: {name}={value!r}")
    return value
