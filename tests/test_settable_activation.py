"""`layer.activation` is set: breaks when a model computes the old one, or weights or slots move."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

layers = keras.layers
X = np.linspace(-2, 2, 24, dtype="float32").reshape(6, 4)
Y = X[:, :2] ** 2


def model_of(activation, **options):
    keras.utils.set_random_seed(1)
    hidden = layers.Dense(8, activation=activation, **options)
    model = keras.Sequential([keras.Input((4,)), hidden, layers.Dense(2)])
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("new", [None, "tanh", keras.activations.softmax, layers.LeakyReLU(0.1)])
def test_a_model_computes_the_new_one(new):
    """By its weights and after training, as a model that had it from the beginning."""
    model, other = model_of("relu", kernel_regularizer="l2"), model_of(new, kernel_regularizer="l2")
    kernel = model.layers[0].kernel
    before = model.predict(X, verbose=0)
    model.layers[0].activation = new
    assert model.layers[0].activation is keras.activations.get(new)
    assert model.layers[0].kernel is kernel
    assert not np.array_equal(model.predict(X, verbose=0), before)
    for one in (model, other):
        one.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    np.testing.assert_array_equal(model(X), other(X))
    np.testing.assert_array_equal(model.layers[0](X), other.layers[0](X))
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert model.layers[0].get_config()["activation"] == other.layers[0].get_config()["activation"]


def test_between_trainings():
    """The optimizer goes on; both models that have the layer see it, and one around them."""
    model = model_of("relu")
    around = keras.Sequential([keras.Input((4,)), model])
    shared = keras.Sequential([keras.Input((4,)), model.layers[0]])
    model.fit(X, Y, verbose=0)
    model.layers[0].activation = "sigmoid"
    model.fit(X, Y, verbose=0)
    assert int(model.optimizer.iterations) == 2
    np.testing.assert_array_equal(around(X), model(X))
    assert ((shared(X) > 0) & (shared(X) < 1)).all()


def test_layers_that_are_not_built_and_functions_of_ones_own():
    numpy = pytest.importorskip("autograd.numpy")
    layer = layers.Dense(2, kernel_initializer="ones")
    layer.activation = lambda x: numpy.sin(x)
    model = keras.Sequential([layer])
    np.testing.assert_allclose(model(X)[:, 0], np.sin(X.sum(1)), rtol=1e-5)
    layer.activation = lambda x: numpy.cos(x)
    np.testing.assert_allclose(model(X)[:, 0], np.cos(X.sum(1)), rtol=1e-5)
    refused(lambda: setattr(layer, "activation", "relu"), "is built", error=AttributeError)
    assert float(model(X * 0)[0, 0]) == 1
    plain = layers.Activation("relu")
    plain.activation = lambda x: x + 1
    assert plain([[1.0]]) == 2
    einsum = layers.EinsumDense("ab,bc->ac", output_shape=2, kernel_initializer="ones")
    einsum(X)
    einsum.activation = "relu"
    assert (einsum(X) >= 0).all()
    refused(lambda: setattr(einsum, "activation", lambda x: x), "activation")


def test_what_is_refused_changes_nothing():
    model = model_of("relu")
    before = model(X)
    refused(lambda: setattr(model.layers[0], "activation", "rellu"), "rellu")
    # A row of twice the width is what the next layer can't take.
    refused(lambda: setattr(model.layers[0], "activation", "glu"), "Layer 1")
    np.testing.assert_array_equal(model(X), before)
    seen = []

    class Setter(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            with pytest.raises(RuntimeError, match="trained"):
                model.layers[0].activation = "tanh"
            seen.append(epoch)

    model.fit(X, Y, verbose=0, callbacks=[Setter()])
    assert seen == [0]
    assert model.layers[0].activation is keras.activations.relu
    inner = layers.Dense(2, "relu")
    layers.SpectralNormalization(inner)
    refused(lambda: setattr(inner, "activation", None), "within", error=AttributeError)
