"""Every layer in a model: gradients, fit, frozen, standing twice, and rows of odd numbers."""

import functools

import numpy as np
import pytest

import cornu as keras
from single_layers import FLOAT64, check_gradients, data_for, model_around

layers = keras.layers

# A layer, and the shape of the rows that it is given.
LAYERS = {
    "relu": (functools.partial(layers.ReLU, 1.5, 0.25, 0.125), (5,)),
    "leaky relu": (layers.LeakyReLU, (5,)),
    "elu": (functools.partial(layers.ELU, 0.5), (5,)),
    "softmax": (layers.Softmax, (5,)),
    "softmax of another axis": (functools.partial(layers.Softmax, axis=1), (3, 5)),
    "prelu": (functools.partial(layers.PReLU, "random_normal"), (5,)),
    "prelu of two axes": (functools.partial(layers.PReLU, "random_normal"), (3, 5)),
    "prelu of shared axes": (
        functools.partial(layers.PReLU, "random_normal", shared_axes=[2]),
        (2, 3, 5),
    ),
    "prelu of all axes shared": (
        functools.partial(layers.PReLU, "random_normal", shared_axes=(1, 2)),
        (3, 5),
    ),
    "layer normalization": (
        functools.partial(layers.LayerNormalization, gamma_initializer="random_normal"),
        (5,),
    ),
    "layer normalization of another axis": (
        functools.partial(layers.LayerNormalization, axis=1),
        (3, 5),
    ),
    "layer normalization of two axes": (
        functools.partial(layers.LayerNormalization, axis=(1, 3), beta_initializer="ones"),
        (2, 3, 5),
    ),
    "layer normalization without weights": (
        functools.partial(layers.LayerNormalization, center=False, scale=False),
        (7,),
    ),
    "rms normalization": (layers.RMSNormalization, (5,)),
    "rms normalization of another axis": (
        functools.partial(layers.RMSNormalization, axis=1),
        (3, 5),
    ),
    "unit normalization": (layers.UnitNormalization, (5,)),
    "unit normalization of two axes": (
        functools.partial(layers.UnitNormalization, axis=[1, 2]),
        (3, 5),
    ),
    "identity": (layers.Identity, (5,)),
    "permute": (functools.partial(layers.Permute, (2, 1)), (3, 5)),
    "permute all": (functools.partial(layers.Permute, (3, 1, 2)), (2, 3, 5)),
    "repeat vector": (functools.partial(layers.RepeatVector, 3), (5,)),
    "rescaling": (functools.partial(layers.Rescaling, -0.5, 0.25), (5,)),
    "rescaling of each": (functools.partial(layers.Rescaling, [1, 2, 3], [0.5, 0, -1]), (2, 3)),
    "gaussian noise": (functools.partial(layers.GaussianNoise, 0.3, seed=1), (5,)),
    "gaussian dropout": (functools.partial(layers.GaussianDropout, 0.3, seed=1), (3, 5)),
    "alpha dropout": (functools.partial(layers.AlphaDropout, 0.3, seed=1), (5,)),
    "alpha dropout of a noise shape": (
        functools.partial(layers.AlphaDropout, 0.5, noise_shape=(None, 1, 5), seed=1),
        (3, 5),
    ),
    "batch normalization": (layers.BatchNormalization, (5,)),
    "batch normalization of another axis": (
        functools.partial(layers.BatchNormalization, axis=1, gamma_initializer="random_normal"),
        (3, 5),
    ),
    "batch normalization without weights": (
        functools.partial(layers.BatchNormalization, center=False, scale=False),
        (2, 5),
    ),
    "softmax of two axes": (functools.partial(layers.Softmax, axis=(1, -1)), (2, 3, 5)),
}


@pytest.fixture(params=LAYERS)
def layer_and_shape(request):
    return LAYERS[request.param]


@pytest.mark.parametrize("rows", [2, 7, 16])
def test_gradients(layer_and_shape, rows):
    model = model_around(*layer_and_shape)
    check_gradients(model, *data_for(model, rows))


def test_fit_lowers_the_loss(layer_and_shape):
    model = model_around(*layer_and_shape)
    x, y = data_for(model, 37)
    losses = model.fit(x, y, epochs=12, batch_size=16, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
    assert np.isfinite(model.evaluate(x, y, verbose=0))


def test_predictions_do_not_depend_on_the_batch(layer_and_shape):
    model = model_around(*layer_and_shape)
    x, _ = data_for(model, 37)
    whole = model.predict(x, verbose=0)
    for size in (1, 2, 7, 36):
        np.testing.assert_array_equal(model.predict(x, batch_size=size, verbose=0), whole)
    assert len(model.layers[1](x[:0])) == 0


def test_alone_as_in_a_model(layer_and_shape):
    model = model_around(*layer_and_shape)
    x, _ = data_for(model, 7)
    hidden = x
    for layer in model.layers:
        hidden = layer(hidden)
    np.testing.assert_array_equal(hidden, model.predict(x, verbose=0))


def test_frozen(layer_and_shape):
    model = model_around(*layer_and_shape)
    x, y = data_for(model, 9)
    model.layers[1].trainable = False
    kept = model.layers[1].get_weights()
    check_gradients(model, x, y)
    model.fit(x, y, epochs=2, verbose=0)
    for came, was in zip(model.layers[1].get_weights(), kept, strict=True):
        np.testing.assert_array_equal(came, was)
    assert model.layers[1].trainable_weights == []


def test_standing_twice(layer_and_shape):
    make, shape = layer_and_shape
    shared = make(**FLOAT64)
    if isinstance(shared, layers.RepeatVector):
        pytest.skip("it can't take its own output")
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [
            keras.Input(shape, **FLOAT64),
            layers.Dense(shape[-1], **FLOAT64),
            shared,
            layers.Dense(shape[-1], **FLOAT64),
            shared,
            layers.Flatten(**FLOAT64),
            layers.Dense(2, **FLOAT64),
        ]
    )
    model.compile(optimizer="sgd", loss="mse")
    x, y = data_for(model, 9)
    check_gradients(model, x, y)
    model.fit(x, y, epochs=2, verbose=0)


def test_first_and_last(layer_and_shape):
    """No layer before it that wants a gradient, none after it that gives one."""
    make, shape = layer_and_shape
    model = keras.Sequential([keras.Input(shape, **FLOAT64), make(**FLOAT64)])
    x = np.random.default_rng(1).standard_normal((5, *shape))
    model.compile(optimizer="sgd", loss="mse")
    y = np.ones_like(model.predict(x, verbose=0))
    model.fit(x, y, verbose=0)
    if model.trainable_weights:
        check_gradients(model, x, y)


@pytest.mark.parametrize("axis", [(), "x", 1.5])
def test_axes_that_are_none_of_a_row(axis):
    with pytest.raises(ValueError, match="`axis` must be"):
        layers.Softmax(axis=axis)


@pytest.mark.parametrize("axis", [3, -3, (1, 1), -4])
def test_axes_that_do_not_fit_the_input(axis):
    with pytest.raises(ValueError, match=r"has (an axis|the batch|one axis)"):
        layers.Softmax(axis=axis)(np.zeros((4, 3, 2))[:, :, 0])


@pytest.mark.parametrize("axis", [0, (0, 1), -2])
def test_softmax_along_the_batch(axis):
    """On an array, but not in a model: a prediction would depend on the rows beside it."""
    x = np.array([[1.0, 3.0], [2.0, 0.0], [5.0, 5.0]])
    axes = axis if isinstance(axis, tuple) else (axis,)
    sums = np.exp(x).sum(axis=axes, keepdims=True)
    np.testing.assert_allclose(layers.Softmax(axis)(x), np.exp(x) / sums, rtol=1e-6)
    with pytest.raises(ValueError, match="has the batch's among its axes"):
        keras.Sequential([keras.Input((2,)), layers.Softmax(axis)])


def test_relus_take_no_negative_arguments():
    for make in (
        lambda: layers.ReLU(-1),
        lambda: layers.ReLU(negative_slope=-0.1),
        lambda: layers.ReLU(threshold=None),
        lambda: layers.LeakyReLU(-0.1),
        lambda: layers.LeakyReLU(None),
    ):
        with pytest.raises(ValueError, match="must be a finite number of at least 0"):
            make()
    with pytest.raises(ValueError, match="`alpha` must be a finite number"):
        layers.ELU(float("nan"))


def test_leaky_relus_old_argument():
    with pytest.warns(UserWarning, match="`negative_slope`"):
        layer = layers.LeakyReLU(alpha=0.1)
    assert layer.negative_slope == 0.1


def test_masks_of_softmax():
    softmax = layers.Softmax()
    with pytest.raises(ValueError, match=r"mask.shape=\(3,\)"):
        softmax(np.zeros((2, 4)), mask=np.ones(3, bool))
    with pytest.raises(ValueError, match="numbers or bools"):
        softmax(np.zeros((2, 4)), mask="mask")
