"""The dense layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu import _core, activations, initializers
from cornu.layers.arguments import check_batch_shape, refuse_unsupported
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.layers.settable_activation import SettableActivation
from cornu.utils.flag import check_flag
from cornu.utils.number import check_integer
from cornu.utils.old_keywords import takes_old_keywords
from cornu.variable import Variable


class Dense(SettableActivation, Layer):
    """A densely connected layer: `activation(x @ kernel + bias)` over the last axis.

    Args:
        units: How many numbers a row of the result has.
        activation: A name or function of `cornu.activations`; None: linear. With a function of
            one's own Python computes the layer, and training takes the extra `cornu[custom]`.
        use_bias: Whether there is a bias.
        kernel_initializer: What the kernel starts as.
        bias_initializer: What the bias starts as.
        kernel_regularizer: A penalty for the kernel, of `cornu.regularizers`; None: none.
        bias_regularizer: One for the bias.
        activity_regularizer: One for the result, divided by the rows of the batch.
        kernel_constraint: What the kernel is put under after each step of training, of
            `cornu.constraints`; None: nothing.
        bias_constraint: The same for the bias.
        lora_rank: None. Not supported yet, like the following ones.
        lora_alpha: None.
        quantization_config: None.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`, `input_dim`.

    Attributes:
        kernel: A `Variable` of shape (features, units).
        bias: A `Variable` of shape (units,), or None.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Dense(2, activation="relu", kernel_initializer="ones")
    >>> layer(np.array([[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]]))
    array([[6., 6.],
           [0., 0.]], dtype=float32)
    >>> layer.kernel.shape
    (3, 2)

    Source: https://keras.io/api/layers/core_layers/dense/
    """

    _supports_masking = True
    _options = ("units", "activation", "use_bias", "kernel_initializer", "bias_initializer")
    _tells_build_config = True

    @takes_old_keywords
    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        refuse_unsupported(
            {
                "lora_rank": lora_rank,
                "lora_alpha": lora_alpha,
                "quantization_config": quantization_config,
            }
        )
        self.units = check_integer("units", units)
        self.activation = activations.get(activation)
        self._specification = activations.core_specification(activation)
        self.use_bias = check_flag("use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self._take_rules(
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)

    @property
    def _is_foreign(self) -> bool:
        return self._specification is None

    def _make_core(self) -> _core.Layer:
        if self._specification is None:
            return super()._make_core()
        return _core.dense(self.name, self.dtype, self.units, self._specification, self.use_bias)

    def _build_class(self, input_shape: Any) -> None:
        if not self._is_foreign:
            super()._build_class(input_shape)
            return
        row = check_batch_shape("input_shape", input_shape)[1:]
        if not row:
            raise ValueError(f'Layer "{self.name}" (Dense) takes inputs with an axis of features.')
        shapes = {"kernel": (row[-1], self.units), "bias": (self.units,)}
        for name, initializer in self._initializers():
            weight = self.add_weight(
                shapes[name],
                initializer,
                regularizer=getattr(self, f"{name}_regularizer"),
                constraint=getattr(self, f"{name}_constraint"),
                name=name,
            )
            self._class_weights.append(weight)

    def _weights_of_class(self) -> list[Variable]:
        return self._class_weights if self._is_own else self._weights

    def _formula(self, x: Any, training: bool, mask: Any = None) -> Any:
        if not self._is_foreign:
            return super()._formula(x, training, mask)
        kernel, *bias = self._class_weights
        linear = x @ kernel
        return self.activation(linear + bias[0] if bias else linear)

    def _initializers(self) -> Sequence[tuple[str, Callable[..., Any] | None]]:
        both = (("kernel", self.kernel_initializer), ("bias", self.bias_initializer))
        return both if self.use_bias else both[:1]

    def _own_config(self) -> dict[str, Any]:
        rules = ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint")
        return {
            "units": self.units,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": self.kernel_initializer,
            "bias_initializer": self.bias_initializer,
            **{name: getattr(self, name) for name in rules},
            "quantization_config": None,
        }

    def _expected_input(self) -> InputSpec:
        return InputSpec(min_ndim=2, axes={-1: self._row[-1]} if self._built else None)

    @property
    def kernel(self) -> Variable:
        """The matrix, (features, units): the same object at each read."""
        kernel = self._weight_named("kernel")
        if kernel is None:
            raise AttributeError(f'Layer "{self.name}" must be built before it has a `kernel`.')
        return kernel

    @kernel.setter
    def kernel(self, value: Any) -> None:
        self._keep_weight("kernel", value)

    @property
    def bias(self) -> Variable | None:
        """What is added, (units,); None with `use_bias=False`."""
        bias = self._weight_named("bias")
        if self.use_bias and bias is None:
            raise AttributeError(f'Layer "{self.name}" must be built before it has a `bias`.')
        return bias

    @bias.setter
    def bias(self, value: Any) -> None:
        self._keep_weight("bias", value)
