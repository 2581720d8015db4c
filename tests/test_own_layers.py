"""Layers and activations written by users: weights, derivatives, and what they train to."""

import numpy as np
import pytest

import cornu as keras
from finite_differences import along_each_weight
from own_layers import QUIET, Block, Linear, X, Y, built_in, model_of, tanh
from small_models import OUTPUTS, state

Layer, Dense = keras.layers.Layer, keras.layers.Dense


TWINS = {
    "layers": lambda: model_of(Linear(5), keras.layers.Activation("tanh"), Linear(OUTPUTS)),
    "nested": lambda: model_of(Block(5)),
    "activation": lambda: model_of(Dense(5, activation=tanh), Dense(OUTPUTS)),
    "activation layer": lambda: model_of(
        Dense(5), keras.layers.Activation(np.tanh), Dense(OUTPUTS)
    ),
    "lambda": lambda: model_of(Dense(5), keras.layers.Lambda(tanh), Dense(OUTPUTS)),
}


@pytest.mark.parametrize("name", TWINS)
def test_trains_as_the_built_in_ones(name):
    expected, model = built_in(), TWINS[name]()
    assert model.count_params() == expected.count_params()
    model.set_weights(expected.get_weights())
    np.testing.assert_allclose(
        model.predict(X, verbose=0), expected.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )
    for one in (model, expected):
        one.fit(X, Y, epochs=3, validation_data=(X[:4], Y[:4]), **QUIET)
    for key, values in expected.history.history.items():
        np.testing.assert_allclose(model.history.history[key], values, rtol=1e-6)
    for own, other in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-6)


class Odd(Layer):
    """A weight that is used twice, a scalar, and one of more axes than the input."""

    def build(self, input_shape):
        size = input_shape[-1]
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        self.cube = self.add_weight((size, 2, size), "glorot_normal", name="cube")
        self.shift = [self.add_weight((size,), "uniform", name=f"shift_{i}") for i in range(2)]

    def call(self, x):
        y = np.einsum("bi,iaj->baj", np.exp(x * self.scale), self.cube)
        return np.sum(y, axis=1) + self.shift[0] * self.shift[1] + self.scale


def test_gradients_are_finite_differences():
    odd = Odd(dtype="float64")
    # At two places of the chain, with one behind that has a derivative by its input.
    model = model_of(odd, keras.layers.Activation("tanh", dtype="float64"), odd, dtype="float64")
    x, y = X.astype("float64"), X[:, ::-1]
    _, gradients = model.loss_and_gradients(x, y)
    again = along_each_weight(model, gradients, lambda: model.loss_and_gradients(x, y)[0])
    for found, expected in again:
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-13)


def test_weights():
    class Counting(Layer):
        def __init__(self):
            super().__init__(name="counting")
            self.early = self.add_weight((2,), lambda shape, dtype: np.full(shape, 3), name="early")

        def build(self, input_shape):
            self.calls = self.add_weight((), "zeros", "int64", trainable=False, name="calls")
            self.inner = Dense(3, name="inner")

        def call(self, x, training=False):
            if training:
                self.calls.assign_add(1)
            self.seen = x[:1]
            return self.inner(x) * np.sum(self.early)

    layer = Counting()
    assert (len(layer.weights), layer.built) == (0, False)
    model = model_of(layer, optimizer="sgd")
    assert [weight.path for weight in model.weights] == [
        "sequential/counting/early",
        "sequential/counting/calls",
        "sequential/counting/inner/kernel",
        "sequential/counting/inner/bias",
    ] or model.name != "sequential"
    assert [weight.name for weight in layer.trainable_weights] == ["early", "kernel", "bias"]
    assert layer.calls is model.weights[1]
    model.fit(X, Y, **QUIET)
    assert int(layer.calls) == 3
    # What is set in `call` is there afterwards, as plain numbers.
    assert type(layer.seen) is np.ndarray
    layer.trainable = False
    before = state(model)[0]
    model.compile("sgd", "mse")
    model.fit(X, Y, **QUIET)
    after = state(model)[0]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True, True]
    layer.trainable = True
    assert [weight.name for weight in layer.non_trainable_weights] == ["calls"]


def test_built_in_activations_have_derivatives_in_python():
    """Those of cornu.activations within a layer of one's own, against the core's own layers."""
    names = ["relu", "gelu", "softmax", "selu", "softplus", "log_softmax", "silu", "elu"]
    for name in names:
        function = keras.activations.get(name)
        own = model_of(Dense(5, activation=lambda x, f=function: f(x)), Dense(OUTPUTS))
        other = model_of(Dense(5, activation=name), Dense(OUTPUTS))
        other.set_weights(own.get_weights())
        results = [model.loss_and_gradients(X, Y) for model in (own, other)]
        for mine, core in zip(results[0][1], results[1][1], strict=True):
            np.testing.assert_allclose(mine, core, rtol=2e-4, atol=1e-6)


def test_shapes_told_by_methods():
    class Told(Layer):
        def compute_output_spec(self, inputs):
            return keras.KerasTensor((*inputs.shape[:-1], 2 * inputs.shape[-1]))

        def call(self, x):
            assert len(x) != 2, "the shape was told, and no trial needed"
            return np.concatenate([x, x], axis=-1)

    class Dynamic(Layer):
        def compute_output_spec(self, *args, **kwargs):
            raise NotImplementedError

        def call(self, x):
            return x + 1.0

    model = keras.Sequential([keras.Input((3,)), Told(), Dynamic()])
    assert model.output_shape == (None, 6)
    assert Told()(keras.Input((5,))).shape == (None, 10)
    np.testing.assert_array_equal(model(np.ones((1, 3))), np.full((1, 6), 2.0))


def test_training_may_be_required():
    class Mode(Layer):
        def call(self, x, training):
            return x * (2.0 if training else 1.0)

    model = model_of(Mode())
    assert (model(X[:1], training=True) == 2 * X[:1]).all()
    assert (model.predict(X[:1], verbose=0) == X[:1]).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda self, x, y: x, "can only have a single required positional"),
        (lambda self, *, x=0: x, "no positional"),
    ],
)
def test_call_with_other_arguments(call, words):
    model = keras.Sequential([type("Bad", (Layer,), {"call": call})()])
    with pytest.raises(ValueError, match=words):
        model.build((None, 2))
