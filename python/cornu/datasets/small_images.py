"""The archives of CIFAR-10 and CIFAR-100: pickles of images, 32 x 32 pixels of three colours."""

from __future__ import annotations

import os

import numpy as np

from cornu.datasets.origins import Pair
from cornu.datasets.pickled_arrays import load_arrays
from cornu.utils.get_file import get_file

ADDRESS = "https://www.cs.toronto.edu/~kriz/"
# SHA-256 of the archives.
HASHES = {
    "cifar-10-python.tar.gz": "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    "cifar-100-python.tar.gz": "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
}


def read_parts(name: str, folder: str, parts: list[str], labels: str) -> Pair:
    """Return images and labels of parts of an archive, which is fetched where it is not there yet.

    Args:
        name: The archive's name at its address.
        folder: What its files are unpacked to.
        parts: The files, whose images follow each other.
        labels: What the labels are called in them.

    Returns:
        uint8, of shapes (images, 32, 32, 3) and (images, 1).
    """
    path = get_file(folder, ADDRESS + name, extract=True, file_hash=HASHES.get(name))
    images, classes = [], []
    for part in parts:
        with open(os.path.join(path, _inner(name), part), "rb") as file:
            found = load_arrays(file, "bytes")
        images.append(found[b"data"].reshape(-1, 3, 32, 32))
        classes.append(np.asarray(found[labels.encode()], np.uint8).reshape(-1, 1))
    return np.concatenate(images).transpose(0, 2, 3, 1), np.concatenate(classes)


def _inner(name: str) -> str:
    return "cifar-10-batches-py" if name == "cifar-10-python.tar.gz" else "cifar-100-python"
