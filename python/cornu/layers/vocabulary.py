"""What a vocabulary is learned from: how often each word occurs, and in how many rows."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any


class TokenCounts:
    """Counts of words or integers.

    Example:

    >>> from cornu.layers.vocabulary import TokenCounts
    >>> counts = TokenCounts()
    >>> counts.add([["a", "b"], ["b", "c"]])
    >>> counts.most_common(2, without=(None,))
    ['b', 'c']
    >>> [round(weight, 3) for weight in counts.idf_weights(["b", "c"])]
    [0.511, 0.693]
    """

    def __init__(self) -> None:
        self._counts: Counter[Any] = Counter()
        self._rows_with: Counter[Any] = Counter()
        self._row_count = 0

    def add(self, rows: Any) -> None:
        """Count the words of further rows.

        Args:
            rows: A list of lists of words.
        """
        for row in rows:
            self._counts.update(row)
            self._rows_with.update(set(row))
        self._row_count += len(rows)

    def most_common(self, count: int | None, without: tuple[Any, ...]) -> list[Any]:
        """Return the words, the most frequent first, of equal ones the last by their order.

        Args:
            count: How many; None: all.
            without: Words that are left out.
        """
        words = [word for word in self._counts if word not in without]
        words.sort(key=lambda word: (self._counts[word], word), reverse=True)
        return words[:count]

    def idf_weights(self, words: list[Any]) -> list[float]:
        """Return log(1 + rows / (1 + rows with the word)) for each."""
        rows = self._row_count
        return [math.log(1 + rows / (1 + self._rows_with[word])) for word in words]
