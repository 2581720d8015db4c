"""Sample weights for the steps of rows: breaks when a step counts by another one's."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import state

layers = keras.layers
RNG = np.random.default_rng(5)
X = RNG.normal(size=(11, 3, 4)).astype("float32")
Y = RNG.normal(size=(11, 3, 2)).astype("float32")
W = RNG.uniform(0.1, 2, (11, 3)).astype("float32")


def model_of(loss="mse", units=2, **options):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3, 4)), layers.Dense(units)])
    model.compile(keras.optimizers.SGD(0.1), loss, **options)
    return model


def fitted(model, x, y, **options):
    history = model.fit(x, y, batch_size=4, epochs=2, verbose=0, **options)
    return [*history.history.values(), *model.get_weights()]


def same(one, two):
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


def test_equal_weights_of_steps_are_a_row_s():
    rows = W[:, 0]
    steps = np.broadcast_to(rows[:, None], W.shape)
    for options in ({}, {"weighted_metrics": ["mae"]}):
        keras.utils.set_random_seed(2)
        one = fitted(model_of(**options), X, Y, sample_weight=rows)
        keras.utils.set_random_seed(2)
        two = fitted(model_of(**options), X, Y, sample_weight=steps)
        for a, b in zip(one, two, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_step_of_weight_0_does_not_count():
    """Whatever its target; and where the weights lie makes no difference."""
    w, other = W.copy(), Y.copy()
    w[3, 1] = w[7, 0] = 0
    other[3, 1] = other[7, 0] = 99
    given = [w, w.astype(float)[:, :, None], np.asfortranarray(w), w.tolist()]
    keras.utils.set_random_seed(3)
    first = fitted(model_of(), X, Y, sample_weight=w)
    for weights in given:
        keras.utils.set_random_seed(3)
        same(first, fitted(model_of(), X, other, sample_weight=weights))


def test_all_that_takes_weights():
    by_hand = model_of()
    losses = ((by_hand(X) - Y) ** 2).mean(-1)
    expected = (losses * W).mean()
    model = model_of()
    assert model.evaluate(X, Y, sample_weight=W, verbose=0, batch_size=11) == pytest.approx(
        expected
    )
    assert model.test_on_batch(X, Y, sample_weight=W) == pytest.approx(expected)
    loss, gradients = model.loss_and_gradients(X, Y, W)
    assert loss == pytest.approx(expected)
    trace = model.trace(X, Y, W, apply=False)
    np.testing.assert_allclose(trace.layers[0].d_kernel, gradients[0], rtol=1e-6)
    assert model.train_on_batch(X, Y, sample_weight=W) == pytest.approx(expected)
    validated = model_of().fit(
        X, Y, sample_weight=W, validation_data=(X, Y, W), verbose=0, batch_size=11
    )
    batches = iter([(X[:6], Y[:6], W[:6]), (X[6:], Y[6:], W[6:])])
    assert len(model_of().fit(batches, verbose=0).history["loss"]) == 1
    assert validated.history["val_loss"][0] < validated.history["loss"][0]
    pytest.importorskip("autograd")
    own = model_of(lambda y, p: keras.ops.mean(keras.ops.square(y - p), axis=-1))
    assert own.evaluate(X, Y, sample_weight=W, verbose=0, batch_size=11) == pytest.approx(expected)


def test_with_the_weights_of_classes():
    ids = RNG.integers(0, 2, 11)
    model, other = model_of("mse", 1), model_of("mse", 1)
    y = np.broadcast_to(ids[:, None, None], (11, 3, 1)).astype("float32")
    both = np.array([1.0, 3.0])[ids][:, None] * W
    loss = other.evaluate(X, y, sample_weight=both, verbose=0)
    assert loss == pytest.approx(
        model_of("mse", 1).evaluate(X, y, sample_weight=both.tolist(), verbose=0)
    )
    refused(lambda: model.fit(X, y, class_weight={0: 1, 1: 3}, sample_weight=W), "one class a row")


def test_shapes_that_there_are_not():
    model = model_of()
    before = state(model)
    for weights in (W[:, :2], W[:10], W[:, :, None] * np.ones(2), W[:, None]):
        refused(lambda w=weights: model.fit(X, Y, sample_weight=w, verbose=0), "sample_weight")
    refused(
        lambda: model.fit(X, Y, validation_data=(X, Y, W[:, :2]), verbose=0),
        "`validation sample_weight` must have one number a row, shape (None,), or one for each",
    )
    bad = W.copy()
    bad[2, 1] = np.nan
    refused(lambda: model.fit(X, Y, sample_weight=bad, verbose=0), "sample_weight[2, 1] = nan")
    flat = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    flat.compile("sgd", "mse")
    refused(
        lambda: flat.fit(X[:, 0], Y[:, 0], sample_weight=W, verbose=0),
        "one number a row, shape (None,). Received: (11, 3)",
    )
    whole = model_of(keras.losses.Dice(axis=(1, 2)))
    refused(lambda: whole.fit(X, Y, sample_weight=W, verbose=0), "with this loss")
    same(before, state(model))
