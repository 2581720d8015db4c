"""Group normalization."""

from __future__ import annotations

from typing import Any

from cornu import _core
from cornu.layers.arguments import check_not_negative, check_row_axis
from cornu.layers.gamma_and_beta import GammaAndBeta
from cornu.layers.input_spec import InputSpec
from cornu.utils.errors import shown
from cornu.utils.number import as_integer


class GroupNormalization(GammaAndBeta):
    """A layer that normalizes groups of neighbouring features of each row by themselves.

    `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance over the group
    and all other axes of the row; gamma and beta are of single features.

    Args:
        groups: The number of groups, which divides that of the features; -1: each feature is one.
        axis: The axis of the features.
        epsilon: What is added to the variance, at least 0.
        center: Whether there is a `beta`.
        scale: Whether there is a `gamma`.
        beta_initializer: What `beta` starts as.
        gamma_initializer: What `gamma` starts as.
        beta_regularizer: A penalty for `beta`, of `cornu.regularizers`; None: none.
        gamma_regularizer: One for `gamma`.
        beta_constraint: What `beta` is put under after each step of training, of
            `cornu.constraints`; None: nothing.
        gamma_constraint: The same for `gamma`.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`.

    Attributes:
        gamma: A `Variable` of shape (features,), or None.
        beta: Likewise.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> cornu.layers.GroupNormalization(2, epsilon=0.0)([[1.0, 3.0, -20.0, 0.0]])
    array([[-1.,  1., -1.,  1.]], dtype=float32)

    Source: https://keras.io/api/layers/normalization_layers/group_normalization/; Wu and He, 2018,
    https://arxiv.org/abs/1803.08494
    """

    _supports_masking = True
    _options = (
        "groups",
        "axis",
        "epsilon",
        "center",
        "scale",
        "beta_initializer",
        "gamma_initializer",
        "beta_regularizer",
        "gamma_regularizer",
        "beta_constraint",
        "gamma_constraint",
    )

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        number = as_integer(groups)
        if number is None or number == 0 or number < -1:
            raise ValueError(
                f"`groups` must be a positive integer, or -1. Received: groups={shown(groups)}"
            )
        self.groups = number
        self.axis = check_row_axis("axis", axis)
        self.epsilon = check_not_negative("epsilon", epsilon)
        self._check_gamma_and_beta(center, scale, beta_initializer, gamma_initializer)
        self._take_rules(
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        super().__init__(**kwargs)

    def _expected_input(self) -> InputSpec | None:
        return self._features_along(self.axis)

    def _make_core(self) -> _core.Layer:
        return _core.group_normalization(
            self.name, self.dtype, self.groups, self.axis, self.epsilon, self.center, self.scale
        )
