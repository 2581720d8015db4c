"""cornu.losses called directly: formulas, weights, reductions, axes, names and errors.

Values recorded from Keras are in test_oracle_losses.py; here the formulas are NumPy's.
"""

import math

import numpy as np
import pytest

from cornu import config, losses

EPSILON = 1e-7
REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", None, "none")
CLASSES = {
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


def random(shape, seed=0):
    return np.random.RandomState(seed).random_sample(shape)


def binary(t, p, from_logits=False, smoothing=0.0):
    t = t * (1 - smoothing) + smoothing / 2
    if from_logits:
        return t * np.logaddexp(0, -p) + (1 - t) * np.logaddexp(0, p)
    p = np.clip(p, EPSILON, 1 - EPSILON)
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


def categorical(t, p, from_logits=False, smoothing=0.0):
    t = t * (1 - smoothing) + smoothing / t.shape[-1]
    if from_logits:
        logarithm = p - np.logaddexp.reduce(p, axis=-1, keepdims=True)
    else:
        p = p / p.sum(axis=-1, keepdims=True)
        logarithm = np.log(np.clip(p, EPSILON, 1 - EPSILON))
    return -(t * logarithm).sum(axis=-1)


FORMULAS = {
    "mean_squared_error": lambda t, p: ((t - p) ** 2).mean(axis=-1),
    "mean_absolute_error": lambda t, p: abs(t - p).mean(axis=-1),
    "binary_crossentropy": lambda t, p, **options: binary(t, p, **options).mean(axis=-1),
    "categorical_crossentropy": categorical,
}


def assert_near(actual, expected, dtype):
    tolerance = 4e-6 if dtype == "float32" else 1e-13
    assert np.asarray(actual).dtype == dtype
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("columns", [1, 2, 3, 7, 8, 9, 15, 16, 17, 31])
@pytest.mark.filterwarnings("ignore:categorical_crossentropy expects:SyntaxWarning")
def test_formula(name, columns, dtype):
    t, p = random((5, columns), 1).astype(dtype), random((5, columns), 2).astype(dtype)
    expected = FORMULAS[name](t.astype(float), p.astype(float))
    result = getattr(losses, name)(t, p)
    assert result.shape == (5,)
    assert_near(result, expected, dtype)


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy"])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("smoothing", [0, 0.1, 1])
def test_options(name, from_logits, smoothing, dtype):
    t = random((4, 3), 1).astype(dtype)
    p = (random((4, 3), 2) * (9 if from_logits else 1)).astype(dtype)
    expected = FORMULAS[name](
        t.astype(float), p.astype(float), from_logits=from_logits, smoothing=smoothing
    )
    result = getattr(losses, name)(t, p, from_logits, smoothing)
    assert_near(result, expected, dtype)


def test_sparse_is_categorical_of_one_hot(dtype):
    labels = np.array([2, 0, 1, 1])
    p = random((4, 3)).astype(dtype)
    for from_logits in (False, True):
        expected = losses.categorical_crossentropy(np.eye(3)[labels], p, from_logits)
        for y in (labels, labels[:, None], labels.astype("float32"), labels.astype("uint8")):
            result = losses.sparse_categorical_crossentropy(y, p, from_logits)
            assert result.shape == (4,)
            assert_near(result, expected, dtype)


def test_extremes(dtype):
    logits = np.array([[1000, -1000], [-1000, 1000], [0, 0]], dtype)
    first = np.array([[1, 0]] * 3, dtype)
    assert_near(losses.categorical_crossentropy(first, logits, True), [0, 2000, math.log(2)], dtype)
    assert_near(losses.binary_crossentropy(first, logits, True), [0, 1000, math.log(2)], dtype)
    # Probabilities of exactly 0 and 1 meet the clip; the float32 next to 1 - 1e-7 is 1 - 2^-23.
    certain = np.array([[1, 0], [0, 1]], dtype)
    below_one = 1 - float(np.array(1 - EPSILON, dtype))
    wrong = losses.binary_crossentropy(certain[::-1], certain)
    assert_near(wrong, [-(math.log(EPSILON) + math.log(below_one)) / 2] * 2, dtype)
    assert_near(
        losses.categorical_crossentropy(certain[::-1], certain), [-math.log(1e-7)] * 2, dtype
    )
    assert np.isnan(losses.categorical_crossentropy(certain, np.zeros((2, 2), dtype))).all()


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3)])
def test_no_rows(name, shape):
    result = getattr(losses, name)(np.ones(shape), np.ones(shape))
    assert result.shape == shape[:-1]
    assert (
        float(getattr(losses, CLASSES[name])(reduction="sum")(np.ones(shape), np.ones(shape)).sum())
        == 0
    )


@pytest.mark.parametrize("name", FORMULAS)
def test_no_columns(name):
    result = getattr(losses, name)(np.ones((3, 0)), np.ones((3, 0)))
    if name == "categorical_crossentropy":
        assert result.tolist() == [0, 0, 0]
    else:
        assert np.isnan(result).tolist() == [True] * 3


@pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error"])
@pytest.mark.parametrize(
    ("target", "prediction", "result"),
    [
        ((4,), (4,), ()),
        ((4,), (4, 1), (4,)),
        ((4, 1), (4,), (4,)),
        ((2, 3), (2, 3, 1), (2,)),
        ((2, 3, 1), (2, 3), (2,)),
        ((4, 1), (4, 3), (4,)),
        ((1, 3), (4, 3), (4,)),
        ((3,), (4, 3), (4,)),
        ((2, 3, 4), (2, 3, 4), (2, 3)),
    ],
)
def test_ranks_and_broadcasting(name, target, prediction, result):
    values = getattr(losses, name)(random(target, 1), random(prediction, 2))
    assert values.shape == result


def test_scalar_prediction_is_refused():
    with pytest.raises(ValueError, match="axis"):
        losses.mean_squared_error(1.0, 2.0)


def test_result_type():
    one = [[1.0]]
    assert losses.mean_squared_error(one, one).dtype == np.float32
    assert losses.mean_squared_error(one, np.array([[1]])).dtype == np.float32
    assert losses.mean_squared_error(np.float64(one), np.float32(one)).dtype == np.float32
    assert losses.mean_squared_error(np.float32(one), np.float64(one)).dtype == np.float64
    assert losses.mean_squared_error(one, np.float16(one)).dtype == np.float16
    scalar = losses.MeanSquaredError()(one, np.float64(one))
    assert isinstance(scalar, np.float32)
    assert isinstance(losses.MeanSquaredError(dtype="float64")(one, one), np.float64)
    vector = losses.MeanSquaredError(reduction=None)(one, np.float64(one))
    assert isinstance(vector, np.ndarray)
    assert vector.dtype == np.float32


def test_objects_follow_floatx_when_made():
    config.set_floatx("float64")
    try:
        loss = losses.MeanAbsoluteError()
    finally:
        config.set_floatx("float32")
    assert loss.dtype == "float64"
    assert loss([[0.1]], [[0.0]]) == 0.1
    with pytest.raises(AttributeError):
        loss.dtype = "float32"


def reduced(values, weights, reduction):
    weighted = values if weights is None else values * weights
    if reduction in (None, "none"):
        return weighted
    if reduction == "sum":
        return weighted.sum()
    if reduction == "mean_with_sample_weight" and weights is not None:
        return weighted.sum() / weights.sum()
    return weighted.mean()


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    "weights", [None, [0.5, 2.0, 0.25], [[0.5], [2.0], [0.25]], [1.0, 0, 0]], ids=str
)
def test_reductions(reduction, weights, dtype):
    t, p = random((3, 2), 1), random((3, 2), 2)
    values = ((t.astype(dtype) - p.astype(dtype)) ** 2).mean(axis=-1)
    array = None if weights is None else np.array(weights)
    if array is not None and array.ndim == 2:
        values = values[:, None]
    loss = losses.MeanSquaredError(reduction=reduction, dtype=dtype)
    result = loss(t, p, sample_weight=weights)
    assert np.shape(result) == np.shape(reduced(values, array, reduction))
    assert_near(result, reduced(values, array, reduction), dtype)


def test_weights_of_no_weight():
    t, p = np.ones((2, 1)), np.zeros((2, 1))
    for reduction in ("sum_over_batch_size", "mean_with_sample_weight"):
        assert losses.MeanSquaredError(reduction=reduction)(t, p, [0, 0]) == 0
    # The size, not the weights, divides.
    assert losses.MeanSquaredError()(t, p, [4, 0]) == 2
    assert losses.MeanSquaredError()(t, p, 3.0) == 3


@pytest.mark.parametrize("weights", [(2, 3), (2, 3, 1), (2, 1), (3,), (1, 3), ()])
def test_weights_of_steps(weights):
    t, p, w = random((2, 3, 4), 1), random((2, 3, 4), 2), random(weights, 3)
    values = abs(t - p).mean(axis=-1)
    broadcast = w[..., 0] if w.shape == (2, 3, 1) else w
    result = losses.MeanAbsoluteError(dtype="float64")(t, p, w)
    np.testing.assert_allclose(result, (values * broadcast).mean(), rtol=1e-13)


def test_weights_that_fit_nothing():
    with pytest.raises(ValueError, match="broadcast"):
        losses.MeanSquaredError()(np.ones((2, 3)), np.ones((2, 3)), [1, 2, 3])
    with pytest.raises(TypeError, match="`sample_weight` must be numbers"):
        losses.MeanSquaredError()(np.ones((2, 3)), np.ones((2, 3)), ["a", "b"])


def test_ignored_class():
    p = random((4, 3))
    labels = np.array([0, -1, 2, -1])
    each = losses.sparse_categorical_crossentropy(labels, p, ignore_class=-1)
    kept = losses.sparse_categorical_crossentropy(labels[[0, 2]], p[[0, 2]])
    assert each[[1, 3]].tolist() == [0, 0]
    np.testing.assert_array_equal(each[[0, 2]], kept)
    weights = np.array([1, 5, 3, 7.0])
    expected = {
        "sum": kept @ [1, 3],
        "sum_over_batch_size": kept @ [1, 3] / 2,
        "mean": kept @ [1, 3] / 2,
        "mean_with_sample_weight": kept @ [1, 3] / 4,
    }
    for reduction, value in expected.items():
        loss = losses.SparseCategoricalCrossentropy(
            ignore_class=-1, reduction=reduction, dtype="float64"
        )
        np.testing.assert_allclose(loss(labels, p, weights), value, rtol=1e-6)
        np.testing.assert_allclose(loss(labels[:, None], p, weights), value, rtol=1e-6)
        assert loss(np.full(4, -1), p) == 0
    # A class that exists can be ignored too.
    assert losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]], ignore_class=1) == 0


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy"])
def test_axis(name):
    t, p = random((4, 3, 2), 1), random((4, 3, 2), 2)
    function = getattr(losses, name)
    moved = function(np.moveaxis(t, 1, -1), np.moveaxis(p, 1, -1))
    np.testing.assert_allclose(function(t, p, axis=1), moved, rtol=1e-14)
    np.testing.assert_allclose(function(t, p, axis=-2), moved, rtol=1e-14)
    made = getattr(losses, CLASSES[name])(axis=1, reduction=None, dtype="float64")
    np.testing.assert_allclose(made(t, p), moved, rtol=1e-14)
    with pytest.raises(ValueError, match="`axis` must be in"):
        function(t, p, axis=3)
    with pytest.raises(TypeError, match="`axis` must be an integer"):
        function(t, p, axis=True)


def test_axis_of_sparse():
    p, labels = random((4, 3, 2), 2), np.random.RandomState(1).randint(0, 3, (4, 2))
    expected = losses.sparse_categorical_crossentropy(labels, np.moveaxis(p, 1, -1))
    result = losses.sparse_categorical_crossentropy(labels, p, axis=1)
    np.testing.assert_allclose(result, expected, rtol=1e-14)
    result = losses.sparse_categorical_crossentropy(labels[:, None], p, axis=1)
    np.testing.assert_allclose(result, expected, rtol=1e-14)


def test_smoothing_along_another_axis_is_kerass():
    # Keras divides the smoothing by the size of the last axis, whatever `axis` is.
    t, p = random((3, 2), 1), random((3, 2), 2)
    smoothed = t * 0.8 + 0.2 / 2
    expected = losses.categorical_crossentropy(smoothed, p, axis=0)
    result = losses.categorical_crossentropy(t, p, label_smoothing=0.2, axis=0)
    np.testing.assert_allclose(result, expected, rtol=1e-14)


def test_inputs_are_left_alone():
    t, p = random((5, 4), 1), random((5, 4), 2)
    before = t.copy(), p.copy()
    for name in FORMULAS:
        t.flags.writeable = p.flags.writeable = False
        getattr(losses, CLASSES[name])()(t, p, random(5))
    np.testing.assert_array_equal((t, p), before)


@pytest.mark.parametrize("name", FORMULAS)
def test_layout_changes_no_bit(name):
    t, p = random((6, 5), 1), random((6, 5), 2)
    expected = getattr(losses, name)(t, p)
    function = getattr(losses, name)
    np.testing.assert_array_equal(function(np.asfortranarray(t), p[::-1][::-1]), expected)
    np.testing.assert_array_equal(function(t.tolist(), p.astype(">f8")), expected)
    wide = np.repeat(p, 2, axis=1)
    np.testing.assert_array_equal(function(t, wide[:, ::2]), expected)


def test_one_column_of_categories_warns():
    with pytest.warns(SyntaxWarning, match=r"y_pred of shape \(2, 1\).*binary_crossentropy"):
        losses.categorical_crossentropy([[1.0], [0.0]], [[0.5], [0.5]])


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy"])
def test_shapes_must_be_equal(name):
    with pytest.raises(ValueError, match=r"same shape.*\(2, 3\).*\(4, 3\)"):
        getattr(losses, name)(np.ones((2, 3)), np.ones((4, 3)))


def test_sparse_shapes():
    with pytest.raises(ValueError, match=r"without the class axis.*\(3,\).*\(4, 3\)"):
        losses.sparse_categorical_crossentropy([0, 1, 2], np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"\(4, 3\)"):
        losses.sparse_categorical_crossentropy(np.zeros((4, 3)), np.ones((4, 3)))


@pytest.mark.parametrize("label", [3, -1, 1.5, np.nan, 1e30])
def test_labels_out_of_range(label):
    with pytest.raises(ValueError, match="row 1"):
        losses.sparse_categorical_crossentropy([0, label], np.ones((2, 3)))


@pytest.mark.parametrize("smoothing", [-0.1, 1.1, np.nan, "a", None])
def test_smoothing_out_of_range(smoothing):
    for name in ("binary_crossentropy", "categorical_crossentropy"):
        with pytest.raises(ValueError, match=r"`label_smoothing` must be a number in \[0, 1\]"):
            getattr(losses, name)([[1.0, 0]], [[0.5, 0.5]], label_smoothing=smoothing)
        with pytest.raises(ValueError, match="label_smoothing"):
            getattr(losses, CLASSES[name])(label_smoothing=smoothing)


@pytest.mark.parametrize("bad", [["a"], [1j], None, [object()]])
def test_no_numbers(bad):
    with pytest.raises(TypeError, match="`y_true` must be numbers"):
        losses.mean_squared_error(bad, [1.0])
    with pytest.raises(TypeError, match="`y_pred` must be numbers"):
        losses.MeanSquaredError()([1.0], bad)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"argument `reduction`. Expected one of"):
        losses.MeanSquaredError(reduction="average")
    with pytest.raises(ValueError, match=r"`dtype` must be 'float32' or 'float64'.*mixed"):
        losses.MeanSquaredError(dtype="float16")


def test_own_loss():
    class Product(losses.Loss):
        def call(self, y_true, y_pred):
            assert y_true.dtype == y_pred.dtype == np.float32
            return y_true * y_pred

    assert Product()([1, 2], [3, 4]) == 5.5
    assert Product(reduction="sum")([1, 2], [3, 4], [1, 0]) == 3
    assert Product(name="mine").name == "mine"
    with pytest.raises(NotImplementedError, match="Loss must have a method `call"):
        losses.Loss()([1], [1])
