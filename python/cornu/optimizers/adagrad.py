"""Adagrad."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.common_arguments import check_epsilon, check_not_negative, common_of
from cornu.optimizers.core_optimizer import CoreOptimizer


class Adagrad(CoreOptimizer):
    """Gradient descent whose steps shrink, for each weight, as its gradients' squares add up.

    `a = a + g**2`, a being `initial_accumulator_value` at first, and `w = w - learning_rate * g /
    sqrt(a + epsilon)`.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        initial_accumulator_value: What a is at first, at least 0.
        epsilon: Keeps the division finite, at least 0; None: 1e-7.
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
        name: A name; None: `adagrad`, `adagrad_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> cornu.optimizers.Adagrad(0.1).initial_accumulator_value
    0.1

    Source: Duchi et al., 2011, https://jmlr.org/papers/v12/duchi11a.html
    """

    _default_learning_rate = 0.001
    _slot_groups = (("accumulator",),)
    initial_accumulator_value: float
    epsilon: float

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
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
            "initial_accumulator_value": check_not_negative(
                "initial_accumulator_value", initial_accumulator_value
            ),
            "epsilon": check_epsilon(epsilon),
        }
        super().__init__("adagrad", learning_rate, name, options, common_of(locals()))
