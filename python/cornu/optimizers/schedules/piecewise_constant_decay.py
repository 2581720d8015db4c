"""PiecewiseConstantDecay."""

from __future__ import annotations

import itertools
from typing import Any

from cornu.optimizers.schedules.learning_rate_schedule import CoreSchedule, check_rates


class PiecewiseConstantDecay(CoreSchedule):
    """A learning rate that has a value up to each of some steps.

    `values[0]` up to step `boundaries[0]`, which counts in, then `values[1]`, and so on.

    Args:
        boundaries: Whole numbers that grow.
        values: The rates; one more.
        name: A name, for its own sake.

    Raises:
        ValueError: an argument is no finite number, or there are not as many as must be, or
            `boundaries` do not grow.

    Example:

    >>> import cornu
    >>> schedule = cornu.optimizers.schedules.PiecewiseConstantDecay([5, 10], [0.1, 0.05, 0.01])
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 6, 11)]
    [0.1, 0.1, 0.05, 0.01]

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """

    _kind = "PiecewiseConstantDecay"
    _names = ("boundaries", "values", "name")

    def __init__(
        self,
        boundaries: Any,
        values: Any,
        name: str = "PiecewiseConstant",
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "`boundaries` must have one element less than `values`. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of "
                f"length {len(values)}"
            )
        for boundary in boundaries:
            check_rates(boundaries=boundary)
        for value in values:
            check_rates(values=value)
        if any(a >= b for a, b in itertools.pairwise(boundaries)):
            raise ValueError(f"`boundaries` must grow. Received: boundaries={boundaries}")
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def _numbers(self) -> list[float]:
        return [*(float(int(step)) for step in self.boundaries), *map(float, self.values)]
