"""CIFAR-100: 60,000 colour images of a hundred kinds of things, 32 x 32 pixels."""

from __future__ import annotations

from cornu.datasets.origins import Pair
from cornu.datasets.small_images import read_parts
from cornu.utils.errors import shown


def load_data(label_mode: str = "fine") -> tuple[Pair, Pair]:
    """Load the images, from Keras's folder of data sets or from the network.

    Args:
        label_mode: `"fine"`: 100 classes; `"coarse"`: 20 of five of these each.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, all uint8: images of shapes (50000, 32, 32, 3) and
        (10000, 32, 32, 3), from 0 to 255, and classes of shapes (50000, 1) and (10000, 1).

    Raises:
        OSError: the file can't be fetched.
        ValueError: it has another hash, or `label_mode` is no such thing.

    Example:

    >>> from cornu.datasets import cifar100
    >>> (x_train, y_train), (x_test, y_test) = cifar100.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (50000, 32, 32, 3)

    Source: https://keras.io/api/datasets/cifar100/; A. Krizhevsky, 2009.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            f"`label_mode` must be 'fine' or 'coarse'. Received: label_mode={shown(label_mode)}"
        )
    name, folder = "cifar-100-python.tar.gz", "cifar-100-python-target"
    labels = f"{label_mode}_labels"
    return (
        read_parts(name, folder, ["train"], labels),
        read_parts(name, folder, ["test"], labels),
    )
