"""Categories as rows of zeros and ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.layers.arguments import refuse_unsupported
from cornu.layers.data_layer import (
    DataLayer,
    as_integers,
    as_numbers,
    check_mode,
    encode_categories,
    encoded_shape,
)
from cornu.utils.errors import shown
from cornu.utils.number import check_integer


class CategoryEncoding(DataLayer):
    """A layer that makes rows of zeros and ones of integers from 0 to `num_tokens`.

    It stands before all layers that compute, or alone.

    Args:
        num_tokens: How many integers there can be.
        output_mode: `"multi_hot"`: a 1 for each that is in the row; `"one_hot"`: a row for each;
            `"count"`: how often each is in the row.
        sparse: False.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Raises:
        ValueError: an argument is none of these; called, an integer is out of range.

    Example:

    >>> import cornu
    >>> cornu.layers.CategoryEncoding(4)([[0, 1], [0, 0]])
    array([[1., 1., 0., 0.],
           [1., 0., 0., 0.]], dtype=float32)
    >>> layer = cornu.layers.CategoryEncoding(4, output_mode="count")
    >>> layer([[0, 1], [0, 0]], count_weights=[[0.5, 2.0], [1.0, 3.0]])
    array([[0.5, 2. , 0. , 0. ],
           [4. , 0. , 0. , 0. ]], dtype=float32)

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/
    """

    _options = ("num_tokens", "output_mode", "sparse")

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        refuse_unsupported({"sparse": sparse}, default=False)
        self.num_tokens = check_integer("num_tokens", num_tokens)
        self.output_mode = check_mode(output_mode, ("count", "one_hot", "multi_hot"))
        self.sparse = False
        super().__init__(**kwargs)

    def __call__(  # type: ignore[override]  # Keras has another argument in second place
        self,
        inputs: Any,
        count_weights: Any = None,
        training: bool | None = None,
        mask: Any = None,
    ) -> np.ndarray:
        """Apply the layer to integers.

        Args:
            inputs: Integers.
            count_weights: What each counts as, in the mode `"count"`; None: 1.
            training: Of no effect.
            mask: None.

        Raises:
            TypeError: it is no array.
            ValueError: it is none of integers, or one is out of range.
        """
        if count_weights is None:
            return super().__call__(inputs, training, mask)
        refuse_unsupported({"mask": mask})
        ids, weights = self._take(inputs, "inputs"), as_numbers(count_weights, "count_weights")
        if self.output_mode != "count" or weights.shape != ids.shape:
            raise ValueError(
                "`count_weights` must be None but in the mode 'count', and there of the shape of "
                f"the inputs, {ids.shape}. Received: count_weights of shape {weights.shape} in the "
                f"mode {self.output_mode!r}"
            )
        return encode_categories(ids, "count", self.num_tokens, self.dtype, weights)

    def _take(self, value: Any, name: str) -> np.ndarray:
        ids = as_integers(value, name)
        wrong = (ids < 0) | (ids >= self.num_tokens)
        if wrong.any():
            raise ValueError(
                f"`{name}` must be integers from 0 to {self.num_tokens - 1}: there are "
                f"num_tokens={self.num_tokens}. Received: {shown(int(ids[wrong][0]))}"
            )
        return ids

    def _transform(self, array: np.ndarray) -> np.ndarray:
        return encode_categories(array, self.output_mode, self.num_tokens, self.dtype)

    def _output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return encoded_shape(shape, self.output_mode, self.num_tokens)
