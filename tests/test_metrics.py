"""cornu.metrics called directly: values, weights, states, names and errors.

Values recorded from Keras are in test_oracle_metrics.py; here the formulas are NumPy's.
"""

import copy
import math
import pickle

import numpy as np
import pytest

from cornu import Sequential, config, layers, losses, metrics
from cornu.metrics.accuracy import accuracy


def random(shape, seed=0):
    return np.random.RandomState(seed).random_sample(shape)


def integers(high, shape, seed=0):
    return np.random.RandomState(seed).randint(0, high, shape)


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 9, 31])
@pytest.mark.parametrize("columns", [1, 3, 8, 17])
def test_accuracy_functions(rows, columns, dtype):
    p = random((rows, columns), 1).astype(dtype)
    t = random((rows, columns), 2).astype(dtype)
    labels = integers(columns, rows)
    np.testing.assert_array_equal(accuracy(p.round(), t.round()), p.round() == t.round())
    np.testing.assert_array_equal(metrics.binary_accuracy(t.round(), p), t.round() == (p > 0.5))
    np.testing.assert_array_equal(metrics.categorical_accuracy(t, p), t.argmax(-1) == p.argmax(-1))
    np.testing.assert_array_equal(
        metrics.sparse_categorical_accuracy(labels, p), labels == p.argmax(-1)
    )
    for k in (1, 2, columns, columns + 1):
        rank = (p > p[np.arange(rows), labels][:, None]).sum(axis=1)
        found = metrics.sparse_top_k_categorical_accuracy(labels, p, k)
        np.testing.assert_array_equal(found, rank < k)
        one_hot = np.eye(columns)[labels].reshape(rows, columns)
        np.testing.assert_array_equal(metrics.top_k_categorical_accuracy(one_hot, p, k), found)


def test_results_are_floatx():
    p = random((3, 2)).astype("float64")
    functions = [
        lambda: accuracy(p, p),
        lambda: metrics.binary_accuracy(p, p),
        lambda: metrics.categorical_accuracy(p, p),
        lambda: metrics.sparse_categorical_accuracy([0, 1, 1], p),
        lambda: metrics.sparse_top_k_categorical_accuracy([0, 1, 1], p, from_sorted_ids=True),
    ]
    assert {function().dtype for function in functions} == {np.dtype("float32")}
    config.set_floatx("float64")
    try:
        assert {function().dtype for function in functions} == {np.dtype("float64")}
        assert isinstance(metrics.Mean()([1.0]), np.float64)
    finally:
        config.set_floatx("float32")
    assert isinstance(metrics.Mean()([1.0]), np.float32)
    assert isinstance(metrics.Sum(dtype="float64")([1.0]), np.float64)


def test_threshold_is_exclusive_and_of_the_predictions_type():
    p = np.array([0.5, 0.1, 0.7], "float32")
    assert metrics.binary_accuracy([1, 1, 1], p).tolist() == [0, 0, 1]
    # In float64 the float32 nearest to 0.1 would be above 0.1.
    assert metrics.binary_accuracy([1, 1, 1], p, threshold=0.1).tolist() == [1, 0, 1]


def test_large_integers_are_told_apart():
    assert accuracy([2**24 + 1], [2**24]).tolist() == [0]
    assert accuracy(np.array([2**24 + 1]), np.array([2**24 + 1])).tolist() == [1]


def test_ties():
    p = [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]]
    assert metrics.sparse_categorical_accuracy([1, 1], p).tolist() == [0, 1]
    assert metrics.sparse_top_k_categorical_accuracy([1, 2], p, k=1).tolist() == [1, 1]


@pytest.mark.parametrize("label", [-1, 3, 1.5, math.nan, 1e30])
def test_labels_that_are_no_class_miss(label):
    p = np.ones((2, 3))
    assert metrics.sparse_categorical_accuracy([0, label], p).tolist() == [1, 0]
    assert metrics.sparse_top_k_categorical_accuracy([2, label], p, k=3).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("target", "prediction", "result"),
    [
        ((4,), (4, 3), (4,)),
        ((4, 1), (4, 3), (4,)),
        ((2, 5), (2, 5, 3), (2, 5)),
        ((2, 5, 1), (2, 5, 3), (2, 5)),
        ((), (3,), ()),
        ((4, 1), (4, 1, 3), (4,)),
    ],
)
def test_sparse_shapes(target, prediction, result):
    labels = integers(3, target)
    p = random(prediction)
    assert metrics.sparse_categorical_accuracy(labels, p).shape == result
    assert metrics.sparse_top_k_categorical_accuracy(labels, p).shape == target


def test_sparse_accuracy_broadcasts():
    p = [[[0.1, 0.9], [0.8, 0.2]]]
    assert metrics.sparse_categorical_accuracy([[1], [0]], p).tolist() == [[1, 0], [0, 1]]
    assert metrics.sparse_categorical_accuracy([1], p[0]).tolist() == [1, 0]


def test_elementwise_shapes():
    for target, prediction, result in [
        ((4,), (4, 1), (4, 1)),
        ((4, 1), (4,), (4, 1)),
        ((2, 3, 1), (2, 3), (2, 3)),
        ((1, 3), (4, 3), (4, 3)),
        ((), (), ()),
    ]:
        assert metrics.binary_accuracy(np.zeros(target), np.zeros(prediction)).shape == result


def test_sorted_ids():
    best = [[2, 0, 1], [1, 2, 0], [0, 1, 2]]
    for k, expected in [(1, [1, 0, 0]), (2, [1, 1, 0]), (3, [1, 1, 1])]:
        found = metrics.sparse_top_k_categorical_accuracy([2, 2, 2], best, k, from_sorted_ids=True)
        assert found.tolist() == expected
    metric = metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    assert metric([2, 2, 2], best, [1, 1, 2]) == 0.5


@pytest.mark.parametrize(
    ("function", "target", "prediction"),
    [
        ("categorical_accuracy", (4, 1), (4, 3)),
        ("categorical_accuracy", (), ()),
        ("categorical_accuracy", (4, 0), (4, 0)),
        ("sparse_categorical_accuracy", (4,), (4, 0)),
        ("top_k_categorical_accuracy", (4,), (4, 3)),
        ("sparse_categorical_accuracy", (3,), (4, 3)),
        ("sparse_categorical_accuracy", (4, 3), (4, 3)),
        ("sparse_categorical_accuracy", (), ()),
        ("sparse_top_k_categorical_accuracy", (4, 2), (4, 3)),
    ],
)
def test_shapes_that_do_not_fit(function, target, prediction):
    with pytest.raises(ValueError, match="Received: y_true of shape"):
        getattr(metrics, function)(np.ones(target), np.ones(prediction))


def test_bad_options():
    for k in (0, -1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="`k` must be a positive integer"):
            metrics.top_k_categorical_accuracy([[1.0]], [[1.0]], k=k)
        with pytest.raises(ValueError, match="`k` must be a positive integer"):
            metrics.TopKCategoricalAccuracy(k=k)
        with pytest.raises(ValueError, match="`k` must be a positive integer"):
            metrics.SparseTopKCategoricalAccuracy(k=k, from_sorted_ids=True)
    for threshold in (math.nan, "a", None):
        with pytest.raises(ValueError, match="`threshold` must be a number"):
            metrics.binary_accuracy([1.0], [1.0], threshold)
        with pytest.raises(ValueError, match="`threshold` must be a number"):
            metrics.BinaryAccuracy(threshold=threshold)
    with pytest.raises(ValueError, match="label_smoothing"):
        metrics.BinaryCrossentropy(label_smoothing=2)
    with pytest.raises(ValueError, match="`dtype` must be"):
        metrics.Mean(dtype="bool")
    with pytest.raises(TypeError, match="`y_pred` must be numbers"):
        metrics.Accuracy()([1], ["a"])


def test_integer_types_cut_nothing():
    """Keras's says 0 for an error of 0.36; and in `compile` as well."""
    metric = metrics.MeanAbsoluteError(dtype="int32")
    assert metric([0.0, 1.0], [0.25, 1.5]) == np.float32(0.375)
    assert metrics.MeanAbsoluteError.from_config(metric.get_config()).dtype == "int32"
    assert repr(metrics.Sum(dtype="int64")([1.5, 2.5])) == repr(np.int64(4))
    model = Sequential([layers.Rescaling(1.0)])
    model.compile(loss="mse", metrics=[metrics.MeanAbsoluteError(dtype="int32")])
    result = model.evaluate([[0.25], [1.5]], [[0.0], [1.0]], verbose=0, return_dict=True)
    assert result["mean_absolute_error"] == 0.375


def test_mean_and_sum_over_batches():
    mean, total = metrics.Mean(dtype="float64"), metrics.Sum()
    assert (mean.result(), total.result()) == (0, 0)
    for metric in (mean, total):
        metric.update_state([1, 3])
        metric.update_state([5, 8], sample_weight=[2, 0])
        metric.update_state(4)
    assert mean.result() == (1 + 3 + 10 + 4) / (2 + 2 + 1)
    assert total.result() == 18
    for metric in (mean, total):
        metric.reset_state()
        assert metric.result() == 0
        assert metric([7]) == 7


def test_values_of_a_sample_are_averaged_first():
    values = [[1.0, 3.0], [5.0, 7.0]]
    assert metrics.Mean()(values) == 4
    assert metrics.Mean()(values, [1, 0]) == 2
    assert metrics.Mean()(values, [[1, 1], [1, 0]]) == 3
    assert metrics.Mean()(values, [[1, 0]]) == 3
    assert metrics.Sum()(values, [[1, 1], [1, 0]]) == 9
    assert metrics.Mean()(values, [[1], [0]]) == 2
    assert metrics.Mean()([1, 3, 5, 7], [-1, -1, 0, 0]) == 2
    assert metrics.Mean()(values, 0.0) == 0
    assert metrics.Mean()(np.zeros((0, 2))) == 0


def test_totals_lose_nothing():
    # 2^24 ones and one more: a float32 total would stay at 2^24.
    metric = metrics.Sum()
    metric.update_state(2**24)
    metric.update_state([1, 1])
    assert metric.total == 2**24 + 2
    mean = metrics.Mean(dtype="float64")
    mean.update_state(np.full(3, 0.1))
    np.testing.assert_allclose(mean.result(), 0.1, rtol=1e-15)


def test_wrapped_function():
    def difference(y_true, y_pred, scale):
        return abs(np.asarray(y_true) - np.asarray(y_pred)) * scale

    metric = metrics.MeanMetricWrapper(difference, name="mine", scale=2)
    assert metric([1, 2], [2, 4]) == 3
    assert metric.name == "mine"
    assert metric([1], [1], sample_weight=[4]) == 1
    assert metrics.MeanMetricWrapper(losses.MeanSquaredError())([1.0, 2.0], [1.0, 4.0]) == 2


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MeanSquaredError", {}),
        ("MeanAbsoluteError", {}),
        ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
        ("CategoricalCrossentropy", {"label_smoothing": 0.5}),
        ("SparseCategoricalCrossentropy", {"ignore_class": 0}),
    ],
)
@pytest.mark.parametrize("weights", [None, [1.0, 0.5, 2.0]])
def test_loss_means(name, options, weights):
    p = random((3, 4), 1)
    t = integers(4, 3) if name.startswith("Sparse") else random((3, 4), 2)
    metric = getattr(metrics, name)(dtype="float64", **options)
    each = getattr(losses, metric._fn.__name__)(t, p, **options)
    # With weights, rows of the class that is left out have none.
    counted = weights if weights is None or "ignore_class" not in options else weights * (t != 0)
    expected = np.average(each, weights=counted)
    np.testing.assert_allclose(metric(t, p, weights), expected, rtol=1e-13)
    metric.update_state(t[:1], p[:1])
    count = len(each) if counted is None else np.sum(counted)
    np.testing.assert_allclose(
        metric.result(), (expected * count + each[0]) / (count + 1), rtol=1e-13
    )


def test_columns_count_as_one_sample():
    metric = metrics.BinaryAccuracy()
    metric.update_state([[1, 0], [1, 1]], [[1, 1], [1, 1]])
    assert metric.result() == 0.75
    assert metric.count == 2
    metric = metrics.Accuracy()
    metric.update_state([[1, 2], [3, 4]], [[0, 2], [3, 4]], [[1, 0]])
    assert metric.result() == 0.5


def test_variables():
    metric = metrics.MeanSquaredError(name="error")
    assert [v.name for v in metric.variables] == ["total", "count"]
    assert [v.path for v in metric.variables] == ["error/total", "error/count"]
    assert not any(v.trainable for v in metric.variables)
    metric([1.0], [3.0])
    assert [float(v) for v in metric.variables] == [4, 1]
    metric.variables[0].assign(8.0)
    assert metric.result() == 8


def test_own_metric():
    class Positives(metrics.Metric):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.count = self.add_variable((), "zeros", dtype="int64", name="count")
            self.inner = metrics.Mean()
            self.extra = self.add_weight(shape=(2,), initializer="ones", name="extra")

        def update_state(self, values):
            self.count.assign(self.count + np.count_nonzero(np.asarray(values) > 0))
            self.inner.update_state(values)

        def result(self):
            return self.count.value

    metric = Positives()
    assert metric.name == "positives"
    assert metric([1, -1, 2]) == 2
    assert metric([3]) == 3
    assert metric.count.dtype == np.int64
    assert metric.extra.tolist() == [1, 1]
    assert sorted(v.path for v in metric.variables) == [
        "mean/count",
        "mean/total",
        "positives/count",
        "positives/extra",
    ]
    metric.reset_state()
    assert metric.result() == 0
    assert metric.inner.result() == 0
    metric.more = {"mean": [metrics.Mean()], "again": metric.inner, "own": (metric.extra, 1)}
    assert len(metric.variables) == 6
    with pytest.raises(ValueError, match="must have a method `update_state`"):
        _ = metric.specification
    for method in ("update_state", "result"):
        with pytest.raises(NotImplementedError, match=f"must have a method `{method}`"):
            getattr(metrics.Metric(), method)()


def test_copies_have_a_state_of_their_own():
    metric = metrics.Mean()
    metric.update_state([2.0])
    for other in (copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))):
        assert other.result() == 2
        other.update_state([4.0])
        assert other.result() == 3
        other.reset_state()
        assert other.result() == 0
    assert metric.result() == 2


def test_direction():
    assert metrics.BinaryAccuracy()._direction == "up"
    assert metrics.MeanSquaredError()._direction == "down"
    assert metrics.Mean()._direction is None
