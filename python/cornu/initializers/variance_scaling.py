"""Variance scaling: the spread follows from the shape, so that signals keep their size."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import random
from cornu.initializers.distributions import RandomInitializer
from cornu.random.draws import check_shape
from cornu.utils.arrays import is_among
from cornu.utils.errors import shown
from cornu.utils.number import as_float

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
# The standard deviation of a standard normal variable cut at two deviations.
_TRUNCATED_DEVIATION = 0.87962566103423978


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Return how many inputs a unit has, and how many units an input goes to.

    Args:
        shape: The shape of a kernel: (inputs, units), or (..., inputs, units) where it slides over
            what is before.
        input_axes: The axes of the inputs; None: as above.
        output_axes: The axes of the units; None: as above.

    Returns:
        `fan_in` and `fan_out`.

    Example:

    >>> from cornu.initializers.variance_scaling import compute_fans
    >>> compute_fans((4, 3)), compute_fans((5, 5, 4, 3)), compute_fans((7,))
    ((4, 3), (100, 75), (7, 7))
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(
            shape[axis] for axis in output_axes
        )
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class VarianceScaling(RandomInitializer):
    """Draw with the variance `scale / n`, where n is a number of inputs or units.

    Uniform: evenly from `[-limit, limit)`, `limit = sqrt(3 * scale / n)`. Normal: with `stddev =
    sqrt(scale / n)`, cut at two deviations (of a distribution so much wider that the variance is
    right after the cut) or not.

    Args:
        scale: A positive number.
        mode: n is the number of inputs of a unit for `"fan_in"`, the number of units for
            `"fan_out"`, and the mean of the two for `"fan_avg"`.
        distribution: `"truncated_normal"` (or `"normal"`), `"untruncated_normal"` or `"uniform"`.
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.
        input_axes: Which axes of the shape are the inputs; None: the last but one, with those
            before it.
        output_axes: Which axes of the shape are the units; None: the last, with those before the
            inputs.

    Raises:
        ValueError: an argument is something else.

    Example:

    >>> import cornu
    >>> initializer = cornu.initializers.VarianceScaling(scale=2.0, distribution="uniform", seed=1)
    >>> values = initializer((600, 10))
    >>> bool(abs(values).max() <= 0.1)
    True

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852
    """

    scale: float
    mode: str
    distribution: str
    input_axes: Sequence[int] | None
    output_axes: Sequence[int] | None

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        if (
            isinstance(scale, bool)
            or not isinstance(scale, numbers.Real)
            or not 0 < as_float(scale) < math.inf
        ):
            raise ValueError(f"`scale` must be a positive number. Received: scale={shown(scale)}")
        if not is_among(mode, _MODES):
            raise ValueError(f"`mode` must be one of {_MODES}. Received: mode={shown(mode)}")
        distribution = str(distribution).lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"`distribution` must be one of {_DISTRIBUTIONS}. "
                f"Received: distribution={shown(distribution)}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Return an array of this shape and type.

        Raises:
            ValueError: the shape or the type can't be.
        """
        fan_in, fan_out = compute_fans(check_shape(shape), self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, minval=-limit, maxval=limit, dtype=dtype, seed=self.seed)
        deviation = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, stddev=deviation, dtype=dtype, seed=self.seed)
        return random.truncated_normal(
            shape, stddev=deviation / _TRUNCATED_DEVIATION, dtype=dtype, seed=self.seed
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }
