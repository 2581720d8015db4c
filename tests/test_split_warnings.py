"""`validation_split` where a class is missing from a part: breaks when that is not said."""

import warnings

import numpy as np
import pytest

import cornu as keras

layers = keras.layers
SORTED = np.repeat([0, 1, 2], 60)


def fit(y, loss, units, share=0.2):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(units, activation="softmax")])
    if units == 1:
        model = keras.Sequential([keras.Input((2,)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", loss)
    model.fit(np.zeros((len(y), 2)), y, validation_split=share, verbose=0)


@pytest.mark.parametrize("kind", ["int64", "int8", "float32", "column", "one-hot"])
def test_sorted_classes(kind):
    y, loss = SORTED, "sparse_categorical_crossentropy"
    if kind == "column":
        y = y[:, None]
    elif kind == "one-hot":
        y, loss = np.eye(3)[y], "categorical_crossentropy"
    else:
        y = y.astype(kind)
    with pytest.warns(UserWarning, match="no row of class 0, 1 to validate with. Shuffle"):
        fit(y, loss, 3)
    with pytest.warns(UserWarning, match="no row of class") as caught:
        fit(y, loss, 3, share=0.4)
    found = [str(warning.message).partition("class ")[2].split(" with")[0] for warning in caught]
    assert found == ["2 to train", "0 to validate"]
    assert caught[0].filename == __file__


def test_two_classes_of_one_unit():
    with pytest.warns(UserWarning, match="no row of class 0 to validate with"):
        fit(np.repeat([0.0, 1.0], 30), "binary_crossentropy", 1, share=0.4)


def test_many_classes_are_cut_short():
    with pytest.warns(UserWarning, match="no row of class") as caught:
        fit(np.repeat(np.arange(20), 50), "sparse_categorical_crossentropy", 20)
    assert any("8, 9 and 6 more to validate with" in str(one.message) for one in caught)


def test_what_may_be_chance_is_not_said():
    """Rare classes, classes that no row has, shuffled rows, and targets that are no classes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = np.random.default_rng(0).permutation(SORTED)
        fit(y, "sparse_categorical_crossentropy", 5)
        rare = np.where(np.arange(180) < 5, 2, y % 2)
        fit(rare, "sparse_categorical_crossentropy", 3)
        fit(rare[::-1], "mse", 1)
        fit(np.eye(3)[SORTED], "binary_crossentropy", 3)
        fit(np.eye(3)[SORTED], "mse", 3)
