"""Strings and integers in bins, by a hash."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import _core
from cornu.config import floatx
from cornu.layers.arguments import refuse_unsupported
from cornu.layers.data_layer import (
    DataLayer,
    _as_array,
    as_integers,
    as_texts,
    check_mode,
    encode_categories,
    encoded_shape,
)
from cornu.utils.errors import shown
from cornu.utils.number import as_integer, check_integer


class Hashing(DataLayer):
    """A layer that puts strings and integers into bins by a hash: the same ones as Keras.

    Integers are hashed as they are written. It stands before all layers that compute, or alone.

    Args:
        num_bins: How many bins there are, with that of `mask_value`.
        mask_value: A value that goes into bin 0, and no other does; None: none.
        salt: An integer, or two: the key of SipHash, which is used then; None: FarmHash.
        output_mode: `"int"`: the bin's number; `"one_hot"`, `"multi_hot"` or `"count"`, as
            `CategoryEncoding` has them.
        sparse: False.
        **kwargs: What `Layer` takes: `name`, `input_shape`, and `dtype`; None: int64 for
            `"int"`, else `floatx()`.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> cornu.layers.Hashing(3)([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
    [[1], [0], [1], [1], [2]]
    >>> cornu.layers.Hashing(3, salt=133)([["A"], ["B"], ["C"]]).tolist()
    [[0], [0], [2]]

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/hashing/; the hashes:
    https://github.com/google/farmhash and Aumasson and Bernstein, 2012.
    """

    _options = ("num_bins", "mask_value", "salt", "output_mode", "sparse")

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        refuse_unsupported({"sparse": sparse}, default=False)
        self.num_bins = check_integer("num_bins", num_bins)
        self.mask_value = mask_value
        self.salt = check_salt(salt)
        self.output_mode = check_mode(output_mode)
        self.sparse = False
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if self.output_mode == "int" else floatx()
        if self.output_mode == "int" and str(kwargs["dtype"]) not in ("int32", "int64"):
            raise ValueError(
                "`dtype` must be 'int32' or 'int64' where output_mode='int'. "
                f"Received: dtype={shown(kwargs['dtype'])}"
            )
        super().__init__(**kwargs)

    def _take(self, value: Any, name: str) -> np.ndarray:
        array = _as_array(value, name)
        if array.dtype.kind in "biuf":
            return as_integers(np.trunc(array) if array.dtype.kind == "f" else array, name)
        return as_texts(array, name)

    def _transform(self, array: np.ndarray) -> np.ndarray:
        bins = self.num_bins
        masked = None
        if self.mask_value is not None and bins > 1:
            bins -= 1
            masked = array == self.mask_value
        ids = hash_bins(array, bins, self.salt)
        if masked is not None:
            ids = np.where(masked, 0, ids + 1)
        return encode_categories(ids, self.output_mode, self.num_bins, self.dtype)

    def _output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return encoded_shape(shape, self.output_mode, self.num_bins)


def hash_bins(values: np.ndarray, bins: int, salt: list[int] | None) -> np.ndarray:
    """Return the bin of each value, as int64.

    Args:
        values: Objects that are str, or int64.
        bins: How many there are.
        salt: The key of SipHash; None: FarmHash.
    """
    texts = values.reshape(-1).tolist()
    if values.dtype.kind != "O":
        texts = list(map(str, texts))
    return _core.hash_buckets(texts, bins, tuple(salt or ())).reshape(values.shape)


def check_salt(salt: Any) -> list[int] | None:
    """Return a salt as the two numbers of the key.

    Raises:
        ValueError: it is neither an integer nor two of them.
    """
    if salt is None:
        return None
    given = list(salt) if isinstance(salt, tuple | list) else [salt, salt]
    key = [number for number in map(as_integer, given) if number is not None]
    if len(given) != 2 or len(key) != 2:
        raise ValueError(f"`salt` must be an integer or two. Received: salt={shown(salt)}")
    return key
