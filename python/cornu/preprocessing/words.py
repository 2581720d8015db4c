"""A text cut into words, and words made numbers by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.number import check_integer

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """Return the words of a text.

    Args:
        input_text: The text.
        filters: Characters that part words, as `split` does.
        lower: Whether to make all letters small.
        split: What parts words.

    Raises:
        TypeError: it is no text.

    Example:

    >>> import cornu
    >>> cornu.preprocessing.text.text_to_word_sequence("One, two: THREE!")
    ['one', 'two', 'three']

    Source: Keras 2, `keras.preprocessing.text`
    """
    if not isinstance(input_text, str):
        raise TypeError(
            f"`input_text` must be a text. Received: {shown(input_text)} "
            f"(of type {type(input_text).__name__})"
        )
    text = input_text.lower() if lower else input_text
    separators: dict[str, str | int | None] = dict.fromkeys(filters, split)
    text = text.translate(str.maketrans(separators))
    return [word for word in text.split(split) if word]


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Any] | None = None,
) -> list[int]:
    """Return a number from 1 to n - 1 for each word of a text: 1 + hash(word) mod (n - 1).

    Args:
        text: The text.
        n: How many numbers there are, 0 included, which no word gets.
        hash_function: A function of a word; `"md5"`, which is the same in every process; None:
            Python's `hash`, which is not.
        filters: As in `text_to_word_sequence`.
        lower: Likewise.
        split: Likewise.
        analyzer: A function that cuts the text into words in place of it.

    Raises:
        ValueError: `n` is less than 2, or there is no such function.

    Example:

    >>> import cornu
    >>> cornu.preprocessing.text.hashing_trick("One two one", 10, "md5")
    [3, 6, 3]

    Source: Keras 2, `keras.preprocessing.text`
    """
    count = check_integer("n", n, least=2) - 1
    if hash_function is None:
        hash_function = hash
    elif isinstance(hash_function, str) and hash_function == "md5":
        hash_function = _md5
    elif not callable(hash_function):
        raise ValueError(
            "`hash_function` must be a function, 'md5' or None. "
            f"Received: hash_function={shown(hash_function)}"
        )
    if analyzer is None:
        words: Any = text_to_word_sequence(text, filters, lower, split)
    else:
        words = analyzer(text)
    return [hash_function(word) % count + 1 for word in words]


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Any] | None = None,
) -> list[int]:
    """Return a number from 1 to n - 1 for each word of a text, by Python's `hash`.

    Despite its name, it gives numbers; and another process gives others, as its `hash` is another
    one, unless the environment variable `PYTHONHASHSEED` is set.

    Args:
        input_text: The text.
        n: As in `hashing_trick`.
        filters: As in `text_to_word_sequence`.
        lower: Likewise.
        split: Likewise.
        analyzer: As in `hashing_trick`.

    Raises:
        ValueError: `n` is less than 2.

    Example:

    >>> import cornu
    >>> numbers = cornu.preprocessing.text.one_hot("One two one", 50)
    >>> numbers[0] == numbers[2], 1 <= min(numbers), max(numbers) < 50
    (True, True, True)

    Source: Keras 2, `keras.preprocessing.text`
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)
