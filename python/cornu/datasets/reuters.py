"""Reuters: 11,228 newswires of 46 topics, as rows of word ids."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.datasets.origins import Pair, check_test_split, fetch
from cornu.datasets.word_rows import (
    read_word_index,
    read_word_rows,
    shorter,
    shuffled,
    with_few_words,
    with_start,
)
from cornu.utils.old_keywords import takes_old_keywords


@takes_old_keywords
def load_data(
    path: Any = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[Pair, Pair]:
    """Load the newswires, from Keras's folder of data sets or from the network.

    Args:
        path: The file's name in the folder.
        num_words: Ids from here on are replaced by `oov_char`; the lower, the more frequent the
            word. None: none are.
        skip_top: Ids below are replaced too.
        maxlen: Rows of that many ids or more are left out; None: none are.
        test_split: The share of the rows to test with.
        seed: What the order of the rows depends on.
        start_char: The id that begins each row; None: none does.
        oov_char: The id that stands for those that are replaced; None: they are left out.
        index_from: What is added to the file's ids.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists of ids, and topics, 0 to 45.

    Raises:
        OSError: the file can't be fetched.
        ValueError: it has another hash, or `maxlen` leaves no row, or `test_split` is out of range.

    Example:

    >>> from cornu.datasets import reuters
    >>> (x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=1000)  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (8982,)

    Source: https://keras.io/api/datasets/reuters/; D. Lewis, Reuters-21578.
    """
    check_test_split(test_split)
    x, y = shuffled(*read_word_rows(fetch("reuters.npz", path), "x", "y"), seed=seed)
    rows, y = shorter(with_start(x, start_char, index_from), y, maxlen)
    words = with_few_words(rows, num_words, skip_top, oov_char)
    first = int(len(words) * (1 - test_split))
    return (words[:first], np.array(y[:first])), (words[first:], np.array(y[first:]))


def get_word_index(path: Any = "reuters_word_index.json") -> dict[str, int]:
    """Return the dictionary from words to their ids in the file, without `index_from`.

    Args:
        path: The file's name in the folder.

    Example:

    >>> from cornu.datasets import reuters
    >>> reuters.get_word_index()["the"]  # doctest: +SKIP
    1

    Source: https://keras.io/api/datasets/reuters/
    """
    return read_word_index("reuters_word_index.json", path)


def get_label_names() -> tuple[str, ...]:
    """Return the names of the topics, in the order of their numbers.

    Example:

    >>> from cornu.datasets import reuters
    >>> reuters.get_label_names()[3]
    'earn'

    Source: https://keras.io/api/datasets/reuters/
    """
    return tuple(_TOPICS.split())


# As Reuters-21578 names them, in the order of the data set.
_TOPICS = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship
cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin
strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr
gas silver wpi hog lead
"""
