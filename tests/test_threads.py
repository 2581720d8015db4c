"""Several Python threads with one model: whole steps, and one fit at a time."""

import threading

import numpy as np
import pytest

import cornu as keras
from side_by_side import in_threads
from small_models import make_model, regression, regressor

layers = keras.layers


def test_predictions_at_once():
    model = make_model()
    x, _ = regression(rows=500)
    expected = model.predict(x, verbose=0)

    def work(i):
        for size in range(1, 40):
            got = model.predict(x, batch_size=size + i, verbose=0)
            assert got.tobytes() == expected.tobytes()

    in_threads(6, work)


def test_a_deferred_model_is_built_once():
    x = np.random.default_rng(1).standard_normal((50, 4))
    for _ in range(20):
        model = keras.Sequential([layers.Dense(30, activation="tanh"), layers.Dense(3)])
        results, start = [None] * 4, threading.Barrier(4)

        def work(i, model=model, results=results, start=start):
            start.wait()
            results[i] = model.predict(x, verbose=0)

        in_threads(4, work)
        assert len({result.tobytes() for result in results}) == 1
        assert results[0].tobytes() == model.predict(x, verbose=0).tobytes()


def test_a_prediction_beside_a_fit_sees_whole_steps():
    """Both weights move by one amount in each step: half a step would show as a difference."""
    x = np.ones((64, 1))
    model = keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(2, use_bias=False, kernel_initializer="zeros", dtype="float64"),
        ]
    )
    model.compile(keras.optimizers.SGD(1e-5), "mae")
    done, pairs = threading.Event(), []

    def work(i):
        if i == 0:
            try:
                model.fit(x, np.full((64, 2), 1e9), batch_size=1, epochs=10_000, verbose=0)
            finally:
                done.set()
        elif i == 1:
            while not done.is_set():
                pairs.append(model.predict(x[:1], verbose=0)[0])
        else:
            while not done.is_set():
                pairs.append(model.get_weights()[0][0])

    in_threads(3, work)
    values = np.array(pairs)
    assert ((values > 0) & (values < values.max())).any(), "none was seen in the middle of the fit"
    np.testing.assert_array_equal(values[:, 0], values[:, 1])
    assert model.layers[0].kernel[0, 0] == pytest.approx(10_000 * 64 * 0.5e-5)


def test_weights_set_beside_a_fit_are_set_between_steps():
    model = regressor(keras.optimizers.SGD(0.0))
    x, y = regression(rows=640)
    ones, twos = ([np.full_like(w, value) for w in model.get_weights()] for value in (1, 2))
    done = threading.Event()

    def work(i):
        if i == 0:
            try:
                model.fit(x, y, batch_size=1, epochs=20, verbose=0)
            finally:
                done.set()
            return
        while not done.is_set():
            model.set_weights(ones if i == 1 else twos)
            got = {float(value) for w in model.get_weights() for value in w.ravel()}
            assert got in ({1.0}, {2.0})

    in_threads(3, work)


def test_only_one_fit_at_a_time():
    model = regressor()
    x, y = regression()
    refused = []

    class Meanwhile(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            def other(i):
                for work in (
                    lambda: model.fit(x, y, verbose=0),
                    lambda: model.compile("sgd", "mse"),
                    lambda: model.add(layers.Dense(1)),
                ):
                    with pytest.raises(RuntimeError, match="train"):
                        work()
                    refused.append(True)
                model.predict(x, verbose=0)
                model.evaluate(x, y, verbose=0)

            in_threads(1, other)

    model.fit(x, y, epochs=2, verbose=0, callbacks=[Meanwhile()])
    assert len(refused) == 6
    model.fit(x, y, verbose=0)


def test_models_train_side_by_side():
    x, y = regression(rows=200)

    def train(seed):
        model = regressor("adam", seed=seed)
        model.fit(x, y, epochs=5, shuffle=False, verbose=0)
        return [w.tobytes() for w in model.get_weights()]

    alone = [train(0) for _ in range(4)]
    models = [regressor("adam", seed=0) for _ in range(4)]
    in_threads(4, lambda i: models[i].fit(x, y, epochs=5, shuffle=False, verbose=0))
    assert [[w.tobytes() for w in model.get_weights()] for model in models] == alone


def test_models_that_share_a_layer_train_side_by_side():
    x, y = regression(rows=100)
    shared = layers.Dense(8, activation="tanh")
    models = [keras.Sequential([keras.Input((4,)), shared, layers.Dense(3)]) for _ in range(3)]
    for model in models:
        model.compile("sgd", "mse")
    in_threads(3, lambda i: models[i].fit(x, y, batch_size=5, epochs=20, verbose=0))
    assert [int(model.optimizer.iterations) for model in models] == [400] * 3
    assert all(np.isfinite(w).all() for model in models for w in model.get_weights())


def test_a_callbacks_flag_set_by_another_thread_ends_the_training():
    model = regressor()
    x, y = regression()
    stopper = threading.Timer(0.1, lambda: setattr(model, "stop_training", True))
    stopper.start()
    history = model.fit(x, y, epochs=10**7, verbose=0)
    stopper.join()
    assert 0 < len(history.epoch) < 10**7
