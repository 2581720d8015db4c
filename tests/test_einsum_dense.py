"""EinsumDense and GroupNormalization: shapes, what they share with Dense, and their errors."""

import numpy as np
import pytest

import cornu as keras

layers = keras.layers


def draw(*shape):
    return np.random.default_rng(5).standard_normal(shape)


@pytest.mark.parametrize(
    ("equation", "shape", "output_shape"),
    [
        ("...x,xy->...y", (4, 9), 5),
        ("...bx,xy->...by", (4, 3, 9), (None, 5)),
        ("abc,cde->abde", (4, 3, 9), (3, 2, 5)),
        ("abcd,cdef->abef", (4, 3, 2, 9), (None, 5, 2)),
    ],
)
def test_it_is_its_equation(equation, shape, output_shape):
    layer = layers.EinsumDense(equation, output_shape, dtype="float64")
    x = draw(*shape)
    got = layer(x)
    np.testing.assert_allclose(got, np.einsum(equation, x, np.array(layer.kernel)), rtol=1e-12)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *got.shape[1:])
    assert layer.bias is None


def test_it_trains_as_dense_does():
    x, y = draw(40, 9), draw(40, 3)
    results = []
    for make in (
        lambda: layers.Dense(7, "tanh"),
        lambda: layers.EinsumDense("ab,bc->ac", 7, "tanh", bias_axes="c"),
    ):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((9,)), make(), layers.Dense(3)])
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=2, verbose=0)
        results.append(model.get_weights())
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_configuration():
    layer = layers.EinsumDense("abc,cd->abd", (None, 4), "relu", bias_axes="d")
    again = layers.EinsumDense.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.compute_output_shape((None, 3, 2)) == (None, 3, 4)


@pytest.mark.parametrize(
    ("equation", "output_shape", "options", "text"),
    [
        ("ab,cb->ac", 3, {}, "that of a dense layer"),
        ("abc,bd->acd", (3, 3), {}, "that of a dense layer"),
        ("abc,bcd->abd", (3, 3), {}, "that of a dense layer"),
        ("ab...,bc->ac...", 3, {}, "that of a dense layer"),
        ("x,xy->y", 3, {}, "that of a dense layer"),
        ("nonsense", 3, {}, "that of a dense layer"),
        (None, 3, {}, "`equation` must be a string"),
        ("ab,bc->ac", 0, {}, "`output_shape` must be a positive integer"),
        ("ab,bc->ac", None, {}, "the units 'c' known"),
        ("ab,bc->ac", (3, 3), {}, "a size for each axis"),
        ("abc,cde->abde", (None, 2, 3), {"bias_axes": "e"}, "the letters of all units, 'de'"),
        ("abc,cde->abde", (None, 2, 3), {"activation": "softmax"}, "of single elements"),
        ("ab,bc->ac", 3, {"lora_rank": 2}, "`lora_rank` must be None"),
    ],
)
def test_equations_that_are_refused(equation, output_shape, options, text):
    with pytest.raises(ValueError, match=text):
        layers.EinsumDense(equation, output_shape, **options)


def test_inputs_that_do_not_fit():
    with pytest.raises(ValueError, match="another number of axes by its equation"):
        layers.EinsumDense("abc,cd->abd", (None, 4))(draw(3, 2))
    with pytest.raises(ValueError, match="another size in `output_shape`"):
        layers.EinsumDense("abc,cd->abd", (5, 4))(draw(3, 2, 2))
    with pytest.raises(AttributeError, match="must be built before it has a `kernel`"):
        _ = layers.EinsumDense("ab,bc->ac", 3).kernel


@pytest.mark.parametrize(
    ("shape", "axis"), [((6,), -1), ((5, 12), -1), ((12, 5), 1), ((3, 6, 2), 2)]
)
@pytest.mark.parametrize("groups", [1, 3, -1])
def test_group_normalization_is_its_formula(shape, axis, groups):
    x = draw(7, *shape) * 3 + 5
    layer = layers.GroupNormalization(groups, axis=axis, epsilon=0.01, dtype="float64")
    layer(x)
    size = x.shape[axis]
    layer.gamma[...] = draw(size)
    layer.beta[...] = draw(size) + 1
    count = size if groups == -1 else groups
    moved = np.moveaxis(x, axis, 1)
    parts = moved.reshape(7, count, -1)
    normal = (parts - parts.mean(2, keepdims=True)) / np.sqrt(parts.var(2, keepdims=True) + 0.01)
    normal = np.moveaxis(normal.reshape(moved.shape), 1, -1) * layer.gamma + layer.beta
    np.testing.assert_allclose(layer(x), np.moveaxis(normal, -1, axis), rtol=1e-10, atol=1e-12)


def test_arguments_of_group_normalization():
    for groups in (0, -2, 1.5, "x"):
        with pytest.raises(ValueError, match="`groups` must be a positive integer, or -1"):
            layers.GroupNormalization(groups)
    for groups, size in ((4, 6), (32, 6)):
        with pytest.raises(ValueError, match="does not divide the size of its axis"):
            layers.GroupNormalization(groups)(draw(2, size))
    with pytest.raises(ValueError, match="`axis` must be"):
        layers.GroupNormalization(axis=0)
    with pytest.raises(ValueError, match="Unknown regularizer: 'x'"):
        layers.GroupNormalization(beta_regularizer="x")
