"""`ignore_class` in training: breaks when rows of that class have any part in it."""

import numpy as np
import pytest

import cornu
from cornu import layers, losses, metrics
from small_models import state

X = np.random.default_rng(5).normal(size=(23, 4)).astype("float32")
IDS = np.random.default_rng(6).integers(0, 3, 23)
IGNORED = np.where(np.arange(23) % 3 == 0, 255, IDS)


def model(ignored=255, found=(), activation="softmax"):
    cornu.utils.set_random_seed(1)
    made = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, activation=activation)])
    loss = losses.SparseCategoricalCrossentropy(activation is None, ignored)
    made.compile(cornu.optimizers.SGD(0.1), loss, metrics=list(found))
    return made


@pytest.mark.parametrize("activation", ["softmax", None, "softplus"])
def test_training_is_as_without_those_rows(activation):
    """To the bit, even where nothing finite is predicted for them."""
    x = X.copy()
    x[IGNORED == 255] = np.float32(3e38)
    one, two = model(activation=activation), model(None, activation=activation)
    kept = IGNORED != 255
    for _ in range(3):
        one.train_on_batch(x, IGNORED)
        two.train_on_batch(x[kept], IGNORED[kept])
    assert state(one) == state(two)
    expected = two.evaluate(x[kept], IGNORED[kept], verbose=0)
    assert one.evaluate(x, IGNORED, verbose=0) == pytest.approx(expected, rel=1e-14)


def test_other_metrics_take_such_rows_for_wrong():
    made = model(found=["accuracy", metrics.SparseTopKCategoricalAccuracy(3)])
    _, accuracy, top = made.evaluate(X, IGNORED, verbose=0)
    right = made.predict(X, verbose=0).argmax(axis=1) == IGNORED
    assert accuracy == pytest.approx(right.mean())
    assert top == pytest.approx(np.mean(IGNORED != 255))
    plain = model(found=[losses.sparse_categorical_crossentropy])
    loss, mean = plain.evaluate(X, IGNORED, verbose=0)
    assert mean == pytest.approx(loss * np.mean(IGNORED != 255))


def test_nothing_else_is_ignored():
    y = IGNORED.copy()
    y[5] = 254
    with pytest.raises(ValueError, match=r"or the ignored class 255\. Received: 254 in row 5"):
        model().fit(X, y, verbose=0)
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=255)
    with pytest.raises(ValueError, match=r"outputs\). Received: 255 in row 0"):
        model(None, [metric]).fit(X, IGNORED, shuffle=False, verbose=0)


@pytest.mark.parametrize("wrong", [0.5, "1", True, 2**31, -(2**31) - 1, [1]])
def test_what_is_no_class(wrong):
    for make in (losses.SparseCategoricalCrossentropy, metrics.SparseCategoricalCrossentropy):
        with pytest.raises(ValueError, match="`ignore_class` must be an integer"):
            make(ignore_class=wrong)
    made = losses.SparseCategoricalCrossentropy(ignore_class=np.uint8(255))
    assert made.get_config()["ignore_class"] == 255
    assert type(made.get_config()["ignore_class"]) is int


def test_class_weight():
    """The ignored class needs none, and counts for nothing in "balanced"."""
    kept = IGNORED != 255
    for weight in ({0: 1.0, 1: 2.0, 2: 3.0}, "balanced", {0: 1, 1: 2, 2: 3, 255: 9}):
        one, two = model(), model(None)
        one.fit(X, IGNORED, batch_size=23, class_weight=weight, shuffle=False, verbose=0)
        if isinstance(weight, dict):
            weight = {label: weight[label] for label in (0, 1, 2)}
        two.fit(X[kept], IGNORED[kept], class_weight=weight, shuffle=False, verbose=0)
        assert state(one) == state(two)
