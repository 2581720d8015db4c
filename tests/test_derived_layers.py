"""Classes derived from cornu's layers with methods of their own, and cornu's layers within those of
one's own: breaks when they depart by a bit from the layers themselves."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from own_layers import QUIET, X, Y, model_of

layers = keras.layers


def plain(kind):
    """A class whose `call` is its base's."""

    def call(self, inputs, training=None, mask=None):
        return super(mine, self).call(inputs, training=training, mask=mask)

    mine = type(f"My{kind.__name__}", (kind,), {"call": call})
    return mine


class Around(layers.Layer):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, x, training=None):
        return self.inner(x, training=training)


MAKE = {
    "dropout": lambda kind=layers.Dropout: kind(0.4, noise_shape=(None, 1), seed=1),
    "alpha": lambda kind=layers.AlphaDropout: kind(0.4, seed=1),
    "gaussian dropout": lambda kind=layers.GaussianDropout: kind(0.4, seed=1),
    "gaussian noise": lambda kind=layers.GaussianNoise: kind(0.4, seed=1),
    "dense": lambda kind=layers.Dense: kind(4, activation="tanh", kernel_regularizer="l2"),
    "einsum": lambda kind=layers.EinsumDense: kind("ab,bc->ac", 4, activation="gelu"),
    "renorm": lambda kind=layers.BatchNormalization: kind(renorm=True, momentum=0.8),
    "layer norm": lambda kind=layers.LayerNormalization: kind(gamma_constraint="non_neg"),
    "group norm": lambda kind=layers.GroupNormalization: kind(2),
    "rms norm": lambda kind=layers.RMSNormalization: kind(),
    "prelu": lambda kind=layers.PReLU: kind("ones"),
    "softmax": lambda kind=layers.Softmax: kind(),
    "repeat": lambda kind=layers.RepeatVector: kind(2),
}


def trained(make):
    keras.utils.set_random_seed(0)
    model = model_of(layers.Dense(4), make(), layers.Flatten(), layers.Dense(3))
    history = model.fit(X, Y, epochs=2, validation_data=(X, Y), **QUIET).history
    return history, model.get_weights(), model.predict(X, verbose=0)


def assert_same(found, expected):
    assert found[0] == expected[0]
    for own, other in zip(found[1], expected[1], strict=True):
        np.testing.assert_array_equal(own, other)
    np.testing.assert_array_equal(found[2], expected[2])


@pytest.mark.parametrize("name", MAKE)
def test_same_bits_as_the_layer_itself(name):
    make = MAKE[name]
    expected = trained(make)
    kind = plain(type(make()))
    assert_same(trained(lambda: make(kind)), expected)
    assert_same(trained(lambda: Around(make())), expected)


class MCDropout(layers.Dropout):
    """As in Géron's book."""

    def call(self, inputs):
        return super().call(inputs, training=True)


def test_dropout_that_always_acts():
    model = model_of(layers.Dense(50), MCDropout(0.5, seed=2), layers.Dense(3))
    model.fit(X, Y, **QUIET)
    first, second = (model.predict(X, verbose=0) for _ in range(2))
    assert (first != second).any()
    spread = np.std([model(X[:1]) for _ in range(20)])
    assert spread > 0.01
    # As that of the core, from the first draw on: shapes are found without one.
    x = np.ones((3, 5), "float32")
    np.testing.assert_array_equal(
        keras.Sequential([keras.Input((5,)), MCDropout(0.5, seed=1)])(x),
        layers.Dropout(0.5, seed=1)(x, training=True),
    )


def test_draws_are_put_back_when_a_fit_fails():
    x = np.ones((40, 4), "float32")
    x[-1] = np.nan
    for make in (lambda: plain(layers.Dropout)(0.5, seed=1), lambda: Around(MAKE["alpha"]())):
        layer = make()
        model = model_of(layer, layers.Dense(3))
        with pytest.raises(ValueError, match="finite"):
            model.fit(x, np.ones((40, 3)), **QUIET)
        np.testing.assert_array_equal(layer(X, training=True), make()(X, training=True))


def test_nothing_is_moved_by_the_trial_that_finds_a_shape():
    class Norm(Around):
        def call(self, x):
            return self.inner(x, training=True)

    layer = Norm(layers.BatchNormalization())
    model_of(layer)
    np.testing.assert_array_equal(layer.inner.moving_variance, np.ones(4))


@keras.saving.register_keras_serializable("derived")
class Scaled(layers.Dense):
    def __init__(self, units, factor=1.0, **options):
        super().__init__(units, **options)
        self.factor = factor

    def build(self, input_shape):
        super().build(input_shape)
        self.scale = self.add_weight((self.kernel.shape[-1],), "ones", name="scale")
        self.built = True

    def call(self, inputs):
        return super().call(inputs) * self.scale * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def test_weights_freezing_and_files(tmp_path):
    layer = Scaled(3, factor=2.0, kernel_constraint="non_neg", name="mine")
    model = model_of(layer, layers.Dense(3))
    assert [weight.name for weight in layer.weights] == ["kernel", "bias", "scale"]
    assert layer.kernel.path.endswith("mine/kernel")
    model.fit(X, Y, **QUIET)
    assert (layer.kernel.numpy() >= 0).all()
    model.save(tmp_path / "derived.keras")
    again = keras.models.load_model(tmp_path / "derived.keras")
    assert again.layers[0].factor == 2.0
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    layer.trainable = False
    before = layer.get_weights()
    model.compile("sgd", "mse")
    model.fit(X, Y, **QUIET)
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_weights_of_a_build_of_ones_own():
    class Own(layers.Dense):
        def build(self, input_shape):
            shape = (input_shape[-1], self.units)
            self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel")
            self.bias = self.add_weight((self.units,), "zeros", name="bias")

        def call(self, inputs):
            return np.tanh(inputs @ self.kernel + self.bias)

    found = trained(lambda: Own(4))
    expected = trained(lambda: layers.Dense(4, activation="tanh"))
    np.testing.assert_allclose(found[2], expected[2], rtol=1e-4, atol=1e-6)

    class Without(Own):
        def call(self, inputs):
            return super(Own, self).call(inputs)

    refused(lambda: Without(2)(X), "must call `super().build(input_shape)`")


class Marked(layers.Layer):
    """Its mask is whatever `given` returns."""

    def __init__(self, given):
        super().__init__()
        self.given = given

    def call(self, inputs):
        return inputs * 1.0

    def compute_mask(self, inputs, mask=None):
        return self.given(inputs, mask)


def test_masks_of_ones_own(recwarn):
    x, y = X.reshape(-1, 2, 2), np.ones((len(X), 2, 2))
    kept = np.tile([[1, 0]], (len(x), 1))
    layer = Marked(lambda inputs, mask: kept[: len(inputs)])
    # Nothing is lost, so nothing warns, where no mask is made.
    for given, lost in ((layer.given, True), (lambda inputs, mask: mask, False)):
        recwarn.clear()
        keras.Sequential([keras.Input((2, 2)), Marked(given), layers.Flatten()])
        assert any("destroy" in str(one.message) for one in recwarn) == lost
    recwarn.clear()
    model = keras.Sequential([keras.Input((2, 2)), layer, layers.Dense(2)])
    model.compile("sgd", "mse")
    expected = np.square(model.predict(x, verbose=0)[:, 0] - 1).mean()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-6)
    layer.given = lambda inputs, mask: None
    expected = np.square(model.predict(x, verbose=0) - 1).mean()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-6)
    layer.given = lambda inputs, mask: np.ones(3)
    words = "`compute_mask` of layer", "must return an array of shape"
    unchanged(model, lambda: model.fit(x, y, **QUIET), *words)
    # Kept beside what a call gives, and given to the next layer.
    layer.given = lambda inputs, mask: np.tile([True, False], (len(inputs), 1))
    rest = layers.Softmax(axis=1)(layer(x))
    assert rest.shape == x.shape
    normalization = plain(layers.BatchNormalization)()
    normalization(layer(x), training=True)
    np.testing.assert_allclose(normalization.moving_mean, 0.01 * x[:, 0].mean(0), rtol=1e-3)


def test_call_of_cornus_own():
    dense = layers.Dense(2)
    np.testing.assert_array_equal(dense.call(X), dense(X))
    with pytest.raises(NotImplementedError, match="must have a method"):
        layers.Layer()(X)
