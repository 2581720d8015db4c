"""Functions on plain arrays: values against NumPy, and arrays that don't fit."""

import numpy as np
import pytest

from core_models import MSE, rows
from cornu import _core

SPARSE = ("sparse_categorical_crossentropy", False, 0.0, "sum")
ACCURACY = ("categorical_accuracy", None, 0.5, 1)
SPARSE_ACCURACY = ("sparse_categorical_accuracy", None, 0.5, 1)


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.mark.parametrize("shape", [(0,), (7,), (0, 3), (3, 0), (5, 3), (2, 3, 4), (1,) * 20])
def test_activations_of_any_shape(shape, dtype):
    x = rows(int(np.prod(shape)), 1, dtype).reshape(shape)
    x.flags.writeable = False
    y = _core.apply_activation(("leaky_relu", (0.25,)), x)
    assert (y.shape, y.dtype) == (x.shape, x.dtype)
    np.testing.assert_array_equal(y, np.where(x < 0, x / 4, x))
    dx = _core.activation_derivative(("leaky_relu", (0.25,)), x, y, np.full_like(x, 2))
    np.testing.assert_array_equal(dx, np.where(x < 0, 0.5, 2))


def test_parameters_that_are_left_out_are_keras_s():
    x = np.array([-1.0])
    assert _core.apply_activation(("leaky_relu", ()), x) == [-0.2]
    assert _core.apply_activation(("relu", (0.5,)), x) == [-0.5]


def test_an_activation_that_halves_the_last_axis(dtype):
    x = rows(5, 6, dtype)
    y = _core.apply_activation(("glu", ()), x)
    np.testing.assert_allclose(y, x[:, :3] / (1 + np.exp(-x[:, 3:])), rtol=1e-6)
    assert _core.activation_derivative(("glu", ()), x, y, np.ones_like(y)).shape == x.shape
    with pytest.raises(ValueError, match="7"):
        _core.apply_activation(("glu", ()), rows(5, 7, dtype))
    with pytest.raises(ValueError, match="`y` must have"):
        _core.activation_derivative(("glu", ()), x, x, x)


BAD_ARRAYS = {
    "int32": np.ones((4, 3), "int32"),
    "float16": np.ones((4, 3), "float16"),
    "longdouble": np.ones((4, 3), "longdouble"),
    "complex": np.ones((4, 3), "complex64"),
    "swapped": np.ones((4, 3), "float32").astype(np.dtype("float32").newbyteorder()),
    "transposed": np.ones((3, 4), "float32").T,
    "strided": np.ones((4, 6), "float32")[:, ::2],
    "reversed": np.ones((4, 3), "float32")[::-1],
    "unaligned": np.zeros(49, "uint8")[1:].view("float32").reshape(4, 3),
}


@pytest.mark.parametrize("kind", BAD_ARRAYS)
def test_arrays_that_are_not_plain_are_refused(kind):
    bad, good = BAD_ARRAYS[kind], np.ones((4, 3), "float32")
    calls = [
        lambda: _core.apply_activation(("relu", ()), bad),
        lambda: _core.activation_derivative(("relu", ()), bad, good, good),
        lambda: _core.activation_derivative(("relu", ()), good, bad, good),
        lambda: _core.activation_derivative(("relu", ()), good, good, bad),
        lambda: _core.loss_rows(MSE, good, bad),
        lambda: _core.loss_rows(MSE, bad, good),
        lambda: _core.metric_rows(ACCURACY, good, bad),
        lambda: _core.metric_rows(ACCURACY, bad, good),
        lambda: _core.fill_random("uniform", bad, 0, 0, 0.0, 1.0),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"must (be|have)"):
            call()


@pytest.mark.parametrize("value", [None, 1.0, [[1.0]], np.float32(1)])
def test_what_is_no_array_is_a_type_error(value):
    with pytest.raises(TypeError, match="`x` must be a NumPy array"):
        _core.apply_activation(("relu", ()), value)


def test_an_activation_needs_an_axis():
    with pytest.raises(ValueError, match="at least one axis"):
        _core.apply_activation(("relu", ()), np.array(1.0))


def test_shapes_that_differ_are_refused_with_both():
    x = np.ones((4, 3), "float32")
    with pytest.raises(ValueError, match=r"\(4, 3\).*\(4, 2\)"):
        _core.loss_rows(MSE, np.ones((4, 2), "float32"), x)
    with pytest.raises(ValueError, match=r"float32.*float64"):
        _core.loss_rows(MSE, np.ones((4, 3)), x)
    with pytest.raises(ValueError, match="2 axes"):
        _core.loss_rows(MSE, x[0], x[0])
    with pytest.raises(ValueError, match="`y` must have"):
        _core.activation_derivative(("relu", ()), x, x[:3], x[:3])
    with pytest.raises(ValueError, match="`dy` must have"):
        _core.activation_derivative(("relu", ()), x, x, x[:3])


@pytest.mark.parametrize("count", [0, 1, 7])
def test_losses_of_rows(count, dtype):
    target, prediction = rows(count, 3, dtype, 1), rows(count, 3, dtype, 2)
    losses = _core.loss_rows(MSE, target, prediction)
    assert (losses.dtype, losses.shape) == (np.float64, (count,))
    np.testing.assert_allclose(losses, ((target - prediction) ** 2).mean(1), rtol=1e-6)
    as_metric = _core.metric_rows(("loss", MSE, 0.5, 1), target, prediction)
    np.testing.assert_array_equal(losses, as_metric)


def test_labels_stand_for_rows(dtype):
    prediction = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]], dtype)
    losses = _core.loss_rows(SPARSE, np.array([0.0, 1.0]), prediction)
    np.testing.assert_allclose(losses, -np.log([0.7, 0.2]), rtol=1e-6)
    values = _core.metric_rows(SPARSE_ACCURACY, np.array([0.0, 1.0]), prediction)
    assert values.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("label", [-1.0, 3.0, 0.5, np.nan, np.inf])
def test_a_label_out_of_range_is_named(label):
    with pytest.raises(ValueError, match="1"):
        _core.loss_rows(SPARSE, np.array([0.0, label]), np.full((2, 3), 1 / 3))


@pytest.mark.parametrize(
    "labels",
    [np.zeros(2, "float32"), np.zeros(3), np.zeros((2, 1)), np.zeros(4)[::2], np.array(0.0)],
    ids=["dtype", "length", "axes", "strides", "scalar"],
)
def test_labels_of_another_form_are_refused(labels):
    with pytest.raises(ValueError, match=r"`target` must be .* shape \(2,\)"):
        _core.loss_rows(SPARSE, labels, np.ones((2, 3)))


def test_random_numbers_are_a_function_of_seed_and_stream(dtype):
    def draw(seed, stream, count=1000):
        values = np.empty(count, dtype)
        _core.fill_random("uniform", values, seed, stream, -2.0, 3.0)
        return values

    values = draw(1, 2)
    assert values.min() >= -2
    assert values.max() < 3
    assert abs(values.mean() - 0.5) < 0.3
    np.testing.assert_array_equal(values, draw(1, 2))
    np.testing.assert_array_equal(values[:10], draw(1, 2, 10))
    assert (values != draw(1, 3)).any()
    assert (values != draw(2**64 - 1, 2)).any()
    draw(0, 0, 0)


def test_normal_numbers(dtype):
    values = np.empty((100, 101), dtype)
    _core.fill_random("normal", values, 3, 0, 5.0, 2.0)
    assert abs(values.mean() - 5) < 0.1
    assert abs(values.std() - 2) < 0.1
    _core.fill_random("truncated_normal", values, 3, 0, 5.0, 2.0)
    assert np.abs(values - 5).max() <= 4


def test_random_numbers_need_a_place_and_a_name():
    values = np.empty(3)
    with pytest.raises(ValueError, match=r'"uniform", "normal", "truncated_normal".*beta'):
        _core.fill_random("beta", values, 0, 0, 0.0, 1.0)
    values.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        _core.fill_random("uniform", values, 0, 0, 0.0, 1.0)


def test_threads_are_counted():
    by_itself = _core.num_threads()
    assert by_itself >= 1
    _core.set_num_threads(by_itself + 1)
    try:
        assert _core.num_threads() == by_itself + 1
    finally:
        _core.set_num_threads(0)
    assert _core.num_threads() == by_itself


def test_the_instruction_set_has_a_name():
    assert _core.isa() in {"avx512", "avx2", "neon", "portable"}
