"""Weights of classes: breaks when they count otherwise than the same weights of rows."""

import numpy as np
import pytest

import cornu as keras
from bad_input import unchanged
from cornu.models.class_weights import with_class_weight
from cornu.models.training_data import take_data
from small_models import classifier, labels, make_model, state

X, IDS = labels()
WEIGHT = {0: 0.5, 1: 2.0, 2: 0.0}


def rows(y, class_weight, weight=None, classes=None, dtype="float64"):
    data = take_data(np.zeros((len(y), 1)), y, weight)
    return with_class_weight(data, class_weight, dtype, classes).sample_weight


def test_they_are_weights_of_rows():
    expected = np.array([WEIGHT[label] for label in IDS.tolist()], "float32")
    one, two = classifier(), classifier()
    one.fit(X, IDS, class_weight=WEIGHT, verbose=0, shuffle=False, batch_size=4)
    two.fit(X, IDS, sample_weight=expected, verbose=0, shuffle=False, batch_size=4)
    assert state(one) == state(two)
    losses = [
        one.train_on_batch(X, IDS, class_weight=WEIGHT),
        two.train_on_batch(X, IDS, sample_weight=expected),
    ]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("count", [1, 2, 65535, 65536, 65537])
def test_targets_of_all_kinds(count):
    ids = np.random.default_rng(1).integers(0, 3, count)
    expected = np.array([0.5, 2.0, 0.0])[ids]
    for y in (ids, ids[:, None], ids.astype("uint8"), ids.astype("float32"), np.eye(3)[ids]):
        np.testing.assert_array_equal(rows(y, WEIGHT), expected)
    weight = np.linspace(1, 2, count)
    np.testing.assert_array_equal(rows(ids, WEIGHT, weight), expected * weight)
    np.testing.assert_array_equal(rows(ids, WEIGHT, weight[:, None]), expected * weight)


def test_balanced():
    """Rows over classes and the class's rows, as scikit-learn has it; all classes sum up alike."""
    y = np.array([0, 0, 0, 2, 2, 5])
    np.testing.assert_allclose(rows(y, "balanced"), [2 / 3, 2 / 3, 2 / 3, 1, 1, 2])
    np.testing.assert_allclose(rows(np.eye(6)[y], "balanced"), rows(y, "balanced"))
    classifier().fit(X, IDS, class_weight="balanced", verbose=0)


def test_keys():
    """NumPy's integers and whole floats are classes too; more classes than occur may have one."""
    y = np.array([0, 1])
    np.testing.assert_array_equal(rows(y, {np.int64(0): 1, 1.0: np.float32(3), 9: 1}), [1, 3])


def test_targets_of_hinge_losses():
    """-1 is a class where the loss knows of no number of them."""
    y = np.array([-1.0, 1.0, 1.0])
    np.testing.assert_array_equal(rows(y, {-1: 1, 1: 2}), [1, 2, 2])
    np.testing.assert_array_equal(rows(y, "balanced"), [1.5, 0.75, 0.75])


@pytest.mark.parametrize(
    ("y", "weight", "classes", "words"),
    [
        ([0, 1, 3], {0: 1, 1: 1}, None, ("class 3", "has none")),
        ([0, 1], {0: 1, 1: 1, 2: 1}, 2, ("unknown class", "0 to 1", "class 2")),
        ([0, 1], {0: 1, -1: 1}, 2, ("unknown class", "class -1")),
        ([0, 1], {0: 1, "b": 1}, None, ("unknown class", "class 'b'")),
        ([0, 1], {0: 1, 0.5: 1}, None, ("unknown class", "0.5")),
        ([0, 1], [1, 1], None, ("dictionary", "[1, 1]", "list")),
        ([0, 1], {0: 1, 1: "a"}, None, ("class_weight[1]", "'a'")),
        ([0, 1.5], {0: 1, 1: 1}, None, ("class ids", "y[1] = 1.5")),
        ([[[0]], [[1]]], {0: 1, 1: 1}, None, ("one class a row", "(2, 1, 1)")),
    ],
)
def test_what_is_refused(y, weight, classes, words):
    with pytest.raises(ValueError, match="class_weight") as caught:
        rows(np.array(y), weight, classes=classes)
    for word in words:
        assert word in str(caught.value)


def test_a_refusal_changes_nothing():
    model = classifier()
    unchanged(model, lambda: model.fit(X, IDS, class_weight={0: 1}), "`class_weight`", "none")
    unchanged(model, lambda: model.fit(X, IDS, class_weight={3: 1}), "unknown", "0 to 2", "3")
    model = make_model(1, activation="sigmoid")
    model.compile("sgd", "binary_crossentropy")
    y = IDS > 0
    unchanged(model, lambda: model.fit(X, y, class_weight={0: 1, 1: 1, 2: 1}), "0 to 1", "2")
    model.fit(X, y, class_weight={0: 1, 1: 2}, verbose=0)


def test_a_model_that_is_not_built():
    model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    unchanged(model, lambda: model.fit(X, IDS, class_weight={0: 1}), "has none")
    assert not model.built


def test_validation_is_not_weighted():
    model = classifier()
    history = model.fit(
        X, IDS, class_weight=WEIGHT, validation_data=(X, IDS), verbose=0, epochs=2
    ).history
    assert history["val_loss"][-1] == model.evaluate(X, IDS, verbose=0)[0]
