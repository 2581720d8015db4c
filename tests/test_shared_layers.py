"""A layer in two models, twice in one, and called alone."""

import re

import numpy as np
import pytest

import cornu as keras
from small_models import regression

layers = keras.layers
X, Y = regression()


def test_training_one_model_trains_the_other():
    shared = layers.Dense(5, activation="tanh")
    one = keras.Sequential([keras.Input((4,)), shared, layers.Dense(3)])
    two = keras.Sequential([keras.Input((4,)), shared, layers.Dense(2)])
    assert one.layers[0] is two.layers[0]
    assert np.shares_memory(one.weights[0], two.weights[0])
    before, own = two.predict(X, verbose=0), two.layers[1].get_weights()
    one.compile("sgd", "mse")
    one.fit(X, Y, verbose=0)
    after = two.predict(X, verbose=0)
    assert (before != after).any()
    hidden = shared(X)
    np.testing.assert_allclose(after, hidden @ own[0] + own[1], rtol=1e-5, atol=1e-6)


def test_models_that_share_train_in_turns():
    """Each with an optimizer of its own, whose slots for the shared weights are its own too."""
    keras.utils.set_random_seed(1)
    shared = layers.Dense(5, activation="tanh")
    models = [keras.Sequential([keras.Input((4,)), shared, layers.Dense(3)]) for _ in range(2)]
    for model in models:
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    losses = []
    for _ in range(20):
        losses += [model.fit(X, Y, verbose=0).history["loss"][0] for model in models]
    assert losses[-1] < losses[0]
    assert losses[-2] < losses[1]
    assert [int(model.optimizer.iterations) for model in models] == [20, 20]


def test_a_layer_may_not_be_built_for_two_shapes():
    shared = layers.Dense(5)
    keras.Sequential([keras.Input((4,)), shared])
    with pytest.raises(ValueError, match=r"was built for input shape \(None, 4\)"):
        keras.Sequential([keras.Input((3,)), shared])


def refuse_second_place(index, row):
    """What is said of a layer of 4 units, made for rows of 3, at a place that has other rows."""
    return pytest.raises(
        ValueError,
        match=rf'^Layer {index} of model "\w+": Layer "twice" \(Dense\) stands in the chain '
        rf"before, for input shape \(None, 3\), with weights of shape \(3, 4\): "
        rf"another is incompatible with the layer\. "
        rf"Received input shape: {re.escape(str((None, *row)))}$",
    )


@pytest.mark.parametrize(
    "between",
    [[], [layers.Activation("relu")], [layers.Dense(5)]],
    ids=["neighbours", "activation", "dense"],
)
@pytest.mark.parametrize("use", ["constructor", "build", "add", "predict", "shape"])
def test_an_unbuilt_layer_may_not_stand_where_its_weights_do_not_fit(use, between):
    twice = layers.Dense(4, name="twice")
    chain = [twice, *between, twice]
    row = (5,) if between and isinstance(between[0], layers.Dense) else (4,)
    model = keras.Sequential([] if use == "add" else chain, name="model")
    with refuse_second_place(len(between) + 1, row):
        if use == "constructor":
            keras.Sequential([keras.Input((3,)), *chain])
        elif use == "build":
            model.build((None, 3))
        elif use == "predict":
            model.predict(np.ones((2, 3), "float32"), verbose=0)
        elif use == "shape":
            model.compute_output_shape((None, 3))
        else:
            model.add(keras.Input((3,)))
            for layer in chain:
                model.add(layer, rebuild=False)
            model.build()
    assert not model.built
    assert not twice.built
    assert twice.weights == []
    # It is as free as before.
    assert keras.Sequential([keras.Input((9,)), twice]).predict(X[:, :1].repeat(9, 1)).shape[1] == 4


def test_adding_a_built_layer_again_where_it_does_not_fit():
    twice = layers.Dense(4, name="twice")
    model = keras.Sequential([keras.Input((3,)), twice])
    x = np.ones((2, 3), "float32")
    before = model.predict(x, verbose=0)
    with pytest.raises(ValueError, match=r"was built for input shape \(None, 3\)"):
        model.add(twice)
    assert len(model.layers) == 1
    np.testing.assert_array_equal(model.predict(x, verbose=0), before)


def test_standing_twice():
    twice = layers.Dense(4, activation="tanh")
    model = keras.Sequential([keras.Input((4,)), twice, twice, layers.Dense(3)])
    assert len(model.layers) == 3
    assert len(model.weights) == len(model.get_weights()) == 4
    assert model.count_params() == 4 * 4 + 4 + 4 * 3 + 3
    expected = model.layers[2](twice(twice(X)))
    np.testing.assert_array_equal(model.predict(X, verbose=0), expected)
    model.set_weights(model.get_weights())
    np.testing.assert_array_equal(model.predict(X, verbose=0), expected)


def test_a_step_with_a_layer_that_stands_twice():
    """Its step is that of the sum of both gradients, here by hand for a chain of one number."""
    twice = layers.Dense(1, use_bias=False, dtype="float64")
    model = keras.Sequential([keras.Input((1,)), twice, twice])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    model.set_weights([[[3.0]]])
    model.fit(np.ones((1, 1)), np.zeros((1, 1)), verbose=0)
    # The error is w^4, its derivative 4 w^3.
    assert twice.kernel[0, 0] == pytest.approx(3.0 - 0.5 * 4 * 27)


def test_one_layer_without_weights_in_many_places():
    flat = layers.Activation("relu")
    model = keras.Sequential(
        [keras.Input((4,)), flat, layers.Dense(6), flat, layers.Dense(3), flat]
    )
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert (model(X) >= 0).all()


def test_a_truncated_model_shows_what_is_inside():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(5, activation="relu"), layers.Dense(3)]
    )
    model.compile("sgd", "mse")
    inner = keras.Sequential([keras.Input((4,)), *model.layers[:1]])
    for _ in range(2):
        hidden = inner.predict(X, verbose=0)
        np.testing.assert_array_equal(model.layers[1](hidden), model.predict(X, verbose=0))
        model.fit(X, Y, verbose=0)


def test_freezing_a_shared_layer_freezes_it_everywhere():
    shared = layers.Dense(5)
    models = [keras.Sequential([keras.Input((4,)), shared, layers.Dense(3)]) for _ in range(2)]
    shared.trainable = False
    kept = shared.get_weights()
    for model in models:
        model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0)
        assert len(model.trainable_weights) == 2
    for a, b in zip(kept, shared.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_layer_called_while_its_model_trains():
    seen = []

    class Calls(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.model.layers[0](X[:2]))

    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=10, verbose=0, callbacks=[Calls()])
    assert len(seen) == 3
    assert (seen[0] != seen[2]).any()
