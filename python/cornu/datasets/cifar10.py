"""CIFAR-10: 60,000 colour images of ten kinds of things, 32 x 32 pixels."""

from __future__ import annotations

from cornu.datasets.origins import Pair
from cornu.datasets.small_images import read_parts


def load_data() -> tuple[Pair, Pair]:
    """Load the images, from Keras's folder of data sets or from the network.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, all uint8: images of shapes (50000, 32, 32, 3) and
        (10000, 32, 32, 3), from 0 to 255, and classes of shapes (50000, 1) and (10000, 1).

    Raises:
        OSError: the file can't be fetched.
        ValueError: it has another hash.

    Example:

    >>> from cornu.datasets import cifar10
    >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (50000, 32, 32, 3)

    Source: https://keras.io/api/datasets/cifar10/; A. Krizhevsky, 2009.
    """
    name, folder = "cifar-10-python.tar.gz", "cifar-10-batches-py-target"
    train = [f"data_batch_{number}" for number in range(1, 6)]
    return (
        read_parts(name, folder, train, "labels"),
        read_parts(name, folder, ["test_batch"], "labels"),
    )
