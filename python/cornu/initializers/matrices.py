"""Initializers of matrices as a whole: orthogonal ones and the identity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu import random
from cornu.config import resolve_dtype
from cornu.initializers.distributions import RandomInitializer, check_number
from cornu.initializers.initializer import Initializer
from cornu.random.draws import check_shape
from cornu.utils.arrays import any_type
from cornu.utils.memory_limit import take_contents

# Twice what a number takes at once in float64: of small files, so that a matrix takes no more than
# a second. Files that have the numbers may have them all.
_NUMBER_NBYTES = 32


class Orthogonal(RandomInitializer):
    """Fill with a random matrix whose rows, or columns where there are fewer, are orthogonal.

    Each has the length `gain`, and every such matrix is as likely as another. Of more than two
    axes all but the last are taken as one.

    Args:
        gain: The length.
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.

    Raises:
        ValueError: an argument is something else.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> matrix = cornu.initializers.Orthogonal(gain=2.0, seed=1)((4, 3))
    >>> bool(np.allclose(matrix.T @ matrix, 4 * np.eye(3), atol=1e-5))
    True

    Source: https://keras.io/api/layers/initializers/#orthogonal-class; Saxe et al., 2014,
    https://arxiv.org/abs/1312.6120
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = check_number("gain", gain)
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type.

        Raises:
            ValueError: the shape has fewer than two axes.
        """
        sizes = check_shape(shape)
        if len(sizes) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. "
                f"Received: shape={sizes} of rank {len(sizes)}."
            )
        name = resolve_dtype(dtype)
        rows, columns = math.prod(sizes[:-1]), sizes[-1]
        take_contents("Orthogonal matrices", _NUMBER_NBYTES * rows * columns)
        few, many = sorted((rows, columns))
        units = _orthonormal(random.normal((few, many), dtype="float64", seed=self.seed))
        matrix = units if rows < columns else units.T
        return (self.gain * matrix).reshape(sizes).astype(name)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {**super().get_config(), "gain": self.gain}


def _orthonormal(rows: np.ndarray) -> np.ndarray:
    """Make rows orthogonal and of length 1, in place, one after the other.

    By sums in an order that NumPy has on every machine: LAPACK's are not, and the first values of
    weights are to have the same bits everywhere. What is left over by rounding is taken off by
    going over it twice (Giraud et al., 2005).
    """
    for i, row in enumerate(rows):
        before = rows[:i]
        for _ in range(2):
            shares = (before * row).sum(axis=1)
            row -= (before * shares[:, None]).sum(axis=0)
        row /= np.sqrt((row * row).sum())
    return rows


class Identity(Initializer):
    """Fill with the identity matrix: `gain` on the diagonal, 0 elsewhere.

    Args:
        gain: The number on the diagonal.

    Raises:
        ValueError: `gain` is no finite number.

    Example:

    >>> import cornu
    >>> cornu.initializers.Identity(gain=3)((2, 3))
    array([[3., 0., 0.],
           [0., 3., 0.]], dtype=float32)

    Source: https://keras.io/api/layers/initializers/#identity-class
    """

    def __init__(self, gain: float = 1.0) -> None:
        check_number("gain", gain)
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type.

        Raises:
            ValueError: it is no matrix.
        """
        sizes = check_shape(shape)
        if len(sizes) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={sizes} of rank {len(sizes)}."
            )
        return (self.gain * np.eye(*sizes)).astype(any_type(dtype))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {"gain": self.gain}
