"""Layer normalization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import _core
from cornu.layers.arguments import (
    check_not_negative,
    check_row_axes,
    refuse_unsupported,
)
from cornu.layers.gamma_and_beta import GammaAndBeta


class LayerNormalization(GammaAndBeta):
    """A layer that normalizes each row by itself.

    `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance along `axis`.

    Args:
        axis: The axis of the features, or several that are taken together.
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
        gamma: A `Variable` of the shape that the axes have, or None.
        beta: Likewise.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> cornu.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0], [-20.0, 0.0]])
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)

    Source: https://keras.io/api/layers/normalization_layers/layer_normalization/; Ba et al., 2016,
    https://arxiv.org/abs/1607.06450
    """

    _supports_masking = True
    _options = (
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
    _more_keywords = ("rms_scaling",)

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
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
        refuse_unsupported({"rms_scaling": kwargs.pop("rms_scaling", False)}, default=False)
        self.axis = axis
        self._axes = check_row_axes("axis", axis)
        self.epsilon = check_not_negative("epsilon", epsilon)
        self._check_gamma_and_beta(center, scale, beta_initializer, gamma_initializer)
        self._take_rules(
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.row_normalization(
            self.name, self.dtype, "layer", self._axes, self.epsilon, self.center, self.scale
        )
