"""Where Keras's data sets are, and what their files must have as hash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.utils.errors import shown
from cornu.utils.get_file import get_file

FOLDER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
# SHA-256 but where it says otherwise; of those that are not here Keras checks none.
HASHES = {
    "mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    "boston_housing.npz": "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
    "imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    "imdb_word_index.json": "bfafd718b763782e994055a2d397834f",  # MD5
    "reuters.npz": "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    "reuters_word_index.json": "4d44cc38712099c9e383dc6e5f11a921",  # MD5
    "california_housing.npz": "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
}

Pair = tuple[np.ndarray, np.ndarray]


def fetch(name: str, path: Any = None, cache_subdir: str = "datasets") -> str:
    """Return the path of a file of Keras's data sets, which is fetched where it is not there yet.

    Args:
        name: Its name there.
        path: Its name in the user's folder; None: the same.
        cache_subdir: The folder in that folder.
    """
    return get_file(
        name if path is None else path,
        origin=FOLDER + name,
        file_hash=HASHES.get(name),
        cache_subdir=cache_subdir,
    )


def check_test_split(test_split: Any) -> None:
    """Check the share of the rows to test with.

    Raises:
        ValueError: it is out of range.
    """
    if not isinstance(test_split, int | float) or not 0 <= test_split < 1:
        raise ValueError(
            "`test_split` must be a number from 0 to 1 (excluded). "
            f"Received: test_split={shown(test_split)}"
        )


def shuffled_split(x: np.ndarray, y: np.ndarray, test_split: Any, seed: Any) -> Iterator[Pair]:
    """Give the rows to train with, then those to test with, in an order that `seed` settles.

    Raises:
        ValueError: `test_split` is out of range.
    """
    check_test_split(test_split)
    order = np.arange(len(x))
    # Keras's own generator, for the same split as there.
    np.random.RandomState(seed).shuffle(order)
    first = int(len(x) * (1 - test_split))
    for rows in (order[:first], order[first:]):
        yield x[rows], y[rows]
