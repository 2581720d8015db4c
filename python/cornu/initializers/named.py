"""The usual forms of variance scaling, each named after its first author."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.initializers.variance_scaling import VarianceScaling


class _Named(VarianceScaling):
    """Variance scaling whose scale, mode and distribution its class fixes."""

    _scale: float
    _mode: str
    _distribution: str

    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(self._scale, self._mode, self._distribution, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an initializer again."""
        return {
            "seed": self._init_seed,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class GlorotUniform(_Named):
    """Draw evenly from `[-limit, limit)`, also called Xavier uniform.

    `limit = sqrt(6 / (fan_in + fan_out))`, where `fan_in` and `fan_out` count the inputs of a unit
    and the units of an input.

    Args:
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.
        input_axes: Which axes of the shape are the inputs; None: see `VarianceScaling`.
        output_axes: Which axes of the shape are the units; None: see `VarianceScaling`.

    Raises:
        ValueError: `seed` is something else.

    Example:

    >>> import cornu
    >>> cornu.initializers.GlorotUniform(seed=1)((4, 3)).shape
    (4, 3)

    Source: Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html
    """

    _scale, _mode, _distribution = 1.0, "fan_avg", "uniform"


class GlorotNormal(_Named):
    """Draw from a normal distribution cut at two deviations, also called Xavier normal.

    `stddev = sqrt(2 / (fan_in + fan_out))`, where `fan_in` and `fan_out` count the inputs of a unit
    and the units of an input.

    Args:
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.
        input_axes: Which axes of the shape are the inputs; None: see `VarianceScaling`.
        output_axes: Which axes of the shape are the units; None: see `VarianceScaling`.

    Raises:
        ValueError: `seed` is something else.

    Example:

    >>> import cornu
    >>> cornu.initializers.GlorotNormal(seed=1)((4, 3)).shape
    (4, 3)

    Source: Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html
    """

    _scale, _mode, _distribution = 1.0, "fan_avg", "truncated_normal"


class HeUniform(_Named):
    """Draw evenly from `[-limit, limit)`, for layers with ReLU.

    `limit = sqrt(6 / fan_in)`, where `fan_in` counts the inputs of a unit.

    Args:
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.
        input_axes: Which axes of the shape are the inputs; None: see `VarianceScaling`.
        output_axes: Which axes of the shape are the units; None: see `VarianceScaling`.

    Raises:
        ValueError: `seed` is something else.

    Example:

    >>> import cornu
    >>> cornu.initializers.HeUniform(seed=1)((4, 3)).shape
    (4, 3)

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852
    """

    _scale, _mode, _distribution = 2.0, "fan_in", "uniform"


class HeNormal(_Named):
    """Draw from a normal distribution cut at two deviations, for layers with ReLU.

    `stddev = sqrt(2 / fan_in)`, where `fan_in` counts the inputs of a unit.

    Args:
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.
        input_axes: Which axes of the shape are the inputs; None: see `VarianceScaling`.
        output_axes: Which axes of the shape are the units; None: see `VarianceScaling`.

    Raises:
        ValueError: `seed` is something else.

    Example:

    >>> import cornu
    >>> cornu.initializers.HeNormal(seed=1)((4, 3)).shape
    (4, 3)

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852
    """

    _scale, _mode, _distribution = 2.0, "fan_in", "truncated_normal"


class LecunUniform(_Named):
    """Draw evenly from `[-limit, limit)`, for layers with SELU.

    `limit = sqrt(3 / fan_in)`, where `fan_in` counts the inputs of a unit.

    Args:
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.
        input_axes: Which axes of the shape are the inputs; None: see `VarianceScaling`.
        output_axes: Which axes of the shape are the units; None: see `VarianceScaling`.

    Raises:
        ValueError: `seed` is something else.

    Example:

    >>> import cornu
    >>> cornu.initializers.LecunUniform(seed=1)((4, 3)).shape
    (4, 3)

    Source: LeCun et al., 1998, Efficient BackProp; Klambauer et al., 2017,
    https://arxiv.org/abs/1706.02515
    """

    _scale, _mode, _distribution = 1.0, "fan_in", "uniform"


class LecunNormal(_Named):
    """Draw from a normal distribution cut at two deviations, for layers with SELU.

    `stddev = sqrt(1 / fan_in)`, where `fan_in` counts the inputs of a unit.

    Args:
        seed: An integer, for the same numbers at each call; a `cornu.random.SeedGenerator`; None:
            an integer drawn now.
        input_axes: Which axes of the shape are the inputs; None: see `VarianceScaling`.
        output_axes: Which axes of the shape are the units; None: see `VarianceScaling`.

    Raises:
        ValueError: `seed` is something else.

    Example:

    >>> import cornu
    >>> cornu.initializers.LecunNormal(seed=1)((4, 3)).shape
    (4, 3)

    Source: LeCun et al., 1998, Efficient BackProp; Klambauer et al., 2017,
    https://arxiv.org/abs/1706.02515
    """

    _scale, _mode, _distribution = 1.0, "fan_in", "truncated_normal"
