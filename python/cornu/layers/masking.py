"""Places of a sequence that don't count."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core
from cornu.layers.layer import Layer
from cornu.layers.user_arrays import as_rows
from cornu.utils.errors import shown


class Masking(Layer):
    """A layer that masks steps whose features all are one value, such as those of padding.

    A masked step becomes 0. What follows hands the mask on, as `supports_masking` says: the loss
    and the metrics then leave masked steps out, and so does BatchNormalization for its statistics.
    A layer that does not hand it on says so in a warning.

    Args:
        mask_value: The value, a number.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: `mask_value` is no number.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Masking(mask_value=-1.0)
    >>> x = np.array([[[1.0, 2.0], [-1.0, -1.0], [3.0, -1.0]]])
    >>> layer(x)
    array([[[ 1.,  2.],
            [ 0.,  0.],
            [ 3., -1.]]], dtype=float32)
    >>> layer.compute_mask(x)
    array([[ True, False,  True]])

    Source: https://keras.io/api/layers/core_layers/masking/
    """

    _supports_masking = True
    _makes_mask = True
    _is_replaceable = False
    _options = ("mask_value",)

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        number = np.asarray(mask_value)
        if number.size != 1 or number.dtype.kind not in "biuf":
            raise ValueError(
                f"`mask_value` must be a number. Received: mask_value={shown(mask_value)}"
            )
        self.mask_value = mask_value if isinstance(mask_value, int | float) else number.item()
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.masking(self.name, self.dtype, float(self.mask_value))

    def compute_mask(self, inputs: Any, mask: Any = None) -> np.ndarray:
        """Return which steps count: those with a feature that is not `mask_value`.

        Args:
            inputs: Rows that the layer can take.
            mask: A mask of the input; of no account, as this layer makes its own.
        """
        x = as_rows(inputs, "inputs").astype(self.dtype, copy=False)
        return np.any(x != x.dtype.type(self.mask_value), axis=-1)
