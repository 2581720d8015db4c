"""Boston housing: prices of 506 districts of 1978, with 13 numbers about each."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.datasets.origins import Pair, fetch, shuffled_split


def load_data(
    path: Any = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Pair, Pair]:
    """Load the Boston housing prices, from Keras's folder of data sets or from the network.

    Among the numbers is one about the share of black people, made to fit a theory: don't use them
    but to learn from this.

    Args:
        path: The file's name in the folder.
        test_split: The share of the rows to test with.
        seed: What the order of the rows depends on.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, float64: rows of 13 numbers, and prices in
        thousands of dollars.

    Raises:
        OSError: the file can't be fetched.
        ValueError: it has another hash, or `test_split` is out of range.

    Example:

    >>> from cornu.datasets import boston_housing
    >>> (x_train, y_train), (x_test, y_test) = boston_housing.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (404, 13)

    Source: https://keras.io/api/datasets/boston_housing/
    """
    with np.load(fetch("boston_housing.npz", path), allow_pickle=False) as archive:
        train, test = shuffled_split(archive["x"], archive["y"], test_split, seed)
    return train, test
