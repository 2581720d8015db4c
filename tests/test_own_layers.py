"""Layers and activations written by users: weights, derivatives, bad returns, threads."""

import gc
import multiprocessing
import os
import threading
import traceback
import weakref

import numpy as np
import pytest

import cornu as keras
from alarm import alarm
from bad_input import refused, unchanged
from small_models import FEATURES, OUTPUTS, regression, state

X, Y = regression()
QUIET = {"verbose": 0, "shuffle": False, "batch_size": 10}
Layer, Dense = keras.layers.Layer, keras.layers.Dense


class Linear(Layer):
    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            (input_shape[-1], self.units), "glorot_uniform", name="kernel"
        )
        self.bias = self.add_weight((self.units,), "zeros", name="bias")
        self.built = True

    def call(self, x):
        return np.matmul(x, self.kernel) + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Block(Layer):
    """Built-in layers and one of its own within."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.parts = [Dense(units, activation="tanh"), keras.layers.Dropout(0.0)]
        self.last = {"out": Linear(OUTPUTS)}

    def call(self, x, training=None):
        for part in self.parts:
            x = part(x, training=training)
        return self.last["out"](x)


def model_of(*layers, optimizer="adam", dtype=None):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((FEATURES,), dtype=dtype), *layers])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def built_in():
    return model_of(Dense(5, activation="tanh"), Dense(OUTPUTS))


def tanh(x):
    return np.tanh(x)


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
    rng = np.random.default_rng(0)
    for weight, gradient in zip(model.weights, gradients, strict=True):
        step = 1e-6 * rng.standard_normal(weight.shape)
        losses = []
        for sign in (1, -1):
            weight[...] += sign * step
            losses.append(model.loss_and_gradients(x, y)[0])
            weight[...] -= sign * step
        expected = float((gradient * step).sum())
        assert (losses[0] - losses[1]) / 2 == pytest.approx(expected, rel=1e-4, abs=1e-13)


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
    refused(lambda: keras.layers.Lambda(tanh, mask=1), "`mask`")

    class Many(Layer):
        def build(self, input_shape):
            self.all = [self.add_weight((1,), "zeros") for _ in range(33)]

        def call(self, x):
            return x

    refused(lambda: Many()(X), "at most 32 weights")

    class Inner(Layer):
        def __init__(self):
            super().__init__()
            self.norm = keras.layers.LayerNormalization()

        def call(self, x):
            return self.norm(x)

    model = model_of(Inner(), Dense(OUTPUTS))
    assert model.predict(X, verbose=0).shape == Y.shape
    unchanged(model, lambda: model.fit(X, Y, **QUIET), "LayerNormalization can't be trained within")


def test_arguments_of_lambda():
    layer = keras.layers.Lambda(
        lambda x, power, training: x**power * (2 if training else 1), arguments={"power": 3}
    )
    np.testing.assert_allclose(layer(X), X**3, rtol=1e-5)
    np.testing.assert_allclose(layer(X, training=True), 2 * X**3, rtol=1e-5)


def test_ten_threads_predict():
    model = model_of(Block(5))
    expected = model.predict(X, verbose=0)
    found = []

    def work():
        for _ in range(5):
            found.append(model.predict(X, verbose=0))
            found.append(model(X))

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=lambda: queue.put(model.fit(X, Y, **QUIET).history["loss"]))
    child.start()
    assert queue.get() == model.fit(X, Y, **QUIET).history["loss"]
    child.join()
    assert child.exitcode == 0


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
