"""Batch normalization."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cornu import _core, initializers
from cornu.layers.arguments import check_not_negative, check_row_axis, refuse_unsupported
from cornu.layers.gamma_and_beta import GammaAndBeta
from cornu.layers.input_spec import InputSpec
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.number import as_float
from cornu.utils.old_keywords import takes_old_keywords
from cornu.variable import Variable

# What `renorm_clipping` may hold, and what stands for what is missing.
_CLIPPING = {"rmin": 0.0, "rmax": np.inf, "dmax": np.inf}


class BatchNormalization(GammaAndBeta):
    """A layer that normalizes its input: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

    In training, mean and variance are those of the batch, for each place along `axis` over all
    else; after each batch the moving ones follow: `moving = moving * momentum + batch * (1 -
    momentum)`. Outside training, in `predict` and `evaluate`, and where the layer is frozen
    (`trainable = False`), the moving ones are taken.

    With `renorm` the normalized input is in training brought near to what moving statistics would
    make of it: `gamma * (normalized * r + d) + beta`, with `r = deviation / renorm_stddev`, `d =
    (mean - renorm_mean) / renorm_stddev` and `deviation = sqrt(variance + epsilon)` of the batch;
    r and d count as constants.

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
        renorm: Whether to renormalize. It then has further weights, which training moves:
            `moving_stddev`, of which the moving variance is made, `renorm_mean` and
            `renorm_stddev`. Outside training nothing differs.
        renorm_clipping: A dictionary, of use with `renorm`: r is kept between `"rmin"` and `"rmax"`
            and d between `-dmax` and `"dmax"`, each of which may be missing; None: none is there.
        renorm_momentum: How much of `renorm_mean` and `renorm_stddev` stays, from 0 to 1.
        synchronized: False. Not supported: there is one device.
        fused: Of no effect, as in older programs: there is one way to compute it.
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
    _takes_mask = True
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
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
    )
    _state_names = (
        *("moving_mean", "moving_variance"),
        *("moving_stddev", "renorm_mean", "renorm_stddev"),
    )

    @takes_old_keywords
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
        *,
        fused: bool | None = None,
        **kwargs: Any,
    ) -> None:
        refuse_unsupported({"synchronized": synchronized}, default=False)
        self.renorm = check_flag("renorm", renorm)
        self.renorm_clipping = _check_clipping(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = _check_share("renorm_momentum", renorm_momentum)
        self.axis = check_row_axis("axis", axis)
        self.momentum = _check_share("momentum", momentum)
        self.epsilon = check_not_negative("epsilon", epsilon)
        self._check_gamma_and_beta(center, scale, beta_initializer, gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
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
        renorm = None
        if self.renorm:
            clipping = self.renorm_clipping
            least, most, farthest = (
                other if clipping.get(key) is None else float(clipping[key])
                for key, other in _CLIPPING.items()
            )
            renorm = self.renorm_momentum, least, most, farthest
        return _core.batch_normalization(
            self.name,
            self.dtype,
            self.axis,
            self.momentum,
            self.epsilon,
            self.center,
            self.scale,
            renorm,
        )

    def _initializers(self) -> list[tuple[str, Callable[..., Any] | None]]:
        found = [
            *super()._initializers(),
            ("moving_mean", self.moving_mean_initializer),
            ("moving_variance", self.moving_variance_initializer),
        ]
        if self.renorm:
            found += [
                ("moving_stddev", self._initial_deviation),
                ("renorm_mean", self.moving_mean_initializer),
                ("renorm_stddev", self._initial_deviation),
            ]
        return found

    def _initial_deviation(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        return np.sqrt(np.asarray(self.moving_variance_initializer(shape, dtype=dtype)))

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

    @property
    def moving_stddev(self) -> Variable | None:
        """The deviation that the moving variance is made of; None without `renorm`."""
        return self._weight_named("moving_stddev")

    @moving_stddev.setter
    def moving_stddev(self, value: Any) -> None:
        self._keep_weight("moving_stddev", value)

    @property
    def renorm_mean(self) -> Variable | None:
        """The mean that training renormalizes towards, likewise."""
        return self._weight_named("renorm_mean")

    @renorm_mean.setter
    def renorm_mean(self, value: Any) -> None:
        self._keep_weight("renorm_mean", value)

    @property
    def renorm_stddev(self) -> Variable | None:
        """The deviation that training renormalizes towards, likewise."""
        return self._weight_named("renorm_stddev")

    @renorm_stddev.setter
    def renorm_stddev(self, value: Any) -> None:
        self._keep_weight("renorm_stddev", value)


def _check_share(name: str, value: Any) -> float:
    """Return a number from 0 to 1.

    Raises:
        ValueError: it is none.
    """
    share = check_not_negative(name, value)
    if share > 1:
        raise ValueError(f"`{name}` must be a number from 0 to 1. Received: {name}={shown(value)}")
    return share


def _check_clipping(clipping: Any) -> dict[str, Any]:
    """Return what r and d are clipped to, by name.

    Raises:
        ValueError: there is no such name, or its number is none that can be.
    """
    found = dict(clipping or {}) if isinstance(clipping, Mapping | None) else None
    if found is None or set(found) - set(_CLIPPING):
        raise ValueError(
            "Received invalid keys for `renorm_clipping`, which must be a dictionary with some of "
            f"{list(_CLIPPING)}. Received: renorm_clipping={shown(clipping)}"
        )
    for key, value in found.items():
        if value is not None and np.isnan(as_float(value)):
            raise ValueError(f"`renorm_clipping` must have numbers. Received: {key}={shown(value)}")
    least, most, farthest = (found.get(key) for key in _CLIPPING)
    if least is not None and most is not None and most < least:
        raise ValueError(
            "rmax should be at least rmin in `renorm_clipping`. "
            f"Received: rmax={most}, rmin={least}"
        )
    if farthest is not None and farthest < 0:
        raise ValueError(
            f"dmax should be non-negative in `renorm_clipping`. Received: dmax={farthest}"
        )
    return found
