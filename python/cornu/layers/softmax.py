"""The softmax as a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core
from cornu.activations.rowwise import softmax
from cornu.custom.derivatives import is_traced
from cornu.keras_tensor import KerasTensor
from cornu.layers.arguments import check_row_axes, check_training
from cornu.layers.layer import Layer
from cornu.layers.masks import as_mask
from cornu.layers.user_arrays import as_rows
from cornu.utils.kept_masks import keep_mask

# What a masked number is taken to be: its exponential is 0 beside that of any other.
_MASKED = -1e9


class Softmax(Layer):
    """A layer that turns numbers into probabilities: `exp(x[i]) / sum(exp(x))`.

    Args:
        axis: The axis to sum along, or a tuple of axes that are taken as one. In a model the batch,
            axis 0, can't be one of them; where the layer is called on an array it can.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `axis` is no such axis.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> softmax = cornu.layers.Softmax()
    >>> x = np.zeros((1, 4))
    >>> softmax(x)
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    >>> softmax(x, mask=np.array([[True, False, True, False]]))
    array([[0.5, 0. , 0.5, 0. ]], dtype=float32)

    Source: https://keras.io/api/layers/activation_layers/softmax/
    """

    _supports_masking = True
    _options = ("axis",)

    def __init__(self, axis: int | tuple[int, ...] = -1, **kwargs: Any) -> None:
        self.axis = axis
        self._axes = check_row_axes("axis", axis, with_batch=True)
        super().__init__(**kwargs)

    @property
    def _activation_in_core(self) -> Any:
        return ("softmax", ()) if self._axes == (-1,) else None

    def _formula(self, x: Any, training: bool, mask: Any = None) -> Any:
        # Along the batch the core has none.
        if any(axis in (0, -x.ndim) for axis in self._axes):
            return softmax(x, self._axes)
        return super()._formula(x, training)

    def _make_core(self) -> _core.Layer:
        if self._axes == (-1,):
            return _core.activation(self.name, self.dtype, ("softmax", ()))
        return _core.activation_along(self.name, self.dtype, ("softmax", ()), self._axes)

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layer to an array.

        Args:
            inputs: Rows that the layer can take, of any real dtype and layout.
            training: Makes no difference.
            mask: True, or more than 0.5, where a number counts; the others get the probability 0.
                It has the shape of `inputs`, or one that is broadcast to it. None: all count.

        Returns:
            A new array of the layer's float type.

        Raises:
            TypeError: `inputs` is no array.
            ValueError: the layer can't take `inputs`, or the mask doesn't fit.
        """
        if mask is None:
            return self._probabilities(inputs, training)
        x = as_rows(inputs, "inputs")
        given = kept = as_mask(mask)
        if kept.dtype != np.bool_:
            kept = kept > 0.5
        try:
            kept = np.broadcast_to(kept, x.shape)
        except ValueError:
            rule = (
                "must not have more dimensions than `inputs`"
                if kept.ndim > x.ndim
                else "must have the shape of `inputs`, or one broadcastable to it"
            )
            raise ValueError(
                f"`mask` {rule}. Received: inputs.shape={x.shape}, mask.shape={kept.shape}"
            ) from None
        result = self._probabilities(np.where(kept, x.astype(self.dtype), _MASKED), training)
        result[~kept] = 0
        keep_mask(result, given)
        return result

    def _probabilities(self, inputs: Any, training: bool | None) -> Any:
        """The layer's output without a mask; along the batch the core has none."""
        if isinstance(inputs, KerasTensor) or is_traced(inputs):
            return super().__call__(inputs, training)
        x = as_rows(inputs, "inputs")
        if any(axis in (0, -x.ndim) for axis in self._axes):
            check_training(training)
            return softmax(x.astype(self.dtype, copy=False), self._axes)
        return super().__call__(x, training)
