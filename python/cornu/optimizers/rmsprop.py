"""RMSprop."""

from __future__ import annotations

from typing import Any

from cornu.optimizers.common_arguments import check_epsilon, check_number, common_of
from cornu.optimizers.core_optimizer import CoreOptimizer
from cornu.utils.flag import check_flag


class RMSprop(CoreOptimizer):
    """Gradient descent that divides each weight's step by the root of its gradient's mean square.

    `v = rho * v + (1 - rho) * g**2` and `w = w - learning_rate * g / sqrt(v + epsilon)`; `centered`
    takes `a**2` from v under the root, where `a = rho * a + (1 - rho) * g`; with momentum, `m =
    momentum * m + learning_rate * g / sqrt(...)` and `w = w - m`.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        rho: How much of v stays from step to step, from 0 to 1 (excluded).
        momentum: The share of the last step that the next one keeps, from 0 to 1.
        epsilon: Keeps the division finite, at least 0; None: 1e-7.
        centered: Whether to divide by the root of the variance.
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
        name: A name; None: `rm_sprop`, `rm_sprop_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> cornu.optimizers.RMSprop(0.01, momentum=0.9)
    <RMSprop name=rm_sprop, learning_rate=0.01>

    Source: Tieleman and Hinton, 2012, https://keras.io/api/optimizers/rmsprop/; Graves, 2013,
    https://arxiv.org/abs/1308.0850, for `centered`.
    """

    _default_learning_rate = 0.001
    rho: float
    momentum: float
    epsilon: float
    centered: bool

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
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
            "rho": check_number("rho", rho, 0.0, 1.0, below=True),
            "momentum": check_number("momentum", momentum, 0.0, 1.0),
            "epsilon": check_epsilon(epsilon),
            "centered": check_flag("centered", centered),
        }
        super().__init__("rmsprop", learning_rate, name, options, common_of(locals()))

    @property
    def _slot_groups(self) -> tuple[tuple[str, ...], ...]:
        momentum = (("momentum",),) if self.momentum != 0 else ()
        return (("velocity",), *momentum, *((("average_gradient",),) if self.centered else ()))
