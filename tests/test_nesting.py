"""Models within models: what happens to one when the other is built, changed or refused."""

import re

import numpy as np
import pytest

import cornu as keras

layers = keras.layers
X = np.random.default_rng(0).standard_normal((12, 4)).astype("float32")


def inner(*units, name="inner", **options):
    return keras.Sequential([layers.Dense(n, **options) for n in units], name=name)


def test_weights_are_the_same_memory():
    part = inner(3)
    model = keras.Sequential([keras.Input((4,)), part, layers.Dense(2)])
    assert model.weights[0] is part.layers[0].kernel
    before = model.predict(X, verbose=0)
    part.layers[0].kernel[...] *= 2
    assert (model.predict(X, verbose=0) != before).any()
    np.testing.assert_allclose(model(X), model.layers[1](part(X)), rtol=1e-6)


def test_the_input_of_a_first_model_is_that_of_all():
    part = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model = keras.Sequential([part, layers.Dense(2)])
    assert model.built
    assert model.input_shape == (None, 4)


def test_data_build_both_and_what_is_refused_neither():
    part = inner(3)
    model = keras.Sequential([part, layers.Dense(1)])
    model.compile("sgd", "mse")
    bad = np.full((12, 1), np.nan)
    with pytest.raises(ValueError, match="nan"):
        model.fit(X, bad, verbose=0)
    assert not any(each.built for each in (model, part, part.layers[0]))
    assert part.weights == []
    assert part(np.ones((2, 7))).shape == (2, 3)
    with pytest.raises(ValueError, match=r'model "inner" takes inputs of shape \(None, 7\)'):
        model.fit(X, bad, verbose=0)
    model.fit(np.ones((5, 7)), np.ones((5, 1)), verbose=0)
    assert model.input_shape == part.input_shape == (None, 7)


def test_a_part_used_meanwhile_stays_built():
    part = inner(3)
    model = keras.Sequential([part, layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="nan"):
        model.fit(X, np.full((12, 1), np.nan), callbacks=[Use(part)], verbose=0)
    assert part.built
    assert part(X).shape == (12, 3)


class Use(keras.callbacks.Callback):
    """Predicts with a part of the model before the first batch."""

    def __init__(self, part):
        super().__init__()
        self.part = part

    def on_epoch_begin(self, epoch, logs=None):
        self.part(X)


def test_a_failing_initializer_leaves_nothing_built():
    def fail(shape, dtype=None):
        raise RuntimeError("no")

    part, last = inner(3), layers.Dense(1, kernel_initializer=fail)
    model = keras.Sequential([part, last])
    with pytest.raises(RuntimeError, match="no"):
        model.build((None, 4))
    assert not any(each.built for each in (model, part, part.layers[0]))
    part.build((None, 5))
    assert part.layers[0].kernel.shape == (5, 3)


def test_changes_of_a_part_are_seen_by_the_whole():
    part = inner(3)
    middle = keras.Sequential([part], name="middle")
    model = keras.Sequential([keras.Input((4,)), middle, layers.Dense(2)])
    part.pop()
    # Nothing is left: only the whole can't be used.
    with pytest.raises(ValueError, match='model "inner" has no layers'):
        model(X)
    part.add(layers.Dense(5, name="new"))
    part.add(layers.Dense(3))
    assert model.built
    assert [weight.shape for weight in model.weights[:2]] == [(4, 5), (5,)]
    np.testing.assert_allclose(model(X), model.layers[1](part(X)), rtol=1e-6)
    part.pop()
    assert part(X).shape == (12, 5)
    with pytest.raises(ValueError, match=r'"dense\w*" .*was built for input shape \(None, 3\)'):
        model.predict(X, verbose=0)
    model.pop()
    assert model(X).shape == (12, 5)


def test_a_part_taken_out_is_free():
    part = inner(3)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), part])
    model.pop()
    part.add(layers.Dense(9))
    assert model.output_shape == (None, 4)


def test_parts_do_not_change_while_the_whole_is_trained():
    part = inner(3)
    model = keras.Sequential([keras.Input((4,)), part, layers.Dense(1)])
    model.compile("sgd", "mse")
    found = []

    def change(epoch, logs):
        with pytest.raises(RuntimeError, match="while it is trained"):
            part.add(layers.Dense(3, name="late"))
        found.append(len(part.layers))

    callback = keras.callbacks.LambdaCallback(on_epoch_begin=change)
    model.fit(X, X[:, :1], verbose=0, callbacks=[callback])
    assert found == [1]
    part.add(layers.Dense(3, name="late"))


def test_a_model_twice_and_a_layer_in_two_parts():
    """A layer's gradient is the sum of those at its places, whatever it stands in."""
    keras.utils.set_random_seed(0)
    shared = layers.Dense(4, activation="tanh", name="shared")
    part = keras.Sequential([shared], name="part")
    nested = keras.Sequential([keras.Input((4,)), part, shared, layers.Dense(1), layers.ReLU()])
    twice = keras.Sequential([keras.Input((4,)), part, part, layers.Dense(1), layers.ReLU()])
    flat = keras.Sequential([keras.Input((4,)), shared, shared, layers.Dense(1), layers.ReLU()])
    weights = flat.get_weights()
    results = []
    for model in (flat, nested, twice):
        model.set_weights(weights)
        model.compile("adam", "mse")
        model.fit(X, X[:, :1], epochs=2, shuffle=False, verbose=0)
        results.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    assert [len(model.weights) for model in (flat, nested, twice)] == [4, 4, 4]
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_what_can_not_stand_in_a_model():
    part = inner(3)
    model = keras.Sequential([part], name="model")
    for taken in (lambda: model.add(model), lambda: part.add(model)):
        with pytest.raises(ValueError, match="can't stand in itself"):
            taken()
    with pytest.raises(ValueError, match='a second layer of the name "inner"'):
        model.add(inner(2))
    with pytest.raises(ValueError, match="one float type"):
        keras.Sequential([keras.Input((4,)), part, inner(2, dtype="float64", name="wide")])
    assert not part.built
    with pytest.raises(ValueError, match=re.escape('Layer 1 of model "inner": Layer "six"')):
        keras.Sequential(
            [
                keras.Input((4,)),
                keras.Sequential([layers.Dense(5), layers.Reshape((6,), name="six")], name="inner"),
            ]
        )


def test_wrong_weights_are_named_by_their_places():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), inner(3, 2)])
    weights = model.get_weights()
    weights[4] = np.ones((9, 9))
    with pytest.raises(ValueError, match=r'kernel of layer 1\.1 "dense'):
        model.set_weights(weights)


def test_a_part_may_get_its_layers_later():
    part = keras.Sequential([keras.Input((4,))], name="part")
    model = keras.Sequential([part, layers.Dense(2)])
    assert not model.built
    part.add(layers.Dense(3))
    assert model.built
    assert model.output_shape == (None, 2)
