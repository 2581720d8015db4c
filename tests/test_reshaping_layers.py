"""Permute, RepeatVector, Identity and Rescaling: what they refuse, and sizes of every kind."""

import numpy as np
import pytest

import cornu as keras

layers = keras.layers


@pytest.mark.parametrize("dims", [(), (0, 1), (2,), (1, 1), (1, 3), "12", 1, (1.0, 2.0)])
def test_dims_that_are_no_permutation(dims):
    with pytest.raises(ValueError, match="`dims` must be a tuple"):
        layers.Permute(dims)


def test_dims_of_another_rank():
    with pytest.raises(ValueError, match=r"another rank than its input.*\(None, 3\)"):
        layers.Permute((2, 1))(np.zeros((4, 3)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (16, 17), (33, 5), (0, 3), (3, 0)])
def test_permute_of_odd_sizes(shape):
    x = np.arange(5.0 * np.prod(shape)).reshape(5, *shape)
    np.testing.assert_array_equal(layers.Permute((2, 1))(x), x.swapaxes(1, 2))


def test_permute_of_large_batches():
    x = np.random.default_rng(1).standard_normal((513, 7, 3, 5)).astype("float32")
    np.testing.assert_array_equal(layers.Permute((3, 2, 1))(x), x.transpose(0, 3, 2, 1))


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "2", None])
def test_numbers_of_repetitions(n):
    with pytest.raises(ValueError, match="`n` must be a positive integer"):
        layers.RepeatVector(n)


def test_repeat_wants_features():
    with pytest.raises(ValueError, match="expects one axis of features"):
        layers.RepeatVector(2)(np.zeros((4, 3, 2)))
    assert layers.RepeatVector(2)(np.zeros((4, 0))).shape == (4, 2, 0)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 5003])
def test_rescaling_of_odd_sizes(size):
    x = np.arange(3.0 * size).reshape(3, size)
    np.testing.assert_array_equal(layers.Rescaling(2, 1, dtype="float64")(x), 2 * x + 1)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("x",), "`scale` must be a number"),
        ((None,), "`scale` must be a number"),
        (([],), "`scale` must be a number"),
        (([[1, 2]],), "`scale` must be a number"),
        ((1, [[1], [2, 3]]), "`offset` must be a number"),
        (([1, 2], [1, 2, 3]), "of one length"),
        ((float("inf"),), "finite in float32"),
        ((1, 1e300), "finite in float32"),
    ],
)
def test_scales_that_are_refused(arguments, text):
    with pytest.raises(ValueError, match=text):
        layers.Rescaling(*arguments)


def test_scales_of_another_length_than_the_axis():
    with pytest.raises(ValueError, match="of another length than its last axis"):
        layers.Rescaling([1, 2])(np.zeros((4, 3)))


def test_identity_costs_nothing_and_takes_no_arguments():
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(layers.Identity()(x), x)
    with pytest.raises((TypeError, ValueError)):
        layers.Identity(3)


def test_rescaling_of_channels_is_for_images_only():
    keras.config.set_image_data_format("channels_first")
    try:
        layer = layers.Rescaling([1, 2, 3], [0, 1, 0])
    finally:
        keras.config.set_image_data_format("channels_last")
    x = np.ones((2, 3, 2, 5))
    expected = np.array([1.0, 3.0, 3.0], "float32").reshape(3, 1, 1) * np.ones_like(x)
    np.testing.assert_array_equal(layer(x), expected)
    for shape in ((4, 3), (4, 2, 3, 3)):
        with pytest.raises(ValueError, match="another length than its third last axis"):
            layer(np.zeros(shape))


def test_flatten_of_channels_in_a_loss_of_ones_own():
    """The layer called on what is being derived computes as its core does."""
    pytest.importorskip("autograd")
    x = np.arange(24.0).reshape(2, 3, 4)
    layer = layers.Flatten("channels_first")
    np.testing.assert_array_equal(layer(x), x.transpose(0, 2, 1).reshape(2, 12))
    np.testing.assert_array_equal(layer._compute(x, False), layer(x))
