"""Layer normalization."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu import _core
from cornu.layers.arguments import (
    check_flag,
    check_initializer,
    check_not_negative,
    check_row_axes,
    refuse_unsupported,
)
from cornu.layers.layer import Layer
from cornu.variable import Variable


class LayerNormalization(Layer):
    """A layer that normalizes each row by itself.

    `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance along `axis`.

    Args:
        axis: The axis of the features, or several that are taken together.
        epsilon: What is added to the variance, at least 0.
        center: Whether there is a `beta`.
        scale: Whether there is a `gamma`.
        beta_initializer: What `beta` starts as.
        gamma_initializer: What `gamma` starts as.
        beta_regularizer: None. Not supported yet, like the following ones.
        gamma_regularizer: None.
        beta_constraint: None.
        gamma_constraint: None.
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

    _options = ("axis", "epsilon", "center", "scale", "beta_initializer", "gamma_initializer")

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
        refuse_unsupported(
            {
                "beta_regularizer": beta_regularizer,
                "gamma_regularizer": gamma_regularizer,
                "beta_constraint": beta_constraint,
                "gamma_constraint": gamma_constraint,
            }
        )
        refuse_unsupported({"rms_scaling": kwargs.pop("rms_scaling", False)}, default=False)
        self.axis = axis
        self._axes = check_row_axes("axis", axis)
        self.epsilon = check_not_negative("epsilon", epsilon)
        self.center = check_flag("center", center)
        self.scale = check_flag("scale", scale)
        self.beta_initializer = check_initializer("beta_initializer", beta_initializer)
        self.gamma_initializer = check_initializer("gamma_initializer", gamma_initializer)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.row_normalization(
            self.name, self.dtype, "layer", self._axes, self.epsilon, self.center, self.scale
        )

    def _initializers(self) -> Sequence[tuple[str, Callable[..., Any]]]:
        found = []
        if self.scale:
            found.append(("gamma", self.gamma_initializer))
        if self.center:
            found.append(("beta", self.beta_initializer))
        return found

    @property
    def gamma(self) -> Variable | None:
        """What normalized numbers are multiplied by; None with `scale=False` and before the layer
        is built.
        """
        return self._weight_named("gamma")

    @gamma.setter
    def gamma(self, value: Any) -> None:
        self._keep_weight("gamma", value)

    @property
    def beta(self) -> Variable | None:
        """What is added; None with `center=False` and before the layer is built."""
        return self._weight_named("beta")

    @beta.setter
    def beta(self, value: Any) -> None:
        self._keep_weight("beta", value)
