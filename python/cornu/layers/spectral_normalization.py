"""A layer whose kernel is kept from stretching what goes through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import _core
from cornu.config import layer_dtype
from cornu.initializers import TruncatedNormal
from cornu.layers.arguments import first_values
from cornu.layers.wrapper import Wrapper
from cornu.utils.errors import shown
from cornu.utils.number import as_integer
from cornu.variable import Variable


class SpectralNormalization(Wrapper):
    """Another layer, whose kernel is divided by its largest singular value in each training step.

    That is found by power iterations, which go on from step to step: `v = normalize(u @ kernel.T)`,
    `u = normalize(v @ kernel)`, and the kernel becomes `kernel / (v @ kernel @ u.T)` before the
    step is taken, the kernel as a matrix with its last axis for columns. Outside training the layer
    is what it is. A kernel of zeros stays.

    Args:
        layer: A `Dense` or `EinsumDense`, not built yet, whose activation is cornu's.
        power_iterations: How many iterations a step has.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`.

    Attributes:
        layer: The layer within.
        kernel: Its kernel.
        vector_u: A `Variable` of shape (1, the kernel's last size), which training moves.

    Raises:
        ValueError: `layer` is none of these, or `power_iterations` no positive integer.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> within = cornu.layers.Dense(2, kernel_initializer="ones")
    >>> layer = cornu.layers.SpectralNormalization(within)
    >>> x = np.ones((1, 2))
    >>> layer(x)
    array([[2., 2.]], dtype=float32)
    >>> layer(x, training=True).round(4)
    array([[1., 1.]], dtype=float32)
    >>> layer.kernel.numpy().round(4)
    array([[0.5, 0.5],
           [0.5, 0.5]], dtype=float32)

    Source: Miyato et al., "Spectral Normalization for Generative Adversarial Networks",
    https://arxiv.org/abs/1802.05957; https://keras.io/api/layers/normalization_layers/
    """

    _state_names = ("vector_u",)
    _is_replaceable = False

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        count = as_integer(power_iterations)
        if count is None or count <= 0:
            raise ValueError(
                "`power_iterations` should be greater than zero. Received: "
                f"power_iterations={shown(power_iterations)}"
            )
        self.power_iterations = count
        if hasattr(layer, "_core"):
            _check_within(layer, kwargs)
            kwargs["dtype"] = layer.dtype
            layer._is_within = True
        super().__init__(layer, **kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.spectral_normalization(self.name, self.layer._core, self.power_iterations)

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "power_iterations": self.power_iterations}

    def _sublayers(self) -> list[Any]:
        return [self.layer]

    def _initializers(self) -> list[tuple[str, Callable[..., Any] | None]]:
        found = list(self.layer._initializers())
        return [*found[:1], ("vector_u", TruncatedNormal(stddev=0.02)), *found[1:]]

    def _give_rules(self, core: _core.Layer) -> None:
        # The core has taken those of the layer within over.
        self._own_rules = {
            (index + 1 if index else index, constrains): rule
            for (index, constrains), rule in self.layer._own_rules.items()
        }
        if self.activity_regularizer is not None:
            self._give_rule(core, None, False, self.activity_regularizer)

    def _fill_weights(self, row: tuple[int, ...], path: str) -> list[Variable]:
        if not hasattr(type(self.layer), "kernel"):
            raise ValueError(
                f"{type(self.layer).__name__} object has no attribute 'kernel' nor 'embeddings'"
            )
        self.layer._fill(row, path)
        _, span, *_ = self._core.spans()
        (_, (name, initializer), *_) = self._initializers()
        span[...] = first_values(f"{path}/{name}", initializer, span.shape, self._dtype)
        kernel, *others = self.layer._weights
        return [kernel, Variable.view_of(span, name, f"{path}/{name}", False), *others]

    def _own_in_files(self) -> list[Variable]:
        """The kernel, which a file of Keras's has with the layer within too, and the vector."""
        return self._weights[:2]

    def _within_in_files(self) -> dict[str, Any]:
        return {"layer": self.layer}

    @property
    def kernel(self) -> Variable:
        """The kernel of the layer within."""
        kernel: Variable = self.layer.kernel
        return kernel

    @property
    def vector_u(self) -> Variable | None:
        """What the iterations go on from, (1, columns); None before the layer is built."""
        return self._weight_named("vector_u")


def _check_within(layer: Any, options: dict[str, Any]) -> None:
    """Raise a ValueError unless the core can have a layer within another."""
    # One without weights is refused when this one is built.
    if layer._is_own or (layer._built and layer.weights):
        raise ValueError(
            "`layer` must be one of cornu's own that is not built yet, with an activation of "
            f"cornu's. Received: layer={layer!r}"
        )
    if not layer.trainable and options.get("trainable", True):
        raise ValueError(
            "`trainable` must be False with a layer that is frozen. "
            f"Received: layer={layer!r}, whose `trainable` is False"
        )
    if layer.activity_regularizer is not None and options.get("activity_regularizer") is not None:
        raise ValueError(
            "`activity_regularizer` must be None with a layer that has one. "
            f"Received: layer={layer!r}"
        )
    dtype = options.get("dtype")
    if dtype is not None and layer_dtype(dtype) != layer.dtype:
        raise ValueError(
            f"`dtype` must be the layer's, {layer.dtype}. Received: dtype={shown(dtype)}"
        )
