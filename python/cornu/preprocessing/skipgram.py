"""Pairs of words that stand near each other, and of words that don't."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.number import as_float, check_integer


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """Return how likely a word is to be taken, by its rank: frequent ones more seldom.

    min(1, sqrt(f)) with f = `sampling_factor` * (rank * (ln(rank) + 0.577) + 1/2 - 1 / (12 rank)),
    which is the word2vec formula for words whose frequencies follow Zipf's law.

    Args:
        size: How many ranks there are; rank 0 is as rank 1.
        sampling_factor: The factor.

    Returns:
        A float64 array, (size,).

    Raises:
        ValueError: `size` isn't positive.

    Example:

    >>> import cornu
    >>> cornu.preprocessing.sequence.make_sampling_table(3).round(5)
    array([0.00315, 0.00315, 0.00548])

    Source: Keras 2, `keras.preprocessing.sequence`
    """
    rank = np.arange(check_integer("size", size), dtype=float)
    rank[0] = 1
    scaled = sampling_factor * (rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank))
    return np.minimum(1.0, scaled / np.sqrt(scaled))


def skipgrams(
    sequence: Any,
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Return pairs of words of a sequence that stand near each other, and random pairs.

    Python's `random` draws; `random.seed` before makes it the same again.

    Args:
        sequence: A list of word ids; 0 is no word.
        vocabulary_size: The largest id plus one.
        window_size: How far from each other words of a pair stand at most.
        negative_samples: How many random pairs for each of the others; 0: none.
        shuffle: Whether to put the pairs in another order.
        categorical: Whether a label is `[0, 1]` or `[1, 0]` in place of 1 or 0.
        sampling_table: How likely each id is to be taken as the first of pairs; None: always.
        seed: What the order depends on; None: on what is drawn.

    Returns:
        A list of pairs, and one of labels: 1 for a pair of the sequence, 0 for a random one.

    Raises:
        ValueError: an argument is out of range.

    Example:

    >>> import cornu
    >>> cornu.preprocessing.sequence.skipgrams([1, 2], 3, negative_samples=0, shuffle=False)
    ([[1, 2], [2, 1]], [1, 1])

    Source: Keras 2, `keras.preprocessing.sequence`; Mikolov et al., arXiv:1301.3781
    """
    size = check_integer("vocabulary_size", vocabulary_size)
    reach = check_integer("window_size", window_size, least=0)
    if not as_float(negative_samples) >= 0:
        raise ValueError(
            "`negative_samples` must be a number of at least 0. "
            f"Received: negative_samples={shown(negative_samples)}"
        )
    words = list(sequence)
    couples = []
    for at, word in enumerate(words):
        if not word:
            continue
        if sampling_table is not None and sampling_table[word] < random.random():
            continue
        near = (*range(max(0, at - reach), at), *range(at + 1, min(len(words), at + reach + 1)))
        couples += [[word, words[other]] for other in near if words[other]]
    near_label, far_label = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [near_label for _ in couples]
    if negative_samples > 0:
        firsts = [word for word, _ in couples]
        count = int(len(firsts) * negative_samples)
        if count and size < 2:
            raise ValueError(
                "`vocabulary_size` must be at least 2 for random pairs: 0 is no word. "
                f"Received: vocabulary_size={vocabulary_size}"
            )
        random.shuffle(firsts)
        couples += [[firsts[i % len(firsts)], random.randint(1, size - 1)] for i in range(count)]
        labels += [far_label for _ in range(count)]
    if shuffle:
        order = random.randint(0, 10_000_000) if seed is None else seed
        for one in (couples, labels):
            random.seed(order)
            random.shuffle(one)
    return couples, labels
