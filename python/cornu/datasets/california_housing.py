"""California housing: prices of 20,640 districts of 1990, with 8 numbers about each."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.datasets.origins import Pair, fetch, shuffled_split
from cornu.utils.errors import shown


def load_data(
    version: str = "large",
    path: Any = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> tuple[Pair, Pair]:
    """Load the California housing prices, from Keras's folder of data sets or from the network.

    Args:
        version: `"large"`, or `"small"` for the first 600 rows.
        path: The file's name in the folder.
        test_split: The share of the rows to test with.
        seed: What the order of the rows depends on.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: rows of 8 numbers, and prices in dollars.

    Raises:
        OSError: the file can't be fetched.
        ValueError: it has another hash, or an argument is out of range.

    Example:

    >>> from cornu.datasets import california_housing
    >>> (x_train, y_train), (x_test, y_test) = california_housing.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (16512, 8)

    Source: https://keras.io/api/datasets/california_housing/
    """
    if version not in ("large", "small"):
        raise ValueError(
            f"`version` must be 'large' or 'small'. Received: version={shown(version)}"
        )
    with np.load(fetch("california_housing.npz", path), allow_pickle=False) as archive:
        x, y = archive["x"], archive["y"]
    count = 600 if version == "small" else len(x)
    train, test = shuffled_split(x[:count], y[:count], test_split, seed)
    return train, test
