"""MNIST: 70,000 grey images of handwritten digits, 28 x 28 pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.datasets.origins import Pair, fetch


def load_data(path: Any = "mnist.npz") -> tuple[Pair, Pair]:
    """Load the MNIST digits, from Keras's folder of data sets or from the network.

    Args:
        path: The file's name in the folder.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, all uint8: images of shapes (60000, 28, 28) and
        (10000, 28, 28), from 0 to 255, and digits of shapes (60000,) and (10000,).

    Raises:
        OSError: the file can't be fetched.
        ValueError: it has another hash.

    Example:

    >>> from cornu.datasets import mnist
    >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (60000, 28, 28)

    Source: https://keras.io/api/datasets/mnist/; Y. LeCun and C. Cortes, CC BY-SA 3.0.
    """
    with np.load(fetch("mnist.npz", path), allow_pickle=False) as archive:
        return (
            (archive["x_train"], archive["y_train"]),
            (archive["x_test"], archive["y_test"]),
        )
