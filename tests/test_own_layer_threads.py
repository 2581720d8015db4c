"""Layers written by users beside threads, forks and signals, and how long things live."""

import gc
import os
import threading
import weakref

import numpy as np
import pytest

import cornu as keras
from alarm import alarm
from forked_child import in_a_forked_child
from own_layers import QUIET, Block, Linear, X, Y, model_of
from side_by_side import in_threads
from small_models import OUTPUTS, state

Layer, Dense = keras.layers.Layer, keras.layers.Dense


def test_ten_threads_predict():
    model = model_of(Block(5))
    expected = model.predict(X, verbose=0)
    found = []

    def work(i):
        for _ in range(5):
            found.append(model.predict(X, verbose=0))
            found.append(model(X))

    in_threads(10, work)
    assert len(found) == 100
    for result in found:
        np.testing.assert_array_equal(result, expected)


def test_a_thread_predicts_while_another_trains():
    model, stop = model_of(Block(5)), threading.Event()

    def predict():
        while not stop.is_set():
            assert np.isfinite(model.predict(X, verbose=0)).all()

    threads = [threading.Thread(target=predict) for _ in range(3)]
    for thread in threads:
        thread.start()
    model.fit(X, Y, epochs=10, **QUIET)
    stop.set()
    for thread in threads:
        thread.join()
    twin = model_of(Block(5))
    twin.fit(X, Y, epochs=10, **QUIET)
    assert state(model)[0] == state(twin)[0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_trains():
    model = model_of(Block(5))
    model.fit(X, Y, **QUIET)
    found = in_a_forked_child(lambda: model.fit(X, Y, **QUIET).history["loss"])
    assert found == model.fit(X, Y, **QUIET).history["loss"]


def test_ctrl_c_within_a_layer():
    endless = []

    def slow(x):
        while endless:
            pass
        return x

    def interrupt(*_):
        raise KeyboardInterrupt

    model = model_of(Dense(4), keras.layers.Lambda(slow), Dense(OUTPUTS))
    before = state(model)
    endless.append(None)
    with alarm(interrupt, 0.05), pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, **QUIET)
    assert state(model) == before
    endless.clear()
    model.fit(X, Y, **QUIET)


def test_arrays_that_are_kept_stay_as_they_were():
    kept = []

    class Keeping(Layer):
        def call(self, x):
            kept.append(x)
            return x + 0

    model = model_of(Keeping(), Dense(OUTPUTS))
    kept.clear()
    model.predict(X, verbose=0, batch_size=10)
    weights = model.layers[1].kernel
    del model
    gc.collect()
    np.testing.assert_array_equal(np.concatenate(kept), X)
    assert np.isfinite(weights).all()


def trained_cycle():
    class Knowing(Linear):
        pass

    layer = Knowing(OUTPUTS)
    layer.model = [model_of(Dense(3), layer)]
    layer.model[0].fit(X, Y, **QUIET)
    return weakref.ref(layer.model[0]), weakref.ref(layer)


def test_nothing_is_kept_alive():
    seen = trained_cycle()
    gc.collect()
    assert [part() for part in seen] == [None, None]
