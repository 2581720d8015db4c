"""Dense layers over several axes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu import _core, activations, initializers
from cornu.initializers import VarianceScaling
from cornu.layers.arguments import refuse_unsupported
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.layers.settable_activation import SettableActivation
from cornu.utils.errors import shown
from cornu.utils.number import as_integer
from cornu.variable import Variable


class EinsumDense(SettableActivation, Layer):
    """A dense layer over one or several axes: `activation(einsum(equation, x, kernel) + bias)`.

    The equations that are supported are those of dense layers: what the kernel sums over are the
    last axes of the input, in the kernel's order and before its units, and the units, in the
    kernel's order, take their place in the output. So `"ab,bc->ac"`, `"abc,cd->abd"`,
    `"...x,xy->...y"`, `"abc,cde->abde"` and `"abcd,cde->abe"`.

    Args:
        equation: The equation, of the input, the kernel and the output.
        output_shape: The output's sizes without the batch and what `...` stands for; an axis that
            the input has too may be None.
        activation: The activation, as `Dense` takes it.
        bias_axes: The letters of all units; None: there is no bias.
        kernel_initializer: What the kernel starts as.
        bias_initializer: What the bias starts as.
        kernel_regularizer: A penalty for the kernel, of `cornu.regularizers`; None: none.
        bias_regularizer: One for the bias.
        kernel_constraint: What the kernel is put under after each step of training, of
            `cornu.constraints`; None: nothing.
        bias_constraint: The same for the bias.
        lora_rank: None. Not supported yet, like the following ones.
        lora_alpha: None.
        gptq_unpacked_column_size: None.
        quantization_config: None.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`.

    Attributes:
        kernel: A `Variable` of the shape that the equation gives.
        bias: A `Variable` of the shape of the units, or None.

    Raises:
        ValueError: an argument is none of these, or the equation is not supported.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 4), bias_axes="de")
    >>> layer(np.zeros((5, 3, 8))).shape, layer.kernel.shape, layer.bias.shape
    ((5, 3, 2, 4), (8, 2, 4), (2, 4))

    Source: https://keras.io/api/layers/core_layers/einsum_dense/
    """

    _options = ("equation", "bias_axes", "activation", "kernel_initializer", "bias_initializer")

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        gptq_unpacked_column_size: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        refuse_unsupported(
            {
                "lora_rank": lora_rank,
                "lora_alpha": lora_alpha,
                "gptq_unpacked_column_size": gptq_unpacked_column_size,
                "quantization_config": quantization_config,
            }
        )
        self.equation = equation
        self._parts = _parse(equation)
        self.partial_output_shape = _take_shape(output_shape, self._parts)
        self.bias_axes = bias_axes
        if bias_axes is not None and sorted(bias_axes) != sorted(self._parts.units):
            raise ValueError(
                "`bias_axes` must be None or the letters of all units, "
                f"{self._parts.units!r}: others are not supported. Received: "
                f"bias_axes={shown(bias_axes)}"
            )
        self.activation = activations.get(activation)
        self._specification = activations.specification(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self._take_rules(
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        super().__init__(**kwargs)

    def _replace_activation(self, activation: Any, specification: Any) -> None:
        # One of one's own is refused, as in `__init__`.
        super()._replace_activation(activation, activations.specification(activation))

    def _make_core(self) -> _core.Layer:
        parts, sizes = self._parts, self.partial_output_shape
        at = len(sizes) - len(parts.units)
        kept = tuple(0 if size is None else size for size in sizes[:at])
        return _core.einsum_dense(
            self.name,
            self.dtype,
            len(parts.taken),
            tuple(size or 0 for size in sizes[at:]),
            parts.elides,
            kept,
            self._specification,
            self.bias_axes is not None,
        )

    def _expected_input(self) -> InputSpec | None:
        return InputSpec(ndim=len(self._row) + 1) if self._built else None

    def _initializers(self) -> Sequence[tuple[str, Callable[..., Any] | None]]:
        is_scaled = isinstance(self.kernel_initializer, VarianceScaling)
        kernel = self._first_kernel if is_scaled else self.kernel_initializer
        both = (("kernel", kernel), ("bias", self.bias_initializer))
        return both if self.bias_axes is not None else both[:1]

    def _first_kernel(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """The kernel's first value, of the scale that the matrix has which the product sees."""
        taken = len(self._parts.taken)
        matrix = math.prod(shape[:taken]), math.prod(shape[taken:])
        return np.reshape(self.kernel_initializer(matrix, dtype=dtype), shape)

    def _own_config(self) -> dict[str, Any]:
        rules = ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint")
        return {
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": self.activation,
            "bias_axes": self.bias_axes,
            "kernel_initializer": self.kernel_initializer,
            "bias_initializer": self.bias_initializer,
            **{name: getattr(self, name) for name in rules},
            "quantization_config": None,
        }

    @property
    def kernel(self) -> Variable:
        """What is multiplied with: the same object at each read."""
        kernel = self._weight_named("kernel")
        if kernel is None:
            raise AttributeError(f'Layer "{self.name}" must be built before it has a `kernel`.')
        return kernel

    @kernel.setter
    def kernel(self, value: Any) -> None:
        self._keep_weight("kernel", value)

    @property
    def bias(self) -> Variable | None:
        """What is added; None without `bias_axes`, and before the layer is built."""
        return self._weight_named("bias")

    @bias.setter
    def bias(self, value: Any) -> None:
        self._keep_weight("bias", value)


class _Parts(NamedTuple):
    """The letters of an equation: of the axes that stay, are summed over, and are new."""

    kept: str
    taken: str
    units: str
    elides: bool


# Compiled with the first layer: that takes longer than to import this module.
_FORM = r"(\.\.\.)?([a-zA-Z]+),([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)"


def _parse(equation: Any) -> _Parts:
    if not isinstance(equation, str):
        raise ValueError(f"`equation` must be a string. Received: equation={shown(equation)}")
    found = re.fullmatch(_FORM, equation.replace(" ", ""))
    if found and found[1] == found[4]:
        inputs, kernel, outputs = found[2], found[3], found[5]
        taken = "".join(letter for letter in kernel if letter in inputs)
        units = "".join(letter for letter in kernel if letter not in inputs)
        kept = inputs.removesuffix(taken)
        letters = inputs + units
        if (
            taken
            and units
            and (kept or found[1])
            and (kept + taken, taken + units, kept + units) == (inputs, kernel, outputs)
            and len(set(letters)) == len(letters)
        ):
            return _Parts(kept, taken, units, bool(found[1]))
    raise ValueError(
        "`equation` must be that of a dense layer: the last axes of the input are summed over, and "
        "the units take their place, as in 'ab,bc->ac', 'abc,cd->abd', '...x,xy->...y', "
        f"'abc,cde->abde' or 'abcd,cde->abe'. Received: equation={equation!r}"
    )


def _take_shape(output_shape: Any, parts: _Parts) -> tuple[int | None, ...]:
    given = output_shape if isinstance(output_shape, tuple | list) else (output_shape,)
    sizes = tuple(None if size is None else as_integer(size) for size in given)
    for size, value in zip(sizes, given, strict=True):
        if value is not None and (size is None or size < 1):
            raise ValueError(
                "`output_shape` must be a positive integer or a tuple of such, None where the "
                f"input says it. Received: output_shape={shown(output_shape)}"
            )
    count = len(parts.kept) + len(parts.units)
    # The batch is a letter of its own, or is within what "..." stands for.
    counts = {count, count - 1} if parts.elides else {count - 1}
    if len(sizes) not in counts or None in sizes[len(sizes) - len(parts.units) :]:
        raise ValueError(
            "`output_shape` must have a size for each axis of the output but the batch, those of "
            f"the units {parts.units!r} known. Received: output_shape={shown(output_shape)}"
        )
    return sizes
