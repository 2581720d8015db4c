"""When the core gets no memory: a MemoryError, and the model is as it was."""

import numpy as np
import pytest

import cornu as keras
from cornu import _core

X = np.random.default_rng(1).standard_normal((20, 4)).astype("float32")
Y = np.random.default_rng(2).integers(0, 3, 20)


@pytest.fixture(autouse=True)
def memory_again():
    yield
    _core.fail_allocation_after(-1)


def make_model():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input(shape=(4,)),
            keras.layers.Dense(5, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fail_everywhere(work, check):
    """Let the first allocation of `work` fail, then the second, until it succeeds.

    Returns:
        How often it failed.
    """
    for count in range(1000):
        _core.fail_allocation_after(count)
        try:
            work()
        except MemoryError:
            _core.fail_allocation_after(-1)
            check()
        else:
            _core.fail_allocation_after(-1)
            return count
    raise AssertionError("it never succeeded")


def test_making_a_model():
    assert fail_everywhere(make_model, lambda: None) > 10


def test_adding_a_layer():
    model = make_model()
    before = model.predict(X, verbose=0)

    def check():
        assert len(model.layers) == 3
        np.testing.assert_array_equal(model.predict(X, verbose=0), before)

    assert fail_everywhere(lambda: model.add(keras.layers.Dense(2)), check) > 2
    assert model.predict(X, verbose=0).shape == (20, 2)


def test_fit_evaluate_predict():
    model = make_model()
    model.fit(X, Y, epochs=1, verbose=0)
    weights, iterations = model.get_weights(), int(model.optimizer.iterations)

    def check():
        assert int(model.optimizer.iterations) == iterations
        for came, kept in zip(model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(came, kept)
        assert len(model.predict(X, verbose=0)) == 20

    assert fail_everywhere(lambda: model.evaluate(X, Y, batch_size=3, verbose=0), check) > 0
    assert fail_everywhere(lambda: model.predict(X, batch_size=3, verbose=0), check) > 0
    assert fail_everywhere(lambda: model.train_on_batch(X[:7], Y[:7]), check) > 0
    weights, iterations = model.get_weights(), int(model.optimizer.iterations)

    def fit():
        model.fit(X, Y, batch_size=3, epochs=2, verbose=0, validation_split=0.2)

    assert fail_everywhere(fit, check) > 3


def train(model, rows, **options):
    keras.utils.set_random_seed(7)
    model.fit(X[:rows], Y[:rows], batch_size=3, epochs=2, verbose=0, **options)


def everything(model):
    slots = [int(model.optimizer.iterations), *(w.tobytes() for w in model.get_weights())]
    # Before any training it has no names of results; after a failed one they are there, and 0.
    return [*slots, [value for value in model.get_metrics_result().values() if value]]


@pytest.mark.parametrize("seen", [False, True], ids=["a new optimizer", "one with slots"])
def test_each_allocation_of_a_fit(seen):
    """A new model for each: one that failed before has workspaces left, and needs fewer then.

    Weights, iterations and results are compared at once; slots, dropout's draws and the order of
    rows by what the next fit makes of them.
    """

    def prepared():
        model = make_model()
        if seen:
            train(model, 20)
        return model

    expected = prepared()
    train(expected, 20, validation_split=0.2)
    before, messages = everything(prepared()), set()
    for count in range(100):
        model = prepared()
        _core.fail_allocation_after(count)
        try:
            train(model, 20, validation_split=0.2)
        except MemoryError as error:
            messages.add(str(error).split("(")[0])
            _core.fail_allocation_after(-1)
            assert everything(model) == before
            assert not model._core.in_training
            train(model, 20, validation_split=0.2)
        _core.fail_allocation_after(-1)
        assert everything(model) == everything(expected)
    # The snapshot, which is made when the first epoch begins, was among them.
    assert "No memory to keep the weights " in messages
    assert len(messages) > 3


def test_set_weights():
    model = make_model()
    before = model.get_weights()
    other = [np.ones_like(w) for w in before]

    def check():
        for came, kept in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(came, kept)

    fail_everywhere(lambda: model.set_weights(other), check)
    assert (model.get_weights()[0] == 1).all()
