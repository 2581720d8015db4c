"""Ftrl."""

from __future__ import annotations

import math
from typing import Any

from cornu.optimizers.common_arguments import check_not_negative, check_number, common_of
from cornu.optimizers.core_optimizer import CoreOptimizer


class Ftrl(CoreOptimizer):
    """Follow the regularized leader: gradient descent that keeps small weights at exactly 0.

    With `p = -learning_rate_power`, a the sum of the squares of g, `initial_accumulator_value`
    at first, and a' that sum with this step's: `z = z + g + 2 *
    l2_shrinkage_regularization_strength * w - (a'**p - a**p) / learning_rate * w` and `w =
    (clip(z, -l1, l1) - z) / (a'**p / learning_rate + 2 * l2 + beta / learning_rate)`, l1 and l2
    being the strengths.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        learning_rate_power: How steps shrink as a grows, at most 0; 0: not at all.
        initial_accumulator_value: What a is at first, at least 0.
        l1_regularization_strength: What keeps small weights at 0, at least 0.
        l2_regularization_strength: What makes all weights smaller, at least 0.
        l2_shrinkage_regularization_strength: The same by way of the gradient, at least 0.
        beta: What l2 grows by where steps are short, at least 0.
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
        name: A name; None: `ftrl`, `ftrl_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> cornu.optimizers.Ftrl(0.1, l1_regularization_strength=0.01).learning_rate_power
    -0.5

    Source: McMahan et al., 2013, https://research.google.com/pubs/archive/41159.pdf
    """

    _default_learning_rate = 0.001
    _slot_groups = (("accumulator", "linear"),)
    learning_rate_power: float
    initial_accumulator_value: float
    l1_regularization_strength: float
    l2_regularization_strength: float
    l2_shrinkage_regularization_strength: float
    beta: float

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
            "learning_rate_power": check_number(
                "learning_rate_power", learning_rate_power, -math.inf, 0.0, above=True
            ),
            "initial_accumulator_value": check_not_negative(
                "initial_accumulator_value", initial_accumulator_value
            ),
            "l1_regularization_strength": check_not_negative(
                "l1_regularization_strength", l1_regularization_strength
            ),
            "l2_regularization_strength": check_not_negative(
                "l2_regularization_strength", l2_regularization_strength
            ),
            "l2_shrinkage_regularization_strength": check_not_negative(
                "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength
            ),
            "beta": check_not_negative("beta", beta),
        }
        super().__init__("ftrl", learning_rate, name, options, common_of(locals()))
