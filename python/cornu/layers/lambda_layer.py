"""A function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from cornu.layers.arguments import check_row_shape
from cornu.layers.layer import Layer
from cornu.layers.masks import as_mask
from cornu.utils.errors import shown


class Lambda(Layer):
    """A layer that applies a function of one's own, which has no weights.

    Args:
        function: A function of the input, written with NumPy's functions or `cornu.ops`; it is
            given `training` where it has such an argument.
        output_shape: The shape of a row of the output, or a function that returns the output's from
            the input's, both with the batch first; None: the function is tried with zeros.
        mask: A function of the input and its mask, None where it has none, that returns the
            output's; or a mask for all batches, of the same rows; None: the output has none.
        arguments: A dictionary of further arguments for the function.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> cornu.layers.Lambda(lambda x, power: x**power, arguments={"power": 2})(np.array([[3.0]]))
    array([[9.]], dtype=float32)

    Source: https://keras.io/api/layers/core_layers/lambda/
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not callable(function):
            raise ValueError(
                f"`function` must be a function. Received: function={shown(function)} "
                f"(of type {type(function).__name__})"
            )
        if arguments is not None and not isinstance(arguments, Mapping):
            raise ValueError(
                f"`arguments` must be a dictionary. Received: arguments={shown(arguments)}"
            )
        self.mask = mask if mask is None or callable(mask) else as_mask(mask)
        self._makes_mask = mask is not None
        self.function = function
        self.arguments = dict(arguments or {})
        self._output_shape = output_shape
        if output_shape is not None and not callable(output_shape):
            self._output_shape = check_row_shape("output_shape", output_shape)
        self._expects_training = "training" in _names_of(function)
        super().__init__(**kwargs)

    @property
    def _hands_mask_on(self) -> bool:
        """As `compute_mask` says, whatever `supports_masking` is."""
        return False

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the output, as `mask` says.

        Args:
            inputs: The input.
            mask: Its mask; None: it has none.
        """
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def _find_output_row(self, row: tuple[int, ...]) -> tuple[int, ...]:
        if self._output_shape is None:
            return super()._find_output_row(row)
        if not callable(self._output_shape):
            return self._output_shape
        return check_row_shape("output_shape", tuple(self._output_shape((None, *row)))[1:])

    def _formula(self, x: Any, training: bool, mask: Any = None) -> Any:
        options = {"training": training} if self._expects_training else {}
        return self.function(x, **self.arguments, **options)

    def _own_config(self) -> dict[str, Any]:
        config = {"function": _serialized(self.function), "arguments": self.arguments}
        if self._output_shape is not None:
            config["output_shape"] = _serialized(self._output_shape)
        if self.mask is not None:
            config["mask"] = _serialized(self.mask)
        return config


def _serialized(thing: Any) -> Any:
    """A function, or what stands in its place, with a lambda as Keras has it in these layers."""
    from cornu.saving.serialization import serialize_keras_object

    config = serialize_keras_object(thing)
    if not callable(thing) or config["class_name"] != "__lambda__":
        return config
    code, defaults, closure = config["config"]["value"]
    # Keras makes a tuple of defaults only in a whole list, and a function takes no other.
    value = code if defaults is None else (code, defaults, closure)
    return {**config, "config": {"code": value, "defaults": defaults, "closure": closure}}


def _names_of(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # built in, with no signature to be read
        return ()
