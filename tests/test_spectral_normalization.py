"""SpectralNormalization: what it takes, leaves alone, keeps in files and puts back.

Values recorded from Keras are in test_oracle_spectral.py.
"""

import numpy as np
import pytest

import cornu as keras
from cornu import _core, layers
from small_models import regression

X, Y = regression()
Spectral = layers.SpectralNormalization


def model_of(*made, dtype="float32"):
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input(X.shape[1:], dtype=dtype), *made])
    model.compile("sgd", "mse")
    return model


def test_the_kernel_comes_to_have_one_for_largest_singular_value():
    # So many iterations do for most kernels, not for all.
    keras.utils.set_random_seed(4)
    layer = Spectral(layers.Dense(6), power_iterations=30)
    layer(X)
    assert np.linalg.svd(layer.kernel)[1][0] != pytest.approx(1, rel=1e-3)
    before = layer.kernel.numpy()
    layer(X, training=False)
    np.testing.assert_array_equal(layer.kernel, before)
    layer(X, training=True)
    assert np.linalg.svd(layer.kernel)[1][0] == pytest.approx(1, rel=1e-4)
    zeros = Spectral(layers.Dense(2, kernel_initializer="zeros"))
    assert not zeros(X, training=True).any()
    assert zeros.kernel.shape == (X.shape[1], 2)


def test_gradients_are_those_of_the_kernel_as_divided_and_move_nothing():
    """At a kernel that stays as it is when it is divided, those of differences."""
    layer = Spectral(layers.Dense(5, activation="tanh", dtype="float64"), power_iterations=200)
    model = model_of(layer, layers.Dense(Y.shape[1], dtype="float64"), dtype="float64")
    layer(X[:1], training=True)
    plain = model_of(
        layers.Dense(5, activation="tanh", dtype="float64"),
        layers.Dense(Y.shape[1], dtype="float64"),
        dtype="float64",
    )
    state = model.get_weights()
    plain.set_weights([state[0], *state[2:]])
    for pair in zip(
        model.loss_and_gradients(X, Y)[1], plain.loss_and_gradients(X, Y)[1], strict=True
    ):
        np.testing.assert_allclose(*pair, rtol=1e-6, atol=1e-9)
    for weight, now in zip(state, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, now)


def test_a_step_that_is_abandoned_leaves_the_kernel():
    class StopError(Exception):
        pass

    def fails(y_true, y_pred):
        raise StopError

    pytest.importorskip("autograd")
    model = model_of(Spectral(layers.Dense(Y.shape[1])))
    state = model.get_weights()
    model.compile("sgd", fails)
    with pytest.raises(StopError):
        model.fit(X, Y, verbose=0)
    for weight, now in zip(state, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, now)


def test_files_configurations_and_freezing(tmp_path):
    penalized = layers.Dense(3, kernel_regularizer="l2", kernel_constraint="non_neg", name="within")
    model = model_of(Spectral(penalized, 2, name="wrapped"), layers.Dense(Y.shape[1]))
    wrapped = model.layers[0]
    model.fit(X, Y, epochs=2, verbose=0)
    assert (wrapped.kernel.numpy() >= 0).all()
    assert len(model.losses) == 1
    assert [w.name for w in wrapped.weights] == ["kernel", "vector_u", "bias"]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].get_config() == wrapped.get_config()
    for weight, now in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, now)
    for each in (model, loaded):
        each.fit(X, Y, shuffle=False, verbose=0)
    np.testing.assert_array_equal(*(each.predict(X, verbose=0) for each in (model, loaded)))
    wrapped.trainable = False
    assert wrapped.trainable_weights == []
    assert not wrapped.layer.trainable
    bias = wrapped.layer.bias.numpy()
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(wrapped.layer.bias, bias)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Spectral(layers.Dense(2), power_iterations=0), "should be greater than zero"),
        (lambda: Spectral(layers.Dense(2), power_iterations=1.5), "should be greater than zero"),
        (lambda: Spectral(3), "supplied to Wrapper isn't a supported layer type"),
        (lambda: Spectral(layers.ReLU())(X), "has no attribute 'kernel' nor 'embeddings'"),
        (lambda: Spectral(layers.Dense(2, activation=np.sin)), "must be one of cornu's own"),
        (lambda: Spectral(layers.Dense(2), dtype="float64"), "`dtype` must be the layer's"),
        (lambda: Spectral(layers.Dense(2, trainable=False)), "`trainable` must be False"),
        (
            lambda: Spectral(layers.Dense(2, activity_regularizer="l2"), activity_regularizer="l1"),
            "`activity_regularizer` must be None",
        ),
    ],
)
def test_refused(make, why):
    with pytest.raises(ValueError, match=why):
        make()


def test_a_built_layer_is_refused():
    assert not Spectral(layers.ReLU()).built
    layer = layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ValueError, match="not built yet"):
        Spectral(layer)
    with pytest.raises(ValueError, match="must not be built"):
        _core.spectral_normalization("s", layer._core, 1)
    with pytest.raises(TypeError, match="a layer of the core"):
        _core.spectral_normalization("s", layer, 1)
