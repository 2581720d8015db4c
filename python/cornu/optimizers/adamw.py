"""AdamW."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.adam import Adam
from cornu.optimizers.common_arguments import common_of


class AdamW(Adam):
    """Adam whose weights also decay, by themselves and not by way of the gradient.

    Each step first takes `learning_rate * weight_decay * w` from every weight w that
    `exclude_from_weight_decay` does not name; then it is Adam's.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        weight_decay: What share of each weight, times `learning_rate`, a step takes away.
        beta_1: How much of m stays from step to step, from 0 to 1 (excluded).
        beta_2: How much of v stays from step to step, from 0 to 1 (excluded).
        epsilon: Keeps the division finite, at least 0; None: 1e-7; the paper's "epsilon hat".
        amsgrad: Whether v may only grow.
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
        name: A name; None: `adam_w`, `adam_w_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown; `weight_decay` is
            None.

    Example:

    >>> import cornu
    >>> cornu.optimizers.AdamW(0.002, weight_decay=0.01).weight_decay
    0.01

    Source: Loshchilov and Hutter, 2017, https://arxiv.org/abs/1711.05101
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError("`weight_decay` must be a number at least 0. Received: None")
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            name=name,
            **common_of(locals()),
        )
