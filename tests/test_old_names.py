"""Methods of older Keras: breaks when they mean something else than they did."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import classifier, labels, make_model, regression, regressor, state

X, Y = regression()


def batches():
    while True:
        yield X[:9], Y[:9]
        yield X[9:], Y[9:]


def test_generators():
    old, new = regressor(), regressor()
    first = old.fit_generator(
        batches(),
        2,
        3,
        verbose=0,
        validation_data=batches(),
        validation_steps=2,
        max_queue_size=2,
        workers=4,
        use_multiprocessing=True,
    )
    second = new.fit(
        batches(), steps_per_epoch=2, epochs=3, verbose=0,
        validation_data=batches(), validation_steps=2,
    )  # fmt: skip
    assert first.history == second.history
    assert state(old) == state(new)
    assert old.evaluate_generator(batches(), 2) == new.evaluate(batches(), steps=2, verbose=0)
    np.testing.assert_array_equal(old.predict_generator(batches(), 2), new.predict(X, verbose=0))


def test_classes():
    x, ids = labels()
    model = classifier()
    model.fit(x, ids, epochs=5, verbose=0)
    output = model.predict(x, verbose=0)
    np.testing.assert_array_equal(model.predict_proba(x), output)
    found = model.predict_classes(x)
    assert found.shape == (len(x),)
    np.testing.assert_array_equal(found, output.argmax(-1))
    binary = make_model(1, activation="sigmoid")
    found = binary.predict_classes(x, batch_size=5)
    assert (found.shape, found.dtype) == ((len(x), 1), np.int32)
    np.testing.assert_array_equal(found, binary.predict(x, verbose=0) > 0.5)
    assert set(found.reshape(-1).tolist()) == {0, 1}


def test_states():
    assert keras.Sequential([keras.layers.Dense(2)]).reset_states() is None
    model = keras.Sequential([keras.layers.Dense(2)])
    calls = []
    model.layers[0].reset_states = lambda: calls.append(1)
    model.reset_states()
    assert calls == [1]


@pytest.mark.parametrize(
    ("make", "newer"),
    [
        (lambda: keras.layers.Dense(2, init="uniform"), "kernel_initializer"),
        (lambda: keras.layers.Dense(2, W_regularizer="l2"), "kernel_regularizer"),
        (lambda: keras.layers.Dense(2, b_constraint=None), "bias_constraint"),
        (lambda: keras.layers.GaussianNoise(0.1, sigma=0.1), "stddev"),
    ],
)
def test_keywords_of_keras_1(make, newer):
    refused(make, "Unrecognized keyword", f"Since Keras 2 it is called {newer!r}.")


def test_other_layers_have_no_such_keywords():
    with pytest.raises(ValueError, match="Unrecognized keyword") as caught:
        keras.layers.Flatten(init="uniform")
    assert "Keras 2" not in str(caught.value)


def test_names_of_files_without_an_ending(tmp_path):
    """As programs for SavedModel have them: one file, to be found under the same name."""
    model = make_model(1)
    model.predict(X, verbose=0)
    model.save(tmp_path / "mine")
    model.save_weights(str(tmp_path / "checkpoints.ckpt"))
    again = keras.models.load_model(tmp_path / "mine")
    again.load_weights(str(tmp_path / "checkpoints.ckpt"))
    for mine, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    for save in (model.save, model.save_weights):
        folder = f"{tmp_path}/new/"
        refused(lambda s=save, f=folder: s(f), "a file's path", "new/", error=IsADirectoryError)
