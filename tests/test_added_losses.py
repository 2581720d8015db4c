"""`add_loss`, and rules of weights, in layers of one's own: breaks when they miss the loss or the
gradient."""

import numpy as np
import pytest

import cornu as keras
from finite_differences import along_each_weight
from own_layers import QUIET, Linear, X, Y, model_of

layers, regularizers = keras.layers, keras.regularizers


class Squared(layers.Layer):
    """As ActivityRegularization(l2=0.3)."""

    def call(self, x):
        self.add_loss(0.3 * np.sum(np.square(x)) / x.shape[0])
        return x


class Around(layers.Layer):
    """The same, from within."""

    def __init__(self):
        super().__init__()
        self.inner = Squared()

    def call(self, x):
        return self.inner(x)


class Regular(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(5, activity_regularizer=regularizers.L2(0.3))

    def call(self, x):
        return self.inner(x)


TWINS = {
    "own": lambda: model_of(layers.Dense(5), Squared(), Linear(3)),
    "twice": lambda: model_of(Squared(), layers.Dense(5), Around(), Linear(3)),
    "within": lambda: model_of(layers.Dense(5), Around(), Linear(3)),
    "inner activity": lambda: model_of(Regular(), Linear(3)),
}


@pytest.mark.parametrize("name", TWINS)
def test_trains_as_a_regularizer_of_the_core(name):
    model = TWINS[name]()
    first = [layers.ActivityRegularization(l2=0.3)] if name == "twice" else []
    expected = model_of(
        *first, layers.Dense(5), layers.ActivityRegularization(l2=0.3), layers.Dense(3)
    )
    expected.set_weights(model.get_weights())
    for one in (model, expected):
        one.fit(X, Y, epochs=2, validation_data=(X[:4], Y[:4]), **QUIET)
    for key, values in expected.history.history.items():
        np.testing.assert_allclose(model.history.history[key], values, rtol=1e-5)
    for own, other in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-4, atol=1e-5)
    found = model.evaluate(X, Y, batch_size=len(X), verbose=0)[0]
    assert found == pytest.approx(expected.evaluate(X, Y, batch_size=len(X), verbose=0)[0], 1e-5)
    # The values of the last call, once.
    for _ in range(2):
        model(X), expected(X)
    np.testing.assert_allclose(sorted(model.losses), sorted(expected.losses), rtol=1e-5)


class Ruled(layers.Layer):
    def __init__(self, **rules):
        super().__init__(dtype="float64")
        self.early = self.add_weight((), "ones", regularizer=regularizers.L1(0.2), name="early")
        self.rules = rules

    def build(self, input_shape):
        self.scale = self.add_weight((input_shape[-1],), "ones", name="scale", **self.rules)

    def call(self, x):
        self.add_loss([np.mean(self.scale) ** 2, 0.1 * np.sum(x * self.scale)])
        return np.tanh(x * self.scale) * self.early


def test_gradients_are_finite_differences():
    own = Ruled(regularizer=lambda w: 0.1 * np.sum(w**4))
    model = model_of(layers.Dense(3, dtype="float64"), own, dtype="float64")
    # The derivatives are scaled and back.
    model.compile(keras.optimizers.SGD(loss_scale_factor=8.0), "mse")
    x, y = X.astype("float64"), Y.astype("float64")
    loss, gradients = model.loss_and_gradients(x, y)
    model(x)
    assert len(model.losses) == 4
    assert loss == pytest.approx(np.square(model(x) - y).mean() + sum(model.losses), rel=1e-12)
    again = along_each_weight(model, gradients, lambda: model.loss_and_gradients(x, y)[0])
    for found, expected in again:
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-13)


def test_constraints_of_own_weights():
    own = Ruled(constraint=keras.constraints.MaxNorm(0.5))
    model = model_of(layers.Dense(3, dtype="float64"), own, dtype="float64")
    model.fit(X, Y, **QUIET)
    assert np.linalg.norm(own.scale) <= 0.5 + 1e-6
    assert isinstance(own.scale.constraint, keras.constraints.MaxNorm)
    assert own.early.regularizer.l1 == 0.2
    assert len(own.losses) == 1
    # So is an activation of one's own in a dense layer.
    dense = layers.Dense(3, activation=np.tanh, kernel_regularizer="l2", bias_constraint="non_neg")
    model = model_of(dense)
    model.fit(X, Y, **QUIET)
    assert (np.asarray(dense.bias) >= 0).all()
    np.testing.assert_allclose(dense.losses, [0.01 * np.square(dense.kernel).sum()], rtol=1e-6)


@pytest.mark.parametrize("loss", [None, "much", lambda: 1.0])
def test_what_is_no_number(loss):
    class Wrong(layers.Layer):
        def call(self, x):
            self.add_loss(loss)
            return x

    with pytest.raises(ValueError, match=r"`add_loss\(\)` can only be called from inside"):
        Wrong()(X)
    with pytest.raises(ValueError, match="of a layer of one's own"):
        layers.Dense(2).add_loss(1.0)


def test_a_loss_of_no_batch():
    class Early(layers.Layer):
        def build(self, input_shape):
            self.add_loss(1.0)

        def call(self, x):
            return x

    for work in (lambda: Early()(X), lambda: Squared().add_loss(1.0)):
        with pytest.raises(ValueError, match="only be called from inside `call`"):
            work()
