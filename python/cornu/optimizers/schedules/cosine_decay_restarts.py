"""CosineDecayRestarts."""

from __future__ import annotations

from cornu.optimizers.schedules.learning_rate_schedule import CoreSchedule, check_rates, check_steps


class CosineDecayRestarts(CoreSchedule):
    """A learning rate that falls as half a cosine, again and again.

    Each fall is that of `CosineDecay`; the next one is `t_mul` times as long and `m_mul` times
    as high.

    Args:
        initial_learning_rate: The rate of step 0.
        first_decay_steps: Over how many steps the first fall goes, above 0.
        t_mul: How much longer each is than the one before, at least 1.
        m_mul: How much higher.
        alpha: The share of `initial_learning_rate` that is left in the end of each.
        name: A name, for its own sake.

    Raises:
        ValueError: an argument is no finite number, `first_decay_steps` not above 0, `t_mul`
            below 1 or `m_mul` below 0.

    Example:

    >>> import cornu
    >>> schedule = cornu.optimizers.schedules.CosineDecayRestarts(0.1, first_decay_steps=10)
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 10, 20)]
    [0.1, 0.05, 0.1, 0.05]

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """

    _kind = "CosineDecayRestarts"
    _names = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        check_rates(
            initial_learning_rate=initial_learning_rate, t_mul=t_mul, m_mul=m_mul, alpha=alpha
        )
        check_steps("first_decay_steps", first_decay_steps)
        if t_mul < 1 or m_mul < 0:
            raise ValueError(
                "`t_mul` must be at least 1 and `m_mul` at least 0. "
                f"Received: t_mul={t_mul}, m_mul={m_mul}"
            )
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def _numbers(self) -> list[float]:
        numbers = self.initial_learning_rate, self.first_decay_steps, self.t_mul, self.m_mul
        return [*map(float, numbers), float(self.alpha)]
