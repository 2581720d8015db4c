"""Batch normalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import _core
from cornu.layers.arguments import (
    check_initializer,
    check_not_negative,
    check_row_axis,
    refuse_unsupported,
)
from cornu.layers.gamma_and_beta import GammaAndBeta
from cornu.layers.input_spec import InputSpec
from cornu.utils.errors import shown
from cornu.variable import Variable


class BatchNormalization(GammaAndBeta):
    """A layer that normalizes its input: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

    In training, mean and variance are those of the batch, for each place along `axis` over all
    else; after each batch the moving ones follow: `moving = moving * momentum + batch * (1 -
    momentum)`. Outside training, in `predict` and `evaluate`, and where the layer is frozen
    (`trainable = False`), the moving ones are taken.

    Args:
        axis: The axis of the features.
        momentum: How much of the moving mean and variance stays, from 0 to 1.
        epsilon: What is added to the variance, at least 0.
        center: Whether there is a `beta`.
        scale: Whether there is a `gamma`.
        beta_initializer: What `beta` starts as.
        gamma_initializer: What `gamma` starts as.
        moving_mean_initializer: What the moving mean starts as.
        moving_variance_initializer: What the moving variance starts as.
        beta_regularizer: A penalty for `beta`, of `cornu.regularizers`; None: none.
        gamma_regularizer: One for `gamma`.
        beta_constraint: What `beta` is put under after each step of training, of
            `cornu.constraints`; None: nothing.
        gamma_constraint: The same for `gamma`.
        renorm: False. Not supported yet, like the following ones.
        renorm_clipping: None.
        renorm_momentum: 0.99.
        synchronized: False.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`.

    Attributes:
        gamma: A `Variable` of shape (features,), or None.
        beta: A `Variable` of shape (features,), or None.
        moving_mean: A `Variable` of shape (features,), which training does not move by gradients.
        moving_variance: Likewise.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.BatchNormalization(momentum=0.5, epsilon=0.0)
    >>> x = np.array([[1.0, 10.0], [3.0, 30.0]])
    >>> layer(x, training=True)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    >>> layer.moving_mean.numpy(), layer.moving_variance.numpy()
    (array([ 1., 10.], dtype=float32), array([ 1. , 50.5], dtype=float32))

    Source: https://keras.io/api/layers/normalization_layers/batch_normalization/; Ioffe and
    Szegedy, 2015, https://arxiv.org/abs/1502.03167
    """

    _supports_masking = True
    _options = (
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
        "beta_initializer",
        "gamma_initializer",
        "moving_mean_initializer",
        "moving_variance_initializer",
        "beta_regularizer",
        "gamma_regularizer",
        "beta_constraint",
        "gamma_constraint",
    )
    _state_names = ("moving_mean", "moving_variance")

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        refuse_unsupported({"renorm_clipping": renorm_clipping})
        refuse_unsupported({"renorm": renorm, "synchronized": synchronized}, default=False)
        refuse_unsupported({"renorm_momentum": renorm_momentum}, default=0.99)
        self.axis = check_row_axis("axis", axis)
        self.momentum = check_not_negative("momentum", momentum)
        if self.momentum > 1:
            raise ValueError(
                f"`momentum` must be a number from 0 to 1. Received: momentum={shown(momentum)}"
            )
        self.epsilon = check_not_negative("epsilon", epsilon)
        self._check_gamma_and_beta(center, scale, beta_initializer, gamma_initializer)
        self.moving_mean_initializer = check_initializer(
            "moving_mean_initializer", moving_mean_initializer
        )
        self.moving_variance_initializer = check_initializer(
            "moving_variance_initializer", moving_variance_initializer
        )
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
        return _core.batch_normalization(
            self.name, self.dtype, self.axis, self.momentum, self.epsilon, self.center, self.scale
        )

    def _initializers(self) -> list[tuple[str, Callable[..., Any]]]:
        return [
            *super()._initializers(),
            ("moving_mean", self.moving_mean_initializer),
            ("moving_variance", self.moving_variance_initializer),
        ]

    @property
    def moving_mean(self) -> Variable | None:
        """The mean that is taken outside training, (features,); None before the layer is built."""
        return self._weight_named("moving_mean")

    @moving_mean.setter
    def moving_mean(self, value: Any) -> None:
        self._keep_weight("moving_mean", value)

    @property
    def moving_variance(self) -> Variable | None:
        """The variance that is taken outside training, likewise."""
        return self._weight_named("moving_variance")

    @moving_variance.setter
    def moving_variance(self, value: Any) -> None:
        self._keep_weight("moving_variance", value)
