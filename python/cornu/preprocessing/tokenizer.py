"""Keras 2's Tokenizer: words numbered by how often they occur."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from cornu.preprocessing.words import FILTERS, text_to_word_sequence
from cornu.utils.errors import shown
from cornu.utils.number import check_integer
from cornu.utils.old_keywords import takes_old_keywords

_MODES = ("binary", "count", "freq", "tfidf")


class Tokenizer:
    """Numbers for words: 1 for the most frequent one of the texts that it has seen, and so on.

    Args:
        num_words: Only numbers below this one are given; None: all.
        filters: Characters that part words.
        lower: Whether to make all letters small.
        split: What parts words.
        char_level: Whether each character is a word.
        oov_token: A word that stands for all that have no number, and gets 1; None: they are
            left out.
        analyzer: A function that cuts a text into words; None: as `filters` and `split` say.
        **kwargs: `document_count`, how many texts have been seen; `nb_words`, the older name of
            `num_words`.

    Attributes:
        word_index: The number of each word.
        index_word: The word of each number.
        word_counts: How often each word occurred, in the order in which they came first.
        word_docs: In how many texts each word occurred; `index_docs` has it by number.
        document_count: How many texts there were.

    Raises:
        TypeError: there is no such argument.
        ValueError: `num_words` is not positive.

    Example:

    >>> import cornu
    >>> tokenizer = cornu.preprocessing.text.Tokenizer()
    >>> tokenizer.fit_on_texts(["a rose is", "a rose"])
    >>> tokenizer.word_index
    {'a': 1, 'rose': 2, 'is': 3}
    >>> tokenizer.texts_to_sequences(["is a lily a rose"])
    [[3, 1, 1, 2]]
    >>> tokenizer.texts_to_matrix(["a rose"], mode="count")
    array([[0., 1., 1., 0.]])

    Source: Keras 2, `keras.preprocessing.text`
    """

    @takes_old_keywords
    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments passed to Tokenizer: {shown(kwargs)}")
        self.num_words = None if num_words is None else check_integer("num_words", num_words)
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, besides those seen before, and number them anew.

        Args:
            texts: Texts, or lists of words.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer(oov_token="?")
        >>> tokenizer.fit_on_texts([["b", "a"], ["b"]])
        >>> tokenizer.word_index
        {'?': 1, 'b': 2, 'a': 3}

        Source: Keras 2, `keras.preprocessing.text`
        """
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] = self.word_docs.get(word, 0) + 1
        # Sorting is stable: of words that occur as often, the first one has the lower number.
        ordered = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        if self.oov_token is not None:
            ordered.insert(0, self.oov_token)
        self.word_index = {word: index for index, word in enumerate(ordered, 1)}
        self.index_word = {index: word for word, index in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Any) -> None:
        """Count in how many sequences each number occurs, which `tfidf` needs.

        Args:
            sequences: Lists of numbers.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer(num_words=3)
        >>> tokenizer.fit_on_sequences([[1, 2, 1], [1]])
        >>> dict(tokenizer.index_docs)
        {1: 2, 2: 1}

        Source: Keras 2, `keras.preprocessing.text`
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for index in sorted(set(sequence)):
                self.index_docs[index] = self.index_docs.get(index, 0) + 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Return the numbers of the words of each text.

        Args:
            texts: Texts, or lists of words.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer(char_level=True)
        >>> tokenizer.fit_on_texts("aab")
        >>> tokenizer.texts_to_sequences(["ba", "c"])
        [[2, 1], []]

        Source: Keras 2, `keras.preprocessing.text`
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """The same, one text after the other.

        Args:
            texts: Texts, or lists of words.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer()
        >>> tokenizer.fit_on_texts(["a b"])
        >>> next(tokenizer.texts_to_sequences_generator(["b b"]))
        [2, 2]

        Source: Keras 2, `keras.preprocessing.text`
        """
        unknown = self.word_index.get(self.oov_token)  # type: ignore[arg-type]
        for text in texts:
            found = [self.word_index.get(word) for word in self._words(text)]
            numbers = [index if self._is_given(index) else unknown for index in found]
            yield [index for index in numbers if index is not None]

    def sequences_to_texts(self, sequences: Iterable[Any]) -> list[str]:
        """Return texts of the words that the numbers stand for, with spaces between them.

        Args:
            sequences: Lists of numbers.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer()
        >>> tokenizer.fit_on_texts(["a rose"])
        >>> tokenizer.sequences_to_texts([[2, 1], [3]])
        ['rose a', '']

        Source: Keras 2, `keras.preprocessing.text`
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Any]) -> Iterator[str]:
        """The same, one sequence after the other.

        Args:
            sequences: Lists of numbers.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer(oov_token="?")
        >>> tokenizer.fit_on_texts(["a"])
        >>> next(tokenizer.sequences_to_texts_generator([[2, 7]]))
        'a ?'

        Source: Keras 2, `keras.preprocessing.text`
        """
        unknown = self.oov_token if self.oov_token in self.word_index else None
        for sequence in sequences:
            words = [
                self.index_word.get(index, unknown) if self._is_given(index) else unknown
                for index in sequence
            ]
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """Return a row of numbers for each text: `sequences_to_matrix` of its numbers.

        Args:
            texts: Texts, or lists of words.
            mode: As in `sequences_to_matrix`.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer(num_words=3)
        >>> tokenizer.fit_on_texts(["a rose is a rose"])
        >>> tokenizer.texts_to_matrix(["a rose is a rose", "is"])
        array([[0., 1., 1.],
               [0., 0., 0.]])

        Source: Keras 2, `keras.preprocessing.text`
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """Return a row for each sequence, with a column for each number.

        Args:
            sequences: Lists of numbers.
            mode: `"binary"`: 1 where it occurs; `"count"`: how often; `"freq"`: that over the
                sequence's length; `"tfidf"`: (1 + ln count) ln(1 + texts / (1 + texts with it)).

        Returns:
            A float64 array, (sequences, num_words).

        Raises:
            ValueError: there is no such mode; how many numbers there are is not known; or
                `"tfidf"` is asked for before any text was seen.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer(num_words=4)
        >>> tokenizer.sequences_to_matrix([[1, 3, 3, 9]], mode="freq")
        array([[0.  , 0.25, 0.  , 0.5 ]])

        Source: Keras 2, `keras.preprocessing.text`
        """
        if not isinstance(mode, str) or mode not in _MODES:
            raise ValueError(f"`mode` must be one of {_MODES}. Received: mode={shown(mode)}")
        if not self.num_words and not self.word_index:
            raise ValueError(
                "`num_words` must be given, or some text seen before by `fit_on_texts`. "
                "Received: num_words=None"
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("mode='tfidf' needs texts, which `fit_on_texts` has seen before.")
        columns = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in zip(matrix, sequences, strict=True):
            for index, count in Counter(sequence).items():
                if index < columns:
                    row[index] = self._weight(mode, index, count, len(sequence))
        return matrix

    def get_config(self) -> dict[str, Any]:
        """Return the settings and what was counted, dictionaries as JSON.

        Example:

        >>> import cornu
        >>> tokenizer = cornu.preprocessing.text.Tokenizer()
        >>> tokenizer.fit_on_texts(["a a"])
        >>> tokenizer.get_config()["word_counts"]
        '{"a": 2}'

        Source: Keras 2, `keras.preprocessing.text`
        """
        settings = ("num_words", "filters", "lower", "split", "char_level", "oov_token")
        counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        return {
            **{name: getattr(self, name) for name in (*settings, "document_count")},
            **{name: json.dumps(getattr(self, name)) for name in counted},
        }

    def to_json(self, **kwargs: Any) -> str:
        """Return it as text for `tokenizer_from_json`; an `analyzer` is not in it.

        Args:
            **kwargs: What `json.dumps` takes.

        Example:

        >>> import cornu
        >>> text = cornu.preprocessing.text
        >>> text.tokenizer_from_json(text.Tokenizer(num_words=7).to_json()).num_words
        7

        Source: Keras 2, `keras.preprocessing.text`
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )

    def _words(self, text: Any) -> Any:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _is_given(self, index: int | None) -> bool:
        return index is not None and (not self.num_words or index < self.num_words)

    def _weight(self, mode: str, index: int, count: int, length: int) -> float:
        if mode == "tfidf":
            texts = self.document_count / (1 + self.index_docs.get(index, 0))
            return float((1 + np.log(count)) * np.log(1 + texts))
        return {"binary": 1.0, "count": float(count), "freq": count / length}[mode]


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Make a Tokenizer of what `to_json` returned, here or in Keras.

    Args:
        json_string: The text.

    Raises:
        ValueError: it is something else.

    Example:

    >>> import cornu
    >>> tokenizer = cornu.preprocessing.text.Tokenizer()
    >>> tokenizer.fit_on_texts(["a rose"])
    >>> again = cornu.preprocessing.text.tokenizer_from_json(tokenizer.to_json())
    >>> again.word_index
    {'a': 1, 'rose': 2}

    Source: Keras 2, `keras.preprocessing.text`
    """
    try:
        config = json.loads(json_string)["config"]
        counted = {
            name: json.loads(config.pop(name))
            for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        }
        tokenizer = Tokenizer(**config)
        if not all(isinstance(value, Mapping) for value in counted.values()):
            raise TypeError("what was counted must be dictionaries")
        # JSON's keys are texts.
        for name in ("index_docs", "index_word"):
            counted[name] = {int(index): value for index, value in counted[name].items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"`json_string` must be what Tokenizer.to_json returned: {type(error).__name__}: "
            f"{error}. Received: {shown(json_string)}"
        ) from None
    vars(tokenizer).update(counted)
    tokenizer.word_counts = OrderedDict(counted["word_counts"])
    return tokenizer
