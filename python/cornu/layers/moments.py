"""Means and variances of data that come in parts."""

from __future__ import annotations

import math

import numpy as np


class Moments:
    """The mean and the variance of all numbers so far, for each place along some axes.

    Everything is computed in float64, each part by its own mean first (Chan et al., 1983), so that
    numbers far from zero lose nothing.

    Args:
        shape: The sizes of the axes that are told apart, each of its own column.

    Attributes:
        mean: An array of that shape.
        variance: Likewise.

    Example:

    >>> import numpy as np
    >>> from cornu.layers.moments import Moments
    >>> moments = Moments((2,))
    >>> moments.add(np.array([[1.0, 2.0], [3.0, 2.0]]), (1,))
    >>> moments.add(np.array([[5.0, 2.0]]), (1,))
    >>> moments.mean
    array([3., 2.])
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._count = 0
        self._mean = np.zeros(math.prod(shape))
        self._squares = np.zeros(math.prod(shape))

    @property
    def mean(self) -> np.ndarray:
        return self._mean.reshape(self._shape)

    @property
    def variance(self) -> np.ndarray:
        return (self._squares / max(1, self._count)).reshape(self._shape)

    def add(self, numbers: np.ndarray, axes: tuple[int, ...]) -> None:
        """Take further numbers into account.

        Args:
            numbers: An array whose sizes along `axes` are the shape.
            axes: Those axes, in their order.

        Raises:
            ValueError: a number is not finite.
        """
        others = tuple(axis for axis in range(numbers.ndim) if axis not in axes)
        matrix = np.ascontiguousarray(numbers.transpose(others + axes), "float64")
        matrix = matrix.reshape(-1, self._mean.size)
        rows = len(matrix)
        if rows == 0:
            return
        mean = matrix.sum(0) / rows
        if not np.isfinite(mean).all():
            raise ValueError("`data` must have finite numbers only. Received: NaN or infinity")
        matrix = matrix - mean
        matrix *= matrix
        total = self._count + rows
        offset = mean - self._mean
        self._squares += matrix.sum(0) + offset * offset * (self._count * rows / total)
        self._mean += offset * (rows / total)
        self._count = total
