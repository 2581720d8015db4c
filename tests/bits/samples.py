"""Data of the networks: from a generator whose numbers NumPy has promised never to change."""

import numpy as np


def numbers(*shape, seed=0, dtype="float64"):
    """Multiples of 1/256 in [-2, 2]."""
    return (np.random.RandomState(seed).randint(-512, 513, shape) / 256).astype(dtype)


def classes(rows, count, seed=0):
    return np.random.RandomState(seed).randint(0, count, rows)


def one_hot(rows, count, seed=0):
    return np.eye(count)[classes(rows, count, seed)]


def bits(values):
    """Numbers in [0, 1], most of them neither: targets of a binary cross-entropy."""
    return np.abs(values) / 2
