"""Integers as their places in a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.layers.data_layer import as_integers
from cornu.layers.index_lookup import IndexLookup
from cornu.utils.errors import shown


class IntegerLookup(IndexLookup):
    """A layer that makes of any integers their places in a vocabulary, or the other way round.

    The vocabulary is given, or learned by `adapt`. The layer stands before all layers that compute,
    or alone.

    Args:
        max_tokens: The most places that there may be; None: any number.
        num_oov_indices: How many places there are for unknown integers; several are chosen among
            as `oov_method` says. 0: an unknown one is an error.
        mask_token: An integer that has place 0, or counts nowhere in the other modes; None: none.
        oov_token: What stands for unknown integers where `invert` gives integers.
        vocabulary: A list of integers, or the path of a file with one a line; None: `adapt`.
        vocabulary_dtype: `"int64"`.
        idf_weights: In the mode `"tf_idf"` a weight for each integer of `vocabulary`.
        invert: Whether to make integers of places.
        output_mode: `"int"`: places; `"one_hot"`, `"multi_hot"`, `"count"`: as `CategoryEncoding`
            has them; `"tf_idf"`: counts times weights.
        sparse: False.
        pad_to_max_tokens: Whether rows have `max_tokens` columns however many places there are.
        oov_method: `"floormod"`: the rest of a division; `"farmhash"`: by a hash.
        salt: An integer, or two: the key of that hash.
        name: A name.
        **kwargs: `input_shape`.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> layer = cornu.layers.IntegerLookup(vocabulary=[12, 36, 1138, 42])
    >>> layer([[12, 1138, 42], [42, 1000, 36]])
    array([[1, 3, 4],
           [4, 0, 2]])

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/integer_lookup/
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if vocabulary_dtype != "int64":
            raise ValueError(
                "`vocabulary_dtype` must be 'int64'. "
                f"Received: vocabulary_dtype={shown(vocabulary_dtype)}"
            )
        self.vocabulary_dtype = vocabulary_dtype
        if salt is not None and oov_method != "farmhash":
            raise ValueError(
                "`salt` must be None but with oov_method='farmhash'. "
                f"Received: salt={shown(salt)}, oov_method={shown(oov_method)}"
            )
        self._set_up(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            oov_method=oov_method,
            salt=salt,
            name=name,
            options=kwargs,
        )

    def _as_words(self, value: Any, name: str) -> np.ndarray:
        if name == "vocabulary" and isinstance(value, list) and value and isinstance(value[0], str):
            value = [int(line) for line in value]
        return as_integers(value, name)

    def _hash_unknown(self, words: np.ndarray) -> np.ndarray:
        if self.oov_method == "farmhash":
            return super()._hash_unknown(words)
        return words % self.num_oov_indices

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "vocabulary_dtype": self.vocabulary_dtype}
