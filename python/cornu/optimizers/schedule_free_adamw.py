"""Schedule-free AdamW."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.common_arguments import check_moments, check_number, common_of
from cornu.optimizers.core_optimizer import CoreOptimizer
from cornu.utils.number import check_integer


class ScheduleFreeAdamW(CoreOptimizer):
    """Adam that averages the weights as it goes, in place of a schedule of learning rates.

    At step t, `v = v + (1 - beta_2) * (g**2 - v)`, z, which begins as the weights, moves:
    `z = z - learning_rate * g / (sqrt(v / (1 - beta_2**t)) + epsilon)`, the average moves to it:
    `x = x + (z - x) / t`, and the weights, at which the next gradient is taken, are between them:
    `w = (1 - beta_1) * z + beta_1 * x`.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        beta_1: Where the weights lie between z and x, from 0 to 1 (both excluded).
        beta_2: How much of v stays from step to step, from 0 to 1 (excluded).
        epsilon: Keeps the division finite, at least 0.
        warmup_steps: So many steps the learning rate rises from 0; at least 0.
        weight_decay: What share of each weight, times `learning_rate`, a step takes away; None:
            none.
        clipnorm: The norm that each weight's gradient is scaled down to, if it is larger; None or
            0: any.
        clipvalue: The size that each number of the gradient is cut to; None or 0: any.
        global_clipnorm: The norm that all gradients together are scaled down to; None or 0: any.
            One of these three may be given.
        use_ema: Whether to keep averages of the weights, which `fit` sets them to at its end.
        ema_momentum: How much of an average stays from step to step, from 0 to 1.
        ema_overwrite_frequency: The weights are set to their averages each so many steps, too;
            None or 0: never.
        loss_scale_factor: What the loss is multiplied by for the gradients, which are divided by
            it, greater than 0; None: nothing.
        gradient_accumulation_steps: Weights move each so many steps, at least 2, by the mean of
            the gradients; None: each step.
        name: A name; None: `schedule_free_adam_w`, `schedule_free_adam_w_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> cornu.optimizers.ScheduleFreeAdamW().warmup_steps
    0

    Source: Defazio et al., 2024, https://arxiv.org/abs/2405.15682
    """

    _default_learning_rate = 0.0025
    _slot_groups = (("momentum", "velocity"),)
    beta_1: float
    beta_2: float
    epsilon: float
    warmup_steps: int

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        options = {
            **check_moments(beta_1, beta_2, epsilon),
            "beta_1": check_number("beta_1", beta_1, 0.0, 1.0, below=True, above=True),
            "warmup_steps": check_integer("warmup_steps", warmup_steps, 0),
        }
        super().__init__("schedule_free_adam", learning_rate, name, options, common_of(locals()))
