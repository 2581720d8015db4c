"""Keras 2's backend: what departs from the operations, and what programs do with variables."""

import numpy as np
import pytest

import cornu
from cornu import backend as K  # noqa: N812


def test_variables_are_read_and_written():
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    model.compile(cornu.optimizers.SGD(0.5), "mse")
    kernel = model.layers[0].kernel
    K.set_value(kernel, [[1.0], [2.0]])
    assert model.predict(np.array([[1.0, 1.0]]), verbose=0).tolist() == [[3.0]]
    found = K.get_value(kernel)
    found[...] = 9
    assert K.batch_get_value([kernel])[0].tolist() == [[1.0], [2.0]]
    assert float(K.get_value(model.optimizer.learning_rate)) == 0.5
    K.batch_set_value([(kernel, np.zeros((2, 1)))])
    assert K.count_params(kernel) == 2
    assert K.int_shape(kernel) == (2, 1)
    assert not kernel.any()
    with pytest.raises(TypeError, match="`x` must be a Variable"):
        K.set_value(found, [[1.0], [1.0]])
    v = K.variable([1.0, 2.0], name="v")
    assert K.update_add(v, [1.0, 1.0]).tolist() == v.tolist() == [2.0, 3.0]
    assert K.moving_average_update(v, [0.0, 1.0], 0.5).tolist() == [1.0, 2.0]
    assert K.zeros((2,)).trainable


def test_numbers_of_an_optimizer_are_read_and_written():
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, use_bias=False)])
    model.compile(cornu.optimizers.SGD(0.5), "mse")
    optimizer = model.optimizer
    for value in (0.25, np.float32(0.25), np.array(0.25), [0.25]):
        optimizer.learning_rate = 0.5
        K.set_value(optimizer.lr, value)
        assert K.get_value(optimizer.learning_rate) == 0.25
    K.set_value(optimizer.learning_rate, K.get_value(optimizer.lr) * 0.5)
    K.set_value(optimizer.lr, 0.1)
    assert float(optimizer.lr) == 0.1
    K.set_value(optimizer.lr, 0.125)
    K.batch_set_value([(optimizer.iterations, 7)])
    assert (float(optimizer.lr), int(optimizer.iterations)) == (0.125, 7)
    assert K.update_add(optimizer.iterations, 2) == 9
    # The next step is by the rate that was set.
    K.set_value(optimizer.lr, 0.0)
    before = model.get_weights()[0]
    model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
    assert (model.get_weights()[0] == before).all()
    for wrong in ([0.1, 0.2], -1.0, "a"):
        with pytest.raises(ValueError, match="`learning_rate` must be a number"):
            K.set_value(optimizer.lr, wrong)


# By the formulas of Keras 2's backend on TensorFlow.
VALUES = {
    "argmax": (([[1.0, 5.0], [7.0, 2.0]],), [1, 0]),
    "batch_normalization": (([[3.0]], [1.0], [3.0], [10.0], None, -1, 1.0), [[11.0]]),
    "clip": (([-1.0, 5.0], 2, 1), [2.0, 2.0]),
    "concatenate": (([[[1.0]], [[2.0]]],), [[1.0, 2.0]]),
    "cumsum": (([[1.0, 2.0], [3.0, 4.0]],), [[1.0, 2.0], [4.0, 6.0]]),
    "expand_dims": (([1.0, 2.0],), [[1.0], [2.0]]),
    "flatten": (([[1.0, 2.0]],), [1.0, 2.0]),
    "foldr": ((lambda a, b: a - b, [1.0, 2.0, 4.0]), 1.0),
    "gather": (([[1.0], [2.0]], [1, 1]), [[2.0], [2.0]]),
    "hard_sigmoid": (([-3.0, 0.0, 1.0],), [0.0, 0.5, 0.7]),
    "l2_normalize": (([3.0, 4.0],), [0.6, 0.8]),
    "repeat": (([[1.0, 2.0]], 2), [[[1.0, 2.0], [1.0, 2.0]]]),
    "repeat_elements": (([[1.0, 2.0]], 2, 1), [[1.0, 1.0, 2.0, 2.0]]),
    "sqrt": (([4.0, -1.0],), [2.0, 0.0]),
    "switch": (([True, False], [[1.0], [2.0]], [[3.0], [4.0]]), [[1.0], [4.0]]),
    "batch_dot": (([[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 0.0]], 1), [[3.0], [3.0]]),
    "binary_crossentropy": (([1.0, 0.0], [1.0, 0.25]), [0.0, 0.28768197]),
    "sparse_categorical_crossentropy": (([[1.0]], [[0.25, 0.75]]), [0.28768207]),
    "in_top_k": (([[0.1, 0.9]], [1], 1), [True]),
    "logsumexp": (([[0.0, 0.0], [1.0, 1.0]], 1), [0.6931472, 1.6931472]),
    "slice": (([[1.0, 2.0], [3.0, 4.0]], [1, 0], [1, -1]), [[3.0, 4.0]]),
    "relu": (([-2.0, 0.5, 9.0], 0.1, 6.0), [-0.2, 0.5, 6.0]),
}


@pytest.mark.parametrize("name", VALUES)
def test_helpers(name):
    arguments, expected = VALUES[name]
    np.testing.assert_allclose(getattr(K, name)(*arguments), expected, 1e-6, 1e-7)


def test_batch_dot_of_more_axes():
    x, y = np.arange(24.0).reshape(2, 3, 4), np.arange(40.0).reshape(2, 4, 5)
    assert np.array_equal(K.batch_dot(x, y), x @ y)
    assert K.batch_dot(x, x, axes=2).shape == (2, 3, 3)
    assert K.batch_dot(x, x, axes=(1, 1)).shape == (2, 4, 4)
    with pytest.raises(ValueError, match="`axes` must name axes of one size"):
        K.batch_dot(x, y, axes=2)


def test_graphs_are_refused_with_the_way_out():
    with pytest.raises(NotImplementedError, match=r"keras.Model\(model.input, layer.output\)"):
        K.function([], [])
    with pytest.raises(NotImplementedError, match="there is none: model"):
        K.gradients(0, [])


def test_types():
    assert K.is_float_dtype("float64")
    assert not K.is_float_dtype("int8")
    assert K.is_int_dtype("uint8")
    assert K.cast_to_floatx([1, 2]).dtype == "float32"
    assert K.image_data_format() == "channels_last"
    K.set_image_data_format("channels_last")
    with pytest.raises(ValueError, match="`data_format` argument must be one of"):
        K.set_image_data_format("channels")


def test_what_is_of_no_meaning_here_says_why():
    with pytest.raises(AttributeError, match="'placeholder' of Keras 2's backend is about"):
        K.placeholder  # noqa: B018
    with pytest.raises(ImportError, match="'conv2d' of Keras 2's backend is for convolutions"):
        exec("from cornu.backend import conv2d")
    with pytest.raises(AttributeError, match="nearest known name is 'flatten'"):
        K.flaten  # noqa: B018
    with pytest.raises(NotImplementedError, match="training=True"):
        K.set_learning_phase(1)


def test_phases():
    """Only what is chosen is computed."""
    fail = lambda: 1 / 0  # noqa: E731
    assert K.in_train_phase(lambda: 3, fail, training=1) == 3
    assert K.in_train_phase(fail, 4, training=0) == K.in_train_phase(fail, 4) == 4
    assert K.in_test_phase(fail, lambda: 5, training=True) == 5


def test_the_same_numbers_in_an_array_of_their_own():
    x = np.ones(3, "float32")
    y = K.identity(x)
    x[0] = 2
    assert y.tolist() == [1, 1, 1]
