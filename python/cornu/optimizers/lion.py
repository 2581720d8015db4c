"""Lion."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.common_arguments import check_number, common_of
from cornu.optimizers.core_optimizer import CoreOptimizer


class Lion(CoreOptimizer):
    """Gradient descent by signs: every weight moves by the same length.

    `w = w - learning_rate * sign(beta_1 * m + (1 - beta_1) * g)` and `m = beta_2 * m + (1 -
    beta_2) * g`. Its learning rate is to be three to ten times smaller than Adam's.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        beta_1: How much of the step m is, from 0 (excluded) to 1.
        beta_2: How much of m stays from step to step, from 0 to 1.
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
        name: A name; None: `lion`, `lion_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> cornu.optimizers.Lion(1e-4)
    <Lion name=lion, learning_rate=0.0001>

    Source: Chen et al., 2023, https://arxiv.org/abs/2302.06675
    """

    _default_learning_rate = 0.001
    _slot_groups = (("momentum",),)
    beta_1: float
    beta_2: float

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
            "beta_1": _check_beta_1(beta_1),
            "beta_2": check_number("beta_2", beta_2, 0.0, 1.0),
        }
        super().__init__("lion", learning_rate, name, options, common_of(locals()))


def _check_beta_1(value: Any) -> float:
    beta_1 = check_number("beta_1", value, 0.0, 1.0)
    if beta_1 == 0.0:
        raise ValueError(
            "`beta_1` must be more than 0: without the mean only signs of gradients are left. "
            f"Received: beta_1={value}"
        )
    return beta_1
