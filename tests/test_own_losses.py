"""Losses and metrics written by users: derivatives, bad returns, exceptions, threads, fork."""

import gc
import os
import sys
import traceback
import weakref

import numpy as np
import pytest

import cornu as keras
from alarm import alarm
from bad_input import refused, unchanged
from finite_differences import along_each_weight
from forked_child import in_a_forked_child
from side_by_side import in_threads
from small_models import make_model, regression, state

X, Y = regression()
QUIET = {"verbose": 0, "shuffle": False, "batch_size": 10}


def squared(y_true, y_pred):
    return np.mean(np.square(y_true - y_pred), axis=-1)


class Squared(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ((y_true - y_pred) ** 2).mean(axis=-1)


def compiled(loss=squared, **options):
    model = make_model(dtype=options.pop("dtype", None))
    model.compile(options.pop("optimizer", "adam"), loss, **options)
    return model


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("loss", [squared, Squared, Squared(name="mine")])
def test_trains_as_the_built_in_one(loss, dtype):
    weights = np.linspace(0, 2, len(X))
    results = []
    for kind in ("mse", loss):
        model = compiled(kind, dtype=dtype, loss_weights=2.0)
        found = model.fit(X, Y, epochs=3, sample_weight=weights, **QUIET)
        results.append(
            [*found.history["loss"], *np.concatenate([w.ravel() for w in model.weights])]
        )
    np.testing.assert_allclose(results[1], results[0], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("reduction", ["sum", "mean", "mean_with_sample_weight"])
def test_gradients_are_finite_differences(reduction):
    class Odd(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return np.sum(np.exp(-y_pred) * np.where(y_true > 0, np.abs(y_pred), y_true), axis=-1)

    model = compiled(Odd(reduction=reduction), dtype="float64")
    x, y, w = X.astype("float64"), Y, np.linspace(0.1, 1, len(X))
    _, gradients = model.loss_and_gradients(x, y, w)
    again = along_each_weight(model, gradients, lambda: model.loss_and_gradients(x, y, w)[0])
    for found, expected in again:
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-14)


BUILT_IN = {
    "mean_squared_error": None,
    "huber": None,
    "log_cosh": None,
    "cosine_similarity": None,
    "hinge": None,
    "poisson": "softplus",
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_losses_within_a_loss(name):
    """As objects, as functions, and of a class that adds to one of them."""
    function = getattr(keras.losses, name)
    kind = type(keras.losses.for_compile(name))

    class Doubled(kind):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    y = np.abs(Y) / np.abs(Y).sum(axis=1, keepdims=True)
    y = np.argmax(y, axis=1) if name.startswith("sparse") else y
    found = []
    for loss in (kind(), lambda t, p: function(t, p) / 2 + kind()(t, p) / 2, Doubled()):
        model = make_model(activation=BUILT_IN[name], dtype="float64")
        model.compile("sgd", loss)
        value, gradients = model.loss_and_gradients(X, y)
        found.append([value, *np.concatenate([g.ravel() for g in gradients])])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found[2], 2 * np.array(found[0]), rtol=1e-6, atol=1e-12)


def test_a_gradient_of_zero_where_nothing_depends_on_the_prediction():
    model = compiled(lambda y_true, y_pred: np.mean(y_true, axis=-1), optimizer="sgd")
    before = state(model)[0]
    assert model.train_on_batch(X, Y) == pytest.approx(float(Y.mean()), rel=1e-5)
    assert state(model)[0] == before


class BoomError(Exception):
    pass


def raising(*_, **__):
    raise BoomError("here")


def last_line(work, error=BoomError):
    with pytest.raises(error) as caught:
        work()
    return traceback.extract_tb(caught.value.__traceback__)[-1].line


class Raising(keras.metrics.Metric):
    def __init__(self, where, **options):
        super().__init__(**options)
        setattr(self, where, raising)

    def update_state(self, y_true, y_pred, sample_weight=None):
        pass

    def result(self):
        return 0.0


@pytest.mark.parametrize(
    "options",
    [
        {"loss": raising},
        {"metrics": [raising]},
        {"metrics": [Raising("result")]},
        {"weighted_metrics": [Raising("reset_state")]},
    ],
)
def test_an_exception_ends_before_the_update(options):
    model = compiled(**options)
    batches = [(X[:5], Y[:5]), (X[5:], Y[5:])]
    for work in (
        lambda: model.fit(X, Y, **QUIET),
        lambda: model.fit(iter(batches), verbose=0),
        lambda: model.evaluate(X, Y, verbose=0),
        lambda: model.train_on_batch(X, Y),
    ):
        before = state(model)
        assert last_line(work) == 'raise BoomError("here")'
        assert state(model) == before
        assert not model._core.in_training
    model.compile("sgd", "mse", metrics=[], weighted_metrics=[])
    model.fit(X, Y, **QUIET)


def test_an_exception_of_a_later_batch_leaves_whole_steps():
    calls = []

    def third(y_true, y_pred):
        calls.append(None)
        if len(calls) == 3:
            raise ValueError("third batch")
        return squared(y_true, y_pred)

    model, expected = compiled(third), compiled(squared)
    expected.fit(X[:20], Y[:20], **QUIET)
    assert last_line(lambda: model.fit(X, Y, **QUIET), ValueError).startswith("raise ValueError")
    assert state(model) == state(expected)


@pytest.mark.parametrize(
    ("loss", "error", "words"),
    [
        (lambda t, p: "a", TypeError, ("losses", "<U1")),
        (lambda t, p: None, TypeError, ("lambda", "returned None")),
        (lambda t, p: p.astype("int32"), TypeError, ("made of floats", "int32")),
        (lambda t, p: np.asarray(p), TypeError, ("plain array", "cornu.ops")),
        (lambda t, p: t.sort(), ValueError, ("read-only",)),
    ],
)
def test_what_a_loss_may_not_do(loss, error, words):
    model = compiled(loss)
    unchanged(model, lambda: model.train_on_batch(X, Y), *words, error=error)


def test_weights_that_do_not_broadcast():
    model = compiled(lambda t, p: (t - p) ** 2)
    with pytest.raises(ValueError, match="broadcast"):
        model.train_on_batch(X, Y, np.ones(len(X)))


def test_what_a_metric_may_not_do():
    def change(y_true, y_pred):
        y_pred[...] = 0

    for metric, words in (
        (change, ("read-only",)),
        (lambda t, p: "a", ("values", "dtype")),
        (Raising("update_state"), ("here",)),
    ):
        model = compiled("mse", metrics=[metric])
        unchanged(model, lambda m=model: m.train_on_batch(X, Y), *words, error=Exception)

    class Table(keras.metrics.Mean):
        def result(self):
            return {"a": 1.0}

        def update_state(self, *args, **kwargs):
            pass

    model = compiled("mse", metrics=[Table()])
    refused(lambda: model.evaluate(X, Y, verbose=0), "one number from `result`", "{'a': 1.0}")
    refused(lambda: compiled(keras.losses.Loss(reduction=None)), "must not be None")


def test_arrays_that_are_kept_stay_as_they_were():
    kept = []

    def loss(y_true, y_pred):
        kept.append(y_true)
        return squared(y_true, y_pred)

    model = compiled(loss)
    x, y = X.copy(), Y.copy()
    model.fit(x, y, **QUIET)
    del model
    x[...] = y[...] = 0
    gc.collect()
    np.testing.assert_array_equal(np.concatenate(kept), Y)


def trained_cycle():
    """A weak reference to a model that its loss refers to."""
    held = []

    def loss(y_true, y_pred):
        return squared(y_true, y_pred) + 0 * len(held)

    held.append(compiled(loss, metrics=[keras.metrics.MeanMetricWrapper(squared)]))
    held[0].fit(X, Y, **QUIET)
    return weakref.ref(held[0])


def test_nothing_is_kept_alive():
    seen = trained_cycle()
    gc.collect()
    assert seen() is None


def test_reading_the_model_within_a_loss():
    def loss(y_true, y_pred):
        assert model.predict(X[:3], verbose=0).shape == (3, 3)
        with pytest.raises(RuntimeError):
            model.train_on_batch(X, Y)
        return squared(y_true, y_pred)

    model = compiled(loss)
    model.fit(X, Y, **QUIET)


def test_threads_evaluate_one_after_the_other():
    model = compiled(squared, metrics=[squared])
    expected = model.evaluate(X, Y, verbose=0)
    found = []
    in_threads(10, lambda i: found.append(model.evaluate(X, Y, verbose=0)))
    assert found == [expected] * 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_trains():
    model = compiled(squared, metrics=[squared])
    model.fit(X, Y, **QUIET)
    found = in_a_forked_child(lambda: model.fit(X, Y, **QUIET).history["loss"])
    assert found == model.fit(X, Y, **QUIET).history["loss"]


def test_ctrl_c_within_a_loss():
    def slow(y_true, y_pred):
        while True:
            pass

    def interrupt(*_):
        raise KeyboardInterrupt

    model = compiled(slow)
    before = state(model)
    with alarm(interrupt, 0.05), pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, **QUIET)
    assert state(model) == before
    model.compile("sgd", squared)
    model.fit(X, Y, **QUIET)


def test_a_return_that_is_missing():
    def mine(y_true, y_pred):
        np.mean((y_true - y_pred) ** 2)

    class Whole(keras.losses.Loss):
        def __call__(self, y_true, y_pred, sample_weight=None):
            mine(y_true, y_pred)

    class Called(keras.losses.Loss):
        def call(self, y_true, y_pred):
            mine(y_true, y_pred)

    for loss, name in ((mine, "mine"), (Whole("whole"), "whole"), (Called("called"), "called")):
        model = compiled(loss)
        for work in (model.fit, model.evaluate):
            with pytest.raises(TypeError, match=f"The loss '{name}' returned None: is a `return`"):
                work(X, Y, verbose=0)
    with pytest.raises(TypeError, match="The loss 'called' returned None"):
        Called("called")(Y, Y)
    model.compile("sgd", "mse", metrics=[mine])
    with pytest.raises(TypeError, match="The metric 'mine' returned None: is a `return` missing"):
        model.evaluate(X, Y, verbose=0)


def test_without_autograd(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "autograd", None)
    model, streamed = compiled(squared), compiled(squared)
    own = keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Lambda(lambda x: x * 2)])
    own.compile("sgd", "mse")
    for work in (
        lambda: model.fit(X, Y),
        lambda: own.fit(X, X),
        lambda: streamed.fit(iter([(X, Y)])),
        lambda: model.train_on_batch(X, Y),
        lambda: model.loss_and_gradients(X, Y),
    ):
        with pytest.raises(ImportError, match=r"pip install 'cornu\[custom\]'"):
            work()
    # Not after the first line of an epoch.
    assert capsys.readouterr().out == ""
    # Only derivatives take it.
    model.evaluate(X, Y, verbose=0)


def test_own_metrics_by_hand_and_between_runs():
    class Count(keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="count")
            self.rows = self.add_weight(shape=(), initializer="zeros", dtype="int64", name="rows")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.rows.assign_add(len(y_true))

        def result(self):
            return self.rows

    metric = Count()
    assert int(metric(Y, Y)) == int(metric(Y, Y)) - len(Y)
    model = compiled("mse", metrics=[metric, "mae"])
    history = model.fit(X, Y, epochs=2, validation_data=(X[:4], Y[:4]), **QUIET).history
    assert (history["count"], history["val_count"]) == ([len(X)] * 2, [4.0] * 2)
    assert int(metric.result()) == 4
    assert model.evaluate(iter([(X[:5], Y[:5]), (X[:2], Y[:2])]), verbose=0)[1] == 7
    model.reset_metrics()
    assert int(metric.result()) == 0
