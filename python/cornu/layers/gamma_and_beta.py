"""What normalized numbers are multiplied by, and what is added to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import initializers
from cornu.layers.layer import Layer
from cornu.utils.flag import check_flag
from cornu.variable import Variable


class GammaAndBeta(Layer):
    """The base of normalizations with a gamma and a beta, each of which may be missing."""

    def _check_gamma_and_beta(
        self, center: bool, scale: bool, beta_initializer: Any, gamma_initializer: Any
    ) -> None:
        """Take over the arguments.

        Raises:
            ValueError: one of them is no flag, or no initializer.
        """
        self.center = check_flag("center", center)
        self.scale = check_flag("scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)

    def _initializers(self) -> list[tuple[str, Callable[..., Any] | None]]:
        found = []
        if self.scale:
            found.append(("gamma", self.gamma_initializer))
        if self.center:
            found.append(("beta", self.beta_initializer))
        return found

    @property
    def gamma(self) -> Variable | None:
        """What normalized numbers are multiplied by, of the axes' sizes; None with `scale=False`
        and before the layer is built.
        """
        return self._weight_named("gamma")

    @gamma.setter
    def gamma(self, value: Any) -> None:
        self._keep_weight("gamma", value)

    @property
    def beta(self) -> Variable | None:
        """What is added, likewise; None with `center=False` and before the layer is built."""
        return self._weight_named("beta")

    @beta.setter
    def beta(self, value: Any) -> None:
        self._keep_weight("beta", value)
