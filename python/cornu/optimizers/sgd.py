"""Gradient descent."""

from __future__ import annotations

import math
from typing import Any

from cornu.optimizers.common_arguments import common_of
from cornu.optimizers.core_optimizer import CoreOptimizer
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.number import as_float


class SGD(CoreOptimizer):
    """Gradient descent, with momentum or without.

    `w = w - learning_rate * g`; with momentum, `v = momentum * v - learning_rate * g` and `w = w +
    v`; with Nesterov's, `w = w + momentum * v - learning_rate * g`.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        momentum: The share of the last step that the next one keeps, from 0 to 1.
        nesterov: Whether to look a step ahead.
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
        name: A name; None: `sgd`, `sgd_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> optimizer = cornu.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    >>> optimizer.learning_rate *= 0.5
    >>> float(optimizer.learning_rate)
    0.05

    Source: https://keras.io/api/optimizers/sgd/; Sutskever et al., 2013, for Nesterov's form.
    """

    _default_learning_rate = 0.01
    momentum: float
    nesterov: bool

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
            "momentum": _check_momentum(momentum),
            "nesterov": check_flag("nesterov", nesterov),
        }
        super().__init__("sgd", learning_rate, name, options, common_of(locals()))

    @property
    def _slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("momentum",),) if self.momentum != 0 else ()


def _check_momentum(value: Any) -> float:
    momentum = math.nan if isinstance(value, bool | str) else as_float(value)
    if not 0.0 <= momentum <= 1.0:
        raise ValueError(
            f"`momentum` must be a float between [0, 1]. Received: momentum={shown(value)}"
        )
    return momentum
