"""The bundled data set is the source's, bit by bit."""

import hashlib
from importlib import resources

import numpy as np

from cornu.datasets import digits

# Of the source file's values: digits.txt beside the data names it too.
SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_the_values_are_the_source_s():
    x, y = digits.load_data()
    assert (x.shape, x.dtype, x.flags.c_contiguous) == ((1797, 8, 8), np.uint8, True)
    assert (y.shape, y.dtype) == ((1797,), np.uint8)
    assert hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest() == SHA256


def test_ranges_and_classes():
    x, y = digits.load_data()
    assert (x.min(), x.max()) == (0, 16)
    # The counts that the UCI page gives for the test part.
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_an_image_lies_the_right_way_up():
    # The first image, a 0: ink in a ring, with a hole in the middle and no ink in the corners.
    x, _ = digits.load_data()
    assert x[0, 2].tolist() == [0, 3, 15, 2, 0, 11, 8, 0]
    assert x[0, 3:5, 3:5].max() <= 1
    assert x[0][[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [0, 0, 0, 0]


def test_each_call_gives_arrays_of_its_own():
    first, _ = digits.load_data()
    first[...] = 99
    second, _ = digits.load_data()
    assert second.max() == 16


def test_source_and_licence_stand_beside_the_data():
    text = resources.files("cornu.datasets").joinpath("digits.txt").read_text(encoding="utf-8")
    for part in ("10.24432/C50P49", "Alpaydin", "Kaynak", "CC BY 4.0", SHA256):
        assert part in text
