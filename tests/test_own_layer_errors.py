"""Layers written by users that raise, or return what they may not."""

import traceback

import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from own_layers import QUIET, Linear, X, Y, model_of, tanh
from small_models import FEATURES, OUTPUTS, state

Layer, Dense = keras.layers.Layer, keras.layers.Dense


class BoomError(Exception):
    pass


class Raising(Layer):
    """Raises once it is told to, and then no more."""

    is_armed = False

    def call(self, x):
        if self.is_armed:
            raise BoomError("here")
        return 2 * x


def test_an_exception_ends_before_the_update():
    layer = Raising()
    # So large that updates would be spent as gradients come, were there no layer of Python's.
    model = model_of(Dense(100), layer, Dense(100), Dense(OUTPUTS))
    model.fit(X, Y, **QUIET)
    layer.is_armed = True
    for work in (
        lambda: model.fit(X, Y, **QUIET),
        lambda: model.fit(iter([(X, Y)]), verbose=0),
        lambda: model.predict(X, verbose=0),
        lambda: model(X),
        lambda: model.train_on_batch(X, Y),
    ):
        before = state(model)
        with pytest.raises(BoomError) as caught:
            work()
        assert (
            traceback.extract_tb(caught.value.__traceback__)[-1].line == 'raise BoomError("here")'
        )
        assert state(model) == before
        assert not model._core.in_training
    layer.is_armed = False
    model.fit(X, Y, **QUIET)


def test_an_exception_of_a_derivative():
    import autograd.extend

    @autograd.extend.primitive
    def identity(x):
        return x

    def pull_back(y, x):
        def derivative(dy):
            raise BoomError("back")

        return derivative

    autograd.extend.defvjp(identity, pull_back)
    model = model_of(Dense(100), keras.layers.Lambda(identity), Dense(100), Dense(OUTPUTS))
    for _ in range(3):
        unchanged(model, lambda: model.fit(X, Y, **QUIET), "back", error=BoomError)


@pytest.mark.parametrize("where", ["build", "compute_output_shape", "call"])
def test_an_exception_while_building(where):
    def method(self, *_):
        raise BoomError("here")

    kind = type("Mine", (Layer,), {"call": lambda self, x: x, where: method})
    model = keras.Sequential([keras.Input((3,)), Dense(2)])
    unchanged(model, lambda: model.add(kind()), "here", error=BoomError)
    refused(lambda: kind().build((None, 3)), "here", error=BoomError)
    model.add(Dense(1))


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda x: x[1:], ValueError, ("keep the first axis", "(1, 3)")),
        (lambda x: np.sum(x), ValueError, ("keep the first axis", "()")),
        (lambda x: [x, x], TypeError, ("one array", "list")),
        (lambda x: None, TypeError, ("one array", "None")),
        (lambda x: x.astype(complex), ValueError, ("real numbers", "complex128")),
        (lambda x: x.sort(), ValueError, ("read-only",)),
    ],
)
def test_what_call_may_not_return(function, error, words):
    layer = keras.layers.Lambda(function)
    refused(lambda: layer(X[:, :3]), *words, error=error)


def test_an_output_of_another_shape_than_before():
    sizes = [3]
    layer = keras.layers.Lambda(lambda x: x[:, : sizes[0]])
    model = model_of(layer, optimizer="sgd")
    sizes[0] = 2
    words = f'`call` of layer "{layer.name}"', "(10, 3)", "(10, 2)"
    unchanged(model, lambda: model.fit(X, Y, **QUIET), *words)
    told = keras.layers.Lambda(lambda x: x, output_shape=(2,))
    refused(lambda: told(X), "(23, 2)", "(23, 4)")


def test_output_shapes():
    class Told(Layer):
        def call(self, x):
            return np.concatenate([x, x], axis=1)

        def compute_output_shape(self, input_shape):
            return (input_shape[0], 2 * input_shape[1])

    class Asking(Told):
        def compute_output_shape(self, input_shape):
            return Layer.compute_output_shape(self, input_shape)

    for layer in (Told(), Asking(), keras.layers.Lambda(Told().call)):
        assert layer.compute_output_shape((7, 3)) == (7, 6)
        assert layer(X).shape == (len(X), 2 * FEATURES)
    shapes = [(3,), lambda shape: (shape[0], 3)]
    for shape in shapes:
        layer = keras.layers.Lambda(lambda x: x[:, :3], output_shape=shape)
        assert layer.compute_output_shape((None, 5)) == (None, 3)
    # The shape need not be known before the data.
    model = keras.Sequential([Linear(4), Linear(OUTPUTS)])
    model.compile("sgd", "mse")
    model.fit(X, Y, **QUIET)
    assert model.output_shape == (None, OUTPUTS)
    assert model.layers[0].units == 4


def test_what_is_refused():
    refused(
        lambda: Layer()(X), "must have a method `call(self, inputs)`", error=NotImplementedError
    )
    refused(lambda: Dense(2).add_weight((2,)), "layer of one's own")
    layer = Linear(2)
    layer(X)
    refused(lambda: layer.add_weight((2,)), "`add_weight` makes weights in `__init__` and `build`")
    refused(lambda: keras.layers.Lambda(3), "`function`", "3")
    refused(lambda: keras.layers.Lambda(tanh, arguments=3), "`arguments`", "3")
    refused(lambda: keras.layers.Lambda(tanh, mask="a"), "`mask`")

    class Many(Layer):
        def build(self, input_shape):
            self.all = [self.add_weight((1,), "zeros") for _ in range(33)]

        def call(self, x):
            return x

    refused(lambda: Many()(X), "at most 32 weights")


def test_numbers_that_are_none():
    # Of complex numbers a part would be lost without a word.
    kind = Dense(2, kernel_initializer=lambda shape, dtype=None: np.full(shape, 1j))
    refused(lambda: kind(X), "The initializer of", "real numbers", "complex128")
    model = model_of(Dense(OUTPUTS))
    # Several numbers are a loss as an array of them is.
    model.compile("sgd", lambda t, p: (np.mean(p), np.mean(t)))
    model.fit(X, Y, **QUIET)
    rate = keras.optimizers.SGD(lambda: np.array([0.25]))
    model.compile(rate, "mse")
    model.fit(X, Y, **QUIET)
    weights = np.ones((len(X), 2))
    unchanged(
        model,
        lambda: model.fit(X, Y, sample_weight=weights, **QUIET),
        "one number a row",
        "(23, 2)",
    )


def test_arguments_of_lambda():
    layer = keras.layers.Lambda(
        lambda x, power, training: x**power * (2 if training else 1), arguments={"power": 3}
    )
    np.testing.assert_allclose(layer(X), X**3, rtol=1e-5)
    np.testing.assert_allclose(layer(X, training=True), 2 * X**3, rtol=1e-5)
