"""Fashion-MNIST: 70,000 grey images of clothes, 28 x 28 pixels."""

from __future__ import annotations

import gzip
import os

import numpy as np

from cornu.datasets.origins import Pair, fetch

_SUBDIR = os.path.join("datasets", "fashion-mnist")


def load_data() -> tuple[Pair, Pair]:
    """Load the Fashion-MNIST images, from Keras's folder of data sets or from the network.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, all uint8: images of shapes (60000, 28, 28) and
        (10000, 28, 28), from 0 to 255, and classes 0 to 9 of shapes (60000,) and (10000,).

    Raises:
        OSError: a file can't be fetched.
        ValueError: a file is of another format.

    Example:

    >>> from cornu.datasets import fashion_mnist
    >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (60000, 28, 28)

    Source: https://keras.io/api/datasets/fashion_mnist/; Zalando SE, MIT licence.
    """
    pairs = []
    for part in ("train", "t10k"):
        labels, images = (
            _read(fetch(f"{part}-{what}-ubyte.gz", cache_subdir=_SUBDIR), axes)
            for what, axes in (("labels-idx1", 1), ("images-idx3", 3))
        )
        pairs.append((images, labels))
    return pairs[0], pairs[1]


def _read(path: str, axes: int) -> np.ndarray:
    """A file of the IDX format: two zeros, 8 for uint8, the number of axes, the sizes, the data."""
    with gzip.open(path, "rb") as file:
        content = file.read()
    start = 4 + 4 * axes
    if content[:4] != bytes((0, 0, 8, axes)):
        raise ValueError(f"{path!r} is no IDX file of {axes} axes. Received: {content[:4]!r}")
    shape = np.frombuffer(content, ">u4", axes, 4)
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
