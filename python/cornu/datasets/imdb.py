"""IMDB: 50,000 reviews of films, good or bad, as rows of word ids."""

from __future__ import annotations

from typing import Any

from cornu.datasets.origins import Pair, fetch
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
    path: Any = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple[Pair, Pair]:
    """Load the reviews, from Keras's folder of data sets or from the network.

    Args:
        path: The file's name in the folder.
        num_words: Ids from here on are replaced by `oov_char`; the lower, the more frequent the
            word. None: none are.
        skip_top: Ids below are replaced too.
        maxlen: Rows of that many ids or more are left out; None: none are.
        seed: What the order of the rows depends on.
        start_char: The id that begins each row; None: none does.
        oov_char: The id that stands for those that are replaced; None: they are left out.
        index_from: What is added to the file's ids.
        **kwargs: The older name of `num_words`, `nb_words`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists of ids, and 0 (bad) or 1 (good).

    Raises:
        OSError: the file can't be fetched.
        ValueError: it has another hash, or `maxlen` leaves no row.
        TypeError: there is no such argument.

    Example:

    >>> from cornu.datasets import imdb
    >>> (x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=10000)  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (25000,)

    Source: https://keras.io/api/datasets/imdb/; Maas et al., 2011.
    """
    if kwargs:
        raise TypeError(f"`load_data` takes no argument {next(iter(kwargs))!r}.")
    file = fetch("imdb.npz", path)
    found = read_word_rows(file, "x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = shuffled(*found, seed=seed)
    parts = []
    for x, y in ((x_train, y_train), (x_test, y_test)):
        parts.append(shorter(with_start(x, start_char, index_from), y, maxlen))
    (first, y_first), (last, y_last) = parts
    # Together, for one limit where none is given.
    words = with_few_words([*first, *last], num_words, skip_top, oov_char)
    return (words[: len(first)], y_first), (words[len(first) :], y_last)


def get_word_index(path: Any = "imdb_word_index.json") -> dict[str, int]:
    """Return the dictionary from words to their ids in the file, without `index_from`.

    Args:
        path: The file's name in the folder.

    Example:

    >>> from cornu.datasets import imdb
    >>> imdb.get_word_index()["the"]  # doctest: +SKIP
    1

    Source: https://keras.io/api/datasets/imdb/
    """
    return read_word_index("imdb_word_index.json", path)
