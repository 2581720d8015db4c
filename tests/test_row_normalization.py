"""Layer, RMS and unit normalization, and PReLU: weights, arguments, and axes of every kind."""

import numpy as np
import pytest

import cornu as keras

layers = keras.layers


def draw(*shape):
    return np.random.default_rng(2).standard_normal(shape)


@pytest.mark.parametrize("columns", [1, 2, 15, 16, 17, 257])
def test_layer_normalization_is_its_formula(columns):
    x = draw(33, columns) * 3 + 5
    layer = layers.LayerNormalization(epsilon=0.01, dtype="float64")
    got = layer(x)
    layer.gamma[...] = draw(columns)
    layer.beta[...] = draw(columns) + 1
    expected = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 0.01)
    np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-12)
    expected = expected * layer.gamma + layer.beta
    np.testing.assert_allclose(layer(x), expected, rtol=1e-11, atol=1e-12)


def test_rms_normalization_of_another_axis():
    """Keras's scale does not fit its input there."""
    x = draw(7, 3, 5)
    layer = layers.RMSNormalization(axis=1, epsilon=0.0, dtype="float64")
    layer(x)
    layer.scale[...] = [1, 2, 3]
    expected = x / np.sqrt((x**2).mean(1, keepdims=True)) * layer.scale[:, None]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-13)
    with pytest.raises(AttributeError, match=r"layer\.scale\[\.\.\.\] = value"):
        layer.scale = 3


def test_unit_normalization_of_tiny_and_zero_rows():
    x = np.array([[0.0, 0.0], [3e-14, 4e-14], [3e-5, 4e-5]])
    got = layers.UnitNormalization(dtype="float64")(x)
    np.testing.assert_allclose(got, [[0, 0], [0.03, 0.04], [0.6, 0.8]], rtol=1e-13)


def test_weights():
    layer = layers.LayerNormalization(axis=(1, -1))
    assert layer.gamma is layer.beta is None
    layer.build((None, 3, 2, 5))
    assert [(w.name, w.shape) for w in layer.weights] == [("gamma", (3, 5)), ("beta", (3, 5))]
    assert layer.trainable_weights == layer.weights
    layer = layers.LayerNormalization(center=False)
    layer.build((None, 3))
    assert [w.name for w in layer.weights] == ["gamma"]
    assert layer.beta is None
    assert layers.UnitNormalization().weights == []


@pytest.mark.parametrize(
    ("shared", "shape"), [(None, (2, 3, 5)), ([1], (1, 3, 5)), ((1, 3), (1, 3, 1)), (2, (2, 1, 5))]
)
def test_prelu_is_its_formula(shared, shape):
    x = draw(7, 2, 3, 5)
    layer = layers.PReLU("random_normal", shared_axes=shared, dtype="float64")
    got = layer(x)
    assert layer.alpha.shape == shape
    np.testing.assert_array_equal(got, np.where(x > 0, x, np.array(layer.alpha) * x))


def test_prelu_before_it_is_built():
    with pytest.raises(AttributeError, match="must be built before it has an `alpha`"):
        _ = layers.PReLU().alpha


@pytest.mark.parametrize("shared", [0, -1, "x", (1, 1.5)])
def test_shared_axes_that_are_refused(shared):
    with pytest.raises(ValueError, match="`shared_axes` must be"):
        layers.PReLU(shared_axes=shared)


def test_shared_axes_that_the_input_has_not():
    with pytest.raises(ValueError, match="has an axis that its input has not"):
        layers.PReLU(shared_axes=3)(draw(2, 3, 4))


@pytest.mark.parametrize(
    "make", [layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization]
)
def test_axes_that_are_refused(make):
    for axis in (0, (0, 1), (), "x", 1.5, None):
        with pytest.raises(ValueError, match="`axis` must be"):
            make(axis=axis)
    for axis in (3, -3, (1, -2), (1, 1)):
        with pytest.raises(ValueError, match=r"has (an axis|the batch|one axis)"):
            make(axis=axis)(draw(4, 3))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"epsilon": -1}, "`epsilon` must be"),
        ({"center": None}, "`center` must be True or False"),
        ({"scale": []}, "`scale` must be True or False"),
        ({"beta_initializer": 3}, "An initializer must be"),
        ({"gamma_constraint": "x"}, "Unknown constraint: 'x'"),
        ({"rms_scaling": True}, "`rms_scaling` must be False"),
    ],
)
def test_arguments_of_layer_normalization(options, text):
    with pytest.raises(ValueError, match=text):
        layers.LayerNormalization(**options)


def test_the_derivative_of_prelu_at_zero_is_zero():
    """As of relu(x) - alpha * relu(-x), which is how Keras computes it."""
    prelu = layers.PReLU("ones")
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, use_bias=True), prelu])
    model.compile("sgd", "mse")
    _, gradients = model.loss_and_gradients(np.zeros((3, 2)), np.ones((3, 2)))
    np.testing.assert_array_equal(gradients[1], [0, 0])
