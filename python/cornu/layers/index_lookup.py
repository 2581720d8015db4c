"""What StringLookup and IntegerLookup share: a vocabulary, and the places of words in it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from cornu.config import floatx
from cornu.layers.adapt_data import adapt_batches
from cornu.layers.arguments import refuse_unsupported
from cornu.layers.data_layer import (
    MODES,
    DataLayer,
    as_integers,
    check_mode,
    encode_categories,
    encoded_shape,
)
from cornu.layers.hashing import check_salt, hash_bins
from cornu.layers.vocabulary import TokenCounts
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.utils.memory_limit import take_weights
from cornu.utils.number import check_integer

Vocabulary = list[Any]


_WORDS = ("vocabulary", "idf_weights")


class IndexLookup(DataLayer):
    """A layer with a vocabulary: 0 for a mask, then what is unknown, then the words in order."""

    _options = (
        "max_tokens",
        "num_oov_indices",
        "mask_token",
        "oov_token",
        "invert",
        "output_mode",
        "sparse",
        "pad_to_max_tokens",
        "oov_method",
        "salt",
    )

    # What Keras's configurations have besides, which says nothing.
    _more_keywords: tuple[str, ...] = ("vocabulary_size", "has_input_vocabulary")

    def _set_up(
        self,
        *,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        pad_to_max_tokens: bool,
        sparse: bool,
        oov_method: str,
        salt: Any,
        name: str | None,
        options: dict[str, Any],
    ) -> None:
        """Check the arguments, and make the layer."""
        refuse_unsupported({"sparse": sparse}, default=False)
        for ignored in (*IndexLookup._more_keywords, "trainable", "dtype"):
            options.pop(ignored, None)
        self.max_tokens = None
        if max_tokens is not None:
            self.max_tokens = check_integer("max_tokens", max_tokens, least=2)
        self.num_oov_indices = check_integer("num_oov_indices", num_oov_indices, least=0)
        # Each has a word in the vocabulary.
        take_weights(8 * self.num_oov_indices)
        self.mask_token, self.oov_token = mask_token, oov_token
        self.invert = check_flag("invert", invert)
        self.output_mode = check_mode(output_mode, (*MODES, "tf_idf"))
        self.sparse = False
        self.pad_to_max_tokens = check_flag("pad_to_max_tokens", pad_to_max_tokens)
        if self.pad_to_max_tokens and max_tokens is None:
            raise ValueError(
                "`max_tokens` must be given where pad_to_max_tokens=True. Received: max_tokens=None"
            )
        if oov_method not in ("floormod", "farmhash"):
            raise ValueError(
                "`oov_method` must be 'floormod' or 'farmhash'. "
                f"Received: oov_method={shown(oov_method)}"
            )
        self.oov_method, self.salt = oov_method, check_salt(salt)
        if self.invert and self.output_mode != "int":
            raise ValueError(
                "`output_mode` must be 'int' where invert=True. "
                f"Received: output_mode={self.output_mode!r}"
            )
        super().__init__(name=name, **options)
        self._words: Vocabulary = []
        self._weights_of_words: np.ndarray | None = None
        self._table: dict[Any, int] = {}
        self._is_given = vocabulary is not None
        self._is_from_file = False
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        elif idf_weights is not None:
            raise ValueError("`idf_weights` must be None where no `vocabulary` is given.")

    # ---- What subclasses say

    def _as_words(self, value: Any, name: str) -> np.ndarray:
        """An array of words, of one kind."""
        raise NotImplementedError

    def _hash_unknown(self, words: np.ndarray) -> np.ndarray:
        """Which of the places for unknown words each takes."""
        return hash_bins(words, self.num_oov_indices, self.salt)

    # ---- The vocabulary

    @property
    def _mask_count(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    @property
    def _special(self) -> Vocabulary:
        return [self.mask_token] * self._mask_count + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> Vocabulary:
        """Return the words in the order of their places.

        Args:
            include_special_tokens: Whether those for the mask and for unknown words come first.

        Example:

        >>> import cornu
        >>> cornu.layers.StringLookup(vocabulary=["a", "b"]).get_vocabulary()
        ['[UNK]', 'a', 'b']

        Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/
        """
        return [*(self._special if include_special_tokens else []), *self._words]

    def vocabulary_size(self) -> int:
        """Return how many places there are, those for the mask and for unknown words among them.

        Example:

        >>> import cornu
        >>> cornu.layers.IntegerLookup(vocabulary=[12, 36]).vocabulary_size()
        3

        Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/
        """
        return len(self._special) + len(self._words)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take these words.

        Args:
            vocabulary: The words, perhaps after those for the mask and for unknown ones; or the
                path of a file with one a line.
            idf_weights: A number for each, in the mode `"tf_idf"`; else None.

        Raises:
            ValueError: there are none, one stands twice, or they are more than `max_tokens`.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.StringLookup()
        >>> layer.set_vocabulary(["a", "b"])
        >>> layer([["b", "z"]])
        array([[2, 0]])

        Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/
        """
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            raise ValueError(
                "`idf_weights` must be given in the mode 'tf_idf', and only there. Received: "
                f"output_mode={self.output_mode!r}, idf_weights={shown(idf_weights)}"
            )
        is_file = isinstance(vocabulary, str)
        if is_file:
            from cornu.saving.safe_mode import is_of_file

            # It would be any file that the user may read, and no file of a model's has a path.
            if is_of_file():
                raise ValueError(
                    "`vocabulary` must be a list in a configuration, not the path of a file. "
                    f"Received: vocabulary={shown(vocabulary)}. Pass safe_mode=False if you trust "
                    "where the configuration comes from."
                )
            with open(vocabulary, encoding="utf-8") as file:
                vocabulary = [line.rstrip("\n") for line in file]
        words = self._as_words(vocabulary, "vocabulary").tolist()
        special = self._special
        has_special = bool(special) and words[: len(special)] == special
        if has_special:
            words = words[len(special) :]
        self._check_words(words)
        if idf_weights is not None:
            self._weights_of_words = self._padded(idf_weights, has_special, len(words))
        self._take_words(words)
        self._is_from_file = is_file

    def _check_words(self, words: Vocabulary) -> None:
        if not words and not self._special:
            raise ValueError("`vocabulary` must not be empty. Received: no words")
        if len(set(words)) != len(words):
            repeated = [word for word, count in Counter(words).items() if count > 1]
            raise ValueError(
                f"`vocabulary` must have each word once. Received repeatedly: {shown(repeated)}"
            )
        reserved = [self.mask_token, self.oov_token if self.invert else None]
        for token in reserved:
            if token is not None and token in words:
                raise ValueError(
                    f"`vocabulary` must have {token!r}, which stands for the mask or for what is "
                    f"unknown, only at its start, as {self._special}. Received: it at place "
                    f"{words.index(token)}"
                )
        size = len(self._special) + len(words)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                f"`vocabulary` must have at most max_tokens={self.max_tokens} words, with those "
                f"for the mask and unknown ones. Received: {size}"
            )

    def _padded(self, idf_weights: Any, has_special: bool, count: int) -> np.ndarray:
        """A weight for each place; unknown words have the mean."""
        given = np.asarray(idf_weights, "float64")
        expected = count + (len(self._special) if has_special else 0)
        if given.shape != (expected,):
            raise ValueError(
                "`idf_weights` must have one number for each word of `vocabulary`, "
                f"{expected}. Received: shape {given.shape}"
            )
        front = 0 if has_special else len(self._special)
        return self._with_padding(np.concatenate([np.full(front, given.mean()), given]))

    def _with_padding(self, weights: np.ndarray) -> np.ndarray:
        more = (self.max_tokens or 0) - len(weights) if self.pad_to_max_tokens else 0
        take_weights(8 * max(0, more))
        return np.pad(weights, (0, max(0, more))).astype(floatx())

    def _take_words(self, words: Vocabulary) -> None:
        start = len(self._special)
        self._words = words
        self._table = {word: start + place for place, word in enumerate(words)}

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary: the words of data, the most frequent first.

        Args:
            data: An array, a series or lists of words; or what gives batches of such.
            batch_size: Rows that count as a step of an array; None: 32.
            steps: Batches to take, the first ones; None: all.

        Raises:
            TypeError: the data are no such thing.
            ValueError: they are of another kind; or the vocabulary was given.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.StringLookup()
        >>> layer.adapt([["a", "b"], ["b", "c"]])
        >>> layer.get_vocabulary()
        ['[UNK]', 'b', 'c', 'a']

        Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/
        """
        if self._is_given:
            raise ValueError(
                "`adapt` is for a layer that was made without a `vocabulary`. "
                f"Received: {self!r} with {len(self._words)} words"
            )
        counts = TokenCounts()
        from cornu.models.batches import comes_in_batches

        in_batches = comes_in_batches(data)
        for part in adapt_batches(data, batch_size, steps, self._as_words):
            # Single words: of an array each is a row, of a batch all are one.
            rows = part.reshape(1, -1) if in_batches and part.ndim == 1 else part
            counts.add(rows.reshape(len(rows), -1).tolist())
        room = None if self.max_tokens is None else self.max_tokens - len(self._special)
        words = counts.most_common(room, without=(self.mask_token, self.oov_token))
        if self.output_mode == "tf_idf" and words:
            found = counts.idf_weights(words)
            self._weights_of_words = self._padded(found, False, len(words))
        self._take_words(words)

    def reset_state(self) -> None:
        """Forget a vocabulary that `adapt` learned.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.StringLookup()
        >>> layer.adapt(["a"])
        >>> layer.reset_state()
        >>> layer.get_vocabulary()
        ['[UNK]']

        Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/
        """
        if not self._is_given:
            self._take_words([])

    @property
    def input_vocabulary(self) -> Vocabulary | None:
        """The words, as a configuration has them; None: there are none."""
        return list(self._words) or None

    # ---- Calling

    def _take(self, value: Any, name: str) -> np.ndarray:
        return as_integers(value, name) if self.invert else self._as_words(value, name)

    @property
    def _depth(self) -> int:
        if self.pad_to_max_tokens:
            assert self.max_tokens is not None
            return self.max_tokens
        return self.vocabulary_size()

    def _transform(self, array: np.ndarray) -> np.ndarray:
        if self.invert:
            return self._words_at(array)
        ids = self._places(array)
        if self.output_mode == "int":
            return ids
        if not self._words:
            raise ValueError(
                f'Layer "{self.name}" has no vocabulary yet: give it one, or call `adapt(data)` '
                "first."
            )
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        found = encode_categories(ids, mode, self._depth, "int64")
        if self.output_mode != "tf_idf":
            return found
        return found.astype(floatx()) * self._weights_of_words

    def _places(self, words: np.ndarray) -> np.ndarray:
        """The place of each word; one that the mask hides has none but in the mode "int"."""
        table, flat = self._table, words.reshape(-1).tolist()
        ids = np.array([table.get(word, -1) for word in flat], np.int64).reshape(words.shape)
        unknown = ids == -1
        if self.mask_token is not None:
            masked = words == self.mask_token
            ids = np.where(masked, 0 if self.output_mode == "int" else -2, ids)
            unknown &= ~masked
        if not unknown.any():
            return ids
        if self.num_oov_indices == 0:
            raise ValueError(
                "With num_oov_indices=0 all words must be in the vocabulary. Received: "
                f"{shown(np.unique(words[unknown]).tolist())}"
            )
        first = self._mask_count
        if self.num_oov_indices == 1:
            return np.where(unknown, first, ids)
        ids = ids.copy()
        ids[unknown] = first + self._hash_unknown(words[unknown])
        return ids

    def _words_at(self, ids: np.ndarray) -> np.ndarray:
        known = dict(enumerate(self._words, len(self._special)))
        if self.mask_token is not None:
            known[0] = self.mask_token
        words = [known.get(i, self.oov_token) for i in ids.reshape(-1).tolist()]
        return np.array(words).reshape(ids.shape)

    def _output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return encoded_shape(shape, mode, self._depth)

    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes a layer like this one of.

        A vocabulary from a file is not among them, as it may be long; the configuration of a model,
        its files and its copies have it all the same.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.IntegerLookup(vocabulary=[3, 5])
        >>> layer.get_config()["vocabulary"]
        [3, 5]

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        config = super().get_config()
        return config if not self._is_from_file else config | dict.fromkeys(_WORDS)

    def _whole_config(self) -> dict[str, Any]:
        """The same, with the vocabulary wherever it came from."""
        return self.get_config() | self._config_of_words()

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), **self._config_of_words()}

    def _config_of_words(self) -> dict[str, Any]:
        weights = self._weights_of_words
        words: Any = self.input_vocabulary
        if words and weights is not None:
            words = self.get_vocabulary()
            weights = weights[: len(words)]
        found = words, None if weights is None or not words else weights.tolist()
        return dict(zip(_WORDS, found, strict=True))
