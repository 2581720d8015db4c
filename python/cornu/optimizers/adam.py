"""Adam."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.common_arguments import check_moments, common_of
from cornu.optimizers.core_optimizer import CoreOptimizer
from cornu.utils.flag import check_flag


class Adam(CoreOptimizer):
    """Gradient descent that scales each weight's step by running means of its gradient.

    At step t, `m = m + (1 - beta_1) * (g - m)`, `v = v + (1 - beta_2) * (g**2 - v)` and `w = w -
    learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)`; with
    `amsgrad`, the largest v so far stands for v.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        beta_1: How much of m stays from step to step, from 0 to 1 (excluded).
        beta_2: How much of v stays from step to step, from 0 to 1 (excluded).
        epsilon: Keeps the division finite, at least 0; None: 1e-7; the paper's "epsilon hat".
        amsgrad: Whether v may only grow.
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
        name: A name; None: `adam`, `adam_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> cornu.optimizers.Adam(lr=0.002)
    <Adam name=adam, learning_rate=0.002>

    Source: Kingma and Ba, 2014, https://arxiv.org/abs/1412.6980; Reddi et al., 2018, for `amsgrad`.
    """

    _default_learning_rate = 0.001
    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
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
            "amsgrad": check_flag("amsgrad", amsgrad),
        }
        super().__init__("adam", learning_rate, name, options, common_of(locals()))

    @property
    def _slot_groups(self) -> tuple[tuple[str, ...], ...]:
        own = (("momentum", "velocity"),)
        return (*own, ("velocity_hat",)) if self.amsgrad else own
