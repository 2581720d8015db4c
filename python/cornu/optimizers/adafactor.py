"""Adafactor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.optimizers.common_arguments import check_not_negative, check_number, common_of
from cornu.optimizers.core_optimizer import CoreOptimizer
from cornu.optimizers.scalar import Scalar
from cornu.optimizers.state_variable import StateVariable
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag


class Adafactor(CoreOptimizer):
    """Gradient descent scaled by means of the gradient's squares along rows and columns.

    Of what has two axes and more, `r` and `c` are running means of `g**2 + epsilon_1` along the
    last axis and the one before, at step t each `(1 - t**beta_2_decay) * r + t**beta_2_decay *
    mean`, and `v = r / mean(r) * c`; of other weights v is such a mean itself. The direction is
    `u = g / sqrt(v)`, divided by `max(1, rms(u) / clip_threshold)`, rms being the root of the mean
    square, and `w = w - max(epsilon_2, rms(w)) * min(learning_rate, 1 / sqrt(t)) * u`.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        beta_2_decay: How fast what stays of the means grows, at most 0.
        epsilon_1: Keeps the division finite, at least 0.
        epsilon_2: The least size of a weight that steps are in proportion to, at least 0.
        clip_threshold: The root mean square that the direction is scaled down to, more than 0.
        relative_step: Whether a learning rate that is a number is at most `1 / sqrt(t)`. As in
            Keras every learning rate is, so this has no effect.
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
        name: A name; None: `adafactor`, `adafactor_1`, ...
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> optimizer = cornu.optimizers.Adafactor(0.01)
    >>> optimizer.build([cornu.Variable([[1.0, 2.0, 3.0]], name="w")])
    >>> [variable.shape for variable in optimizer.variables[2:]]
    [(1,), (3,), (1, 3)]

    Source: Shazeer and Stern, 2018, https://arxiv.org/abs/1804.04235
    """

    _default_learning_rate = 0.001
    _slot_groups = (("velocity", "row_means", "column_means"),)
    beta_2_decay: float
    epsilon_1: float
    epsilon_2: float
    clip_threshold: float
    relative_step: bool

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        told = {
            "beta_2_decay": check_number("beta_2_decay", beta_2_decay, -math.inf, 0.0),
            "epsilon_1": check_not_negative("epsilon_1", epsilon_1),
            "epsilon_2": check_not_negative("epsilon_2", epsilon_2),
            "clip_threshold": check_number(
                "clip_threshold", clip_threshold, 0.0, math.inf, below=True, above=True
            ),
        }
        options = {**told, "relative_step": check_flag("relative_step", relative_step)}
        super().__init__("adafactor", learning_rate, name, options, common_of(locals()), told)

    def _step_vectors(self, weights: list[Any]) -> list[Any]:
        result: list[Any] = []
        for weight in weights:
            if weight.ndim < 2:
                result += [_nothing(weight), _nothing(weight)]
            else:
                rows, columns = weight.shape[:-1], (*weight.shape[:-2], weight.shape[-1])
                result += [self._part(weight, 1, rows), self._part(weight, 2, columns)]
            result.append(self._vector(weight, "velocity", 0))
        return result

    def _part(self, weight: Any, index: int, shape: tuple[int, ...]) -> StateVariable:
        """The means that stand at the beginning of a vector of the core's."""
        core, count = self._core, int(np.prod(shape))

        def write(values: np.ndarray) -> None:
            vector = core.read(weight, index)
            vector.reshape(-1)[:count] = values.reshape(-1)
            core.write(weight, index, vector)

        return StateVariable(
            weight.name,
            f"{self.name}/{weight.name}",
            np.broadcast_to(np.zeros((), weight.dtype), shape),
            lambda: core.read(weight, index).reshape(-1)[:count].reshape(shape),
            write,
        )


def _nothing(weight: Any) -> Scalar:
    """Where Keras has a number that is not used, in files too."""

    def write(value: Any) -> None:
        if value != 0:
            raise ValueError(
                f"Of {weight.path}, which has fewer than two axes, there are no means along rows "
                f"and columns: 0 stands for them. Received: value={shown(value)}"
            )

    return Scalar(weight.name, weight.name, lambda: 0.0, write)
