"""Texts as rows of word ids: how such files are read, and what is done to the ids."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import numpy as np

from cornu.datasets.origins import fetch
from cornu.datasets.pickled_arrays import load_arrays

Rows = list[list[int]]


def read_word_rows(path: str, *names: str) -> list[np.ndarray]:
    """Return arrays of a data set's file, of numbers or of lists of such.

    Args:
        path: The file, of NumPy's format npz.
        *names: The arrays' names.

    Raises:
        ValueError: something in the file is no such array.
    """
    return [_read_array(path, name) for name in names]


def _read_array(path: str, name: str) -> np.ndarray:
    format_ = np.lib.format
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as file:
        version = format_.read_magic(file)
        header = format_.read_array_header_1_0 if version[0] == 1 else format_.read_array_header_2_0
        if not header(file)[2].hasobject:
            with np.load(path, allow_pickle=False) as arrays:
                return arrays[name]
        return load_arrays(file)


def shuffled(*arrays: np.ndarray, seed: Any) -> list[np.ndarray]:
    """Return rows in an order that `seed` settles, the same as Keras's: of pairs of arrays, one
    pair after the other."""
    state, result = np.random.RandomState(seed), []
    for x, y in zip(arrays[::2], arrays[1::2], strict=True):
        order = np.arange(len(x))
        state.shuffle(order)
        result += [x[order], y[order]]
    return result


def with_start(rows: Any, start_char: int | None, index_from: int) -> Rows:
    """Return rows with all ids moved up by `index_from`, and behind a first id.

    Example:

    >>> from cornu.datasets.word_rows import with_start
    >>> with_start([[1, 2]], 1, 3), with_start([[1, 2]], None, 0)
    ([[1, 4, 5]], [[1, 2]])
    """
    first = [] if start_char is None else [start_char]
    return [[*first, *(word + index_from for word in row)] for row in rows]


def shorter(rows: Rows, y: np.ndarray, maxlen: int | None) -> tuple[Rows, np.ndarray]:
    """Return the rows of fewer than `maxlen` ids, with their targets; None or 0: all.

    Raises:
        ValueError: there are none.
    """
    if not maxlen:
        return rows, y
    kept = [place for place, row in enumerate(rows) if len(row) < maxlen]
    if not kept:
        raise ValueError(f"`maxlen` must leave a row. Received: maxlen={maxlen}")
    return [rows[place] for place in kept], y[kept]


def with_few_words(
    rows: Rows, num_words: int | None, skip_top: int, oov_char: int | None
) -> np.ndarray:
    """Return rows of objects, lists of the ids from `skip_top` to `num_words`; for others stands
    `oov_char`, or nothing where that is None.

    Example:

    >>> from cornu.datasets.word_rows import with_few_words
    >>> with_few_words([[1, 4, 9]], 9, 2, 0).tolist()
    [[0, 4, 0]]
    """
    limit = num_words or max(max(row, default=0) for row in rows)
    result = np.empty(len(rows), object)
    for place, row in enumerate(rows):
        if oov_char is None:
            result[place] = [word for word in row if skip_top <= word < limit]
        else:
            result[place] = [word if skip_top <= word < limit else oov_char for word in row]
    return result


def read_word_index(name: str, path: Any) -> dict[str, int]:
    """Return the dictionary from words to ids in a file of Keras's data sets."""
    with open(fetch(name, path), encoding="utf-8") as file:
        return json.load(file)
