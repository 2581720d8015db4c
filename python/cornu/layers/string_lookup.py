"""Strings as their places in a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.layers.data_layer import as_texts
from cornu.layers.index_lookup import IndexLookup


class StringLookup(IndexLookup):
    """A layer that makes of strings their places in a vocabulary, or the other way round.

    The vocabulary is given, or learned by `adapt`. The layer stands before all layers that compute,
    or alone.

    Args:
        max_tokens: The most places that there may be; None: any number.
        num_oov_indices: How many places there are for unknown strings; several are chosen among by
            a hash. 0: an unknown one is an error.
        mask_token: A string that has place 0, or counts nowhere in the other modes; None: none.
        oov_token: What stands for unknown strings where `invert` gives strings.
        vocabulary: A list of strings, or the path of a file with one a line; None: `adapt`.
        idf_weights: In the mode `"tf_idf"` a weight for each string of `vocabulary`.
        invert: Whether to make strings of places.
        output_mode: `"int"`: places; `"one_hot"`, `"multi_hot"`, `"count"`: as `CategoryEncoding`
            has them; `"tf_idf"`: counts times weights.
        pad_to_max_tokens: Whether rows have `max_tokens` columns however many places there are.
        sparse: False.
        encoding: How bytes are read as strings.
        name: A name.
        salt: An integer, or two: the key of the hash of unknown strings.
        **kwargs: `input_shape`, and `oov_method`.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> layer = cornu.layers.StringLookup(vocabulary=["a", "b", "c", "d"])
    >>> layer([["a", "c", "d"], ["d", "z", "b"]])
    array([[1, 3, 4],
           [4, 0, 2]])
    >>> inverse = cornu.layers.StringLookup(vocabulary=layer.get_vocabulary(), invert=True)
    >>> inverse([[1, 3, 0]]).tolist()
    [['a', 'c', '[UNK]']]

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/
    """

    _more_keywords = ("oov_method",)

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding = encoding
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
            oov_method=kwargs.pop("oov_method", "floormod"),
            salt=salt,
            name=name,
            options=kwargs,
        )

    def _as_words(self, value: Any, name: str) -> np.ndarray:
        return as_texts(value, name, self.encoding)

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "encoding": self.encoding}
