"""CosineDecay."""

from __future__ import annotations

from cornu.optimizers.schedules.learning_rate_schedule import CoreSchedule, check_rates, check_steps


class CosineDecay(CoreSchedule):
    """A learning rate that falls as half a cosine, after a rise where one is asked for.

    `initial_learning_rate * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)`, and
    from `decay_steps` on what it is there. With `warmup_target` it first rises to that in
    `warmup_steps` steps, by equal parts, and falls from there.

    Args:
        initial_learning_rate: The rate of step 0.
        decay_steps: Over how many steps it falls, above 0.
        alpha: The share of the rate that is left in the end.
        name: A name, for its own sake.
        warmup_target: The rate that it rises to first; None: it does not.
        warmup_steps: Over how many steps it rises.

    Raises:
        ValueError: an argument is no finite number, or `decay_steps` not above 0.

    Example:

    >>> import cornu
    >>> schedule = cornu.optimizers.schedules.CosineDecay(0.1, decay_steps=10)
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 10)]
    [0.1, 0.05, 0.0]

    Source: https://keras.io/api/optimizers/learning_rate_schedules/
    """

    _kind = "CosineDecay"
    _names = (
        "initial_learning_rate",
        "decay_steps",
        "alpha",
        "name",
        "warmup_target",
        "warmup_steps",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        check_rates(
            initial_learning_rate=initial_learning_rate,
            alpha=alpha,
            warmup_target=0.0 if warmup_target is None else warmup_target,
            warmup_steps=warmup_steps,
        )
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def _numbers(self) -> list[float]:
        rises = self.warmup_target is not None
        target = 0.0 if self.warmup_target is None else self.warmup_target
        numbers = self.initial_learning_rate, self.decay_steps, self.alpha, target
        return [*map(float, numbers), float(self.warmup_steps), float(rises)]
