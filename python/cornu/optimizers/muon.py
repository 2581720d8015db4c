"""Muon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cornu.optimizers.common_arguments import (
    check_not_negative,
    check_number,
    check_patterns,
    common_of,
)
from cornu.optimizers.core_optimizer import CoreOptimizer
from cornu.utils.flag import check_flag
from cornu.utils.number import check_integer


class Muon(CoreOptimizer):
    """Gradient descent by orthogonal matrices.

    Of a matrix `m = momentum * m + g`; with Nesterov's form `u = g + momentum * m`, else `u = m`.
    u becomes, by `ns_steps` steps of Newton and Schulz's iteration from `u / norm(u)`, `s = u @
    u.T`, `u = muon_a * u + (muon_b * s + muon_c * s @ s) @ u`, a matrix with its singular vectors
    and singular values near 1, and `w = w - learning_rate * rms_rate * sqrt(max(w.shape)) * u`.
    Weights that are no matrices, and those excluded, take Adam's steps.

    Args:
        learning_rate: The length of a step, at least 0; a schedule of
            `cornu.optimizers.schedules`, or a function of no arguments, is asked for each step.
        adam_beta_1: Adam's beta_1, from 0 to 1 (excluded).
        adam_beta_2: Adam's beta_2, from 0 to 1 (excluded).
        adam_weight_decay: The `weight_decay` of weights that take Adam's steps; None: none.
        epsilon: Adam's epsilon, at least 0.
        weight_decay: What share of each other weight, times `learning_rate`, a step takes away;
            None: none.
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
        name: A name; None: `muon`, `muon_1`, ...
        exclude_layers: Regular expressions; weights with one of them in their path take Adam's
            steps. The name of the output's layer is to be among them.
        exclude_embeddings: Whether weights with "embedding" in their path do, too.
        muon_a: A factor of the iteration.
        muon_b: Another one.
        muon_c: Another one.
        adam_lr_ratio: What the learning rate is multiplied by for Adam's steps, at least 0.
        momentum: How much of m stays from step to step, from 0 to 1.
        ns_steps: How many steps the iteration has, at least 0.
        nesterov: Whether the momentum has Nesterov's form.
        rms_rate: How long a step is, at least 0; None: neither it nor the matrix's size counts.
        **kwargs: `lr`, the old name of `learning_rate`; `decay`, Keras 2's, by which step t,
            counted from 0, has `learning_rate / (1 + decay * t)`.

    Raises:
        ValueError: an argument is out of range or unknown.

    Example:

    >>> import cornu
    >>> cornu.optimizers.Muon(0.02, exclude_layers=["output"])
    <Muon name=muon, learning_rate=0.02>

    Source: Jordan et al., 2024, https://kellerjordan.github.io/posts/muon/; Liu et al., 2025,
    https://arxiv.org/abs/2502.16982, for `rms_rate`.
    """

    _default_learning_rate = 0.001
    _slot_groups = (("momentum", "velocity"),)
    adam_beta_1: float
    adam_beta_2: float
    adam_weight_decay: float | None
    epsilon: float
    exclude_layers: list[str]
    exclude_embeddings: bool
    muon_a: float
    muon_b: float
    muon_c: float
    adam_lr_ratio: float
    momentum: float
    ns_steps: int
    nesterov: bool
    rms_rate: float | None

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: list[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ) -> None:
        options = {
            "adam_beta_1": check_number("adam_beta_1", adam_beta_1, 0.0, 1.0, below=True),
            "adam_beta_2": check_number("adam_beta_2", adam_beta_2, 0.0, 1.0, below=True),
            "epsilon": check_not_negative("epsilon", epsilon),
            "exclude_layers": check_patterns("exclude_layers", exclude_layers),
            "muon_a": check_number("muon_a", muon_a, -1e300, 1e300),
            "muon_b": check_number("muon_b", muon_b, -1e300, 1e300),
            "muon_c": check_number("muon_c", muon_c, -1e300, 1e300),
            "adam_lr_ratio": check_number("adam_lr_ratio", adam_lr_ratio, 0.0, 1e300),
            "momentum": check_number("momentum", momentum, 0.0, 1.0),
            "ns_steps": check_integer("ns_steps", ns_steps, 0),
            "nesterov": check_flag("nesterov", nesterov),
            "exclude_embeddings": check_flag("exclude_embeddings", exclude_embeddings),
            "adam_weight_decay": _number_or_none("adam_weight_decay", adam_weight_decay),
            "rms_rate": _number_or_none("rms_rate", rms_rate),
        }
        super().__init__("muon", learning_rate, name, options, common_of(locals()), _told(options))

    @property
    def _path_patterns(self) -> list[str]:
        return [*super()._path_patterns, *self.exclude_layers]

    @property
    def _has_exceptions(self) -> bool:
        return self._excludes or self.exclude_embeddings or bool(self.exclude_layers)

    def _left_to_adam(self, weights: Sequence[Any]) -> list[Any]:
        return [weight for weight in weights if weight.ndim == 2 and self._excludes_path(weight)]

    def _excludes_path(self, weight: Any) -> bool:
        if self.exclude_embeddings and "embedding" in weight.path.lower():
            return True
        return any(re.search(pattern, weight.path) for pattern in self.exclude_layers)

    def _step_vectors(self, weights: list[Any]) -> list[Any]:
        result: list[Any] = []
        for weight in weights:
            result.append(self._vector(weight, "momentum", 0))
            if weight.ndim != 2 or self._excludes_path(weight):
                result.append(self._vector(weight, "velocity", 1))
        return result


def _told(options: dict[str, Any]) -> dict[str, Any]:
    """What the core is told, under its own names."""
    told = {name: value for name, value in options.items() if not name.startswith("exclude_")}
    told["beta_1"], told["beta_2"] = told.pop("adam_beta_1"), told.pop("adam_beta_2")
    told["adam_weight_decay"] = told["adam_weight_decay"] or 0.0
    if told["rms_rate"] is None:
        told["rms_rate"] = -1.0
    return told


def _number_or_none(name: str, value: Any) -> float | None:
    return None if value is None else check_not_negative(name, value)
