"""PolynomialDecay."""

from __future__ import annotations

from cornu.optimizers.schedules.learning_rate_schedule import CoreSchedule, check_rates, check_steps


class PolynomialDecay(CoreSchedule):
    """A learning rate that falls to another by a power of the time left.

    `(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ** power +
    end_learning_rate`; from `decay_steps` on it stays, or with `cycle` `decay_steps` is multiplied.

    Args:
        initial_learning_rate: The rate of step 0.
        decay_steps: Over how many steps one decay goes, above 0.
        end_learning_rate: The rate that it ends with.
        power: The power, at least 0.
        cycle: Whether the fall goes on: over the least multiple of `decay_steps` from step on.
        name: A name, for its own sake.

    Raises:
        ValueError: an argument is no finite number, or `decay_steps` not above 0.

    Example:

    >>> import cornu
    >>> schedule = cornu.optimizers.schedules.PolynomialDecay(0.1, 10, end_learning_rate=0.02)
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 10, 15)]
    [0.1, 0.06, 0.02, 0.02]

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """

    _kind = "PolynomialDecay"
    _names = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        check_rates(
            initial_learning_rate=initial_learning_rate,
            end_learning_rate=end_learning_rate,
            power=power,
        )
        check_steps("decay_steps", decay_steps)
        if power < 0:
            raise ValueError(f"`power` must be at least 0. Received: power={power}")
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def _numbers(self) -> list[float]:
        numbers = self.initial_learning_rate, self.decay_steps, self.end_learning_rate, self.power
        return [*map(float, numbers), float(bool(self.cycle))]
