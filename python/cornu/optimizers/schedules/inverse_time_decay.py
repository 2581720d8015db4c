"""InverseTimeDecay."""

from __future__ import annotations

from cornu.optimizers.schedules.learning_rate_schedule import CoreSchedule, check_rates, check_steps


class InverseTimeDecay(CoreSchedule):
    """A learning rate that falls as one over the time.

    `initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: The rate of step 0.
        decay_steps: Over how many steps one decay goes, above 0.
        decay_rate: How fast it falls.
        staircase: Whether `step / decay_steps` is cut to whole numbers.
        name: A name, for its own sake.

    Raises:
        ValueError: an argument is no finite number, or `decay_steps` not above 0.

    Example:

    >>> import cornu
    >>> schedule = cornu.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5)
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 10)]
    [0.1, 0.08, 0.0667]

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """

    _kind = "InverseTimeDecay"
    _names = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        check_rates(initial_learning_rate=initial_learning_rate, decay_rate=decay_rate)
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def _numbers(self) -> list[float]:
        numbers = self.initial_learning_rate, self.decay_steps, self.decay_rate
        return [*map(float, numbers), float(bool(self.staircase))]
