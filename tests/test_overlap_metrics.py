"""Intersections over unions, correlations, coverage and the k largest: arguments and models.

Values recorded from Keras are in test_oracle_overlap_metrics.py.
"""

import numpy as np
import pytest

import cornu as keras
from cornu import _core, losses, metrics
from signatures import bare_signature

TAIL = "name=None, dtype=None"
SIGNATURES = {
    "IoU": f"(num_classes, target_class_ids, {TAIL}, ignore_class=None, sparse_y_true=True, "
    "sparse_y_pred=True, axis=-1)",
    "BinaryIoU": f"(target_class_ids=(0, 1), threshold=0.5, {TAIL})",
    "MeanIoU": f"(num_classes, {TAIL}, ignore_class=None, sparse_y_true=True, sparse_y_pred=True, "
    "axis=-1)",
    "OneHotIoU": f"(num_classes, target_class_ids, {TAIL}, ignore_class=None, "
    "sparse_y_pred=False, axis=-1)",
    "OneHotMeanIoU": f"(num_classes, {TAIL}, ignore_class=None, sparse_y_pred=False, axis=-1)",
    "PearsonCorrelation": "(name='pearson_correlation', dtype=None, axis=-1)",
    "ConcordanceCorrelation": "(name='concordance_correlation', dtype=None, axis=-1)",
    "pearson_correlation": "(y_true, y_pred, axis=-1)",
    "concordance_correlation": "(y_true, y_pred, axis=-1)",
}


def test_signatures_are_kerass():
    for name, expected in SIGNATURES.items():
        assert bare_signature(getattr(metrics, name)) == expected


MADE = [
    metrics.IoU(3, (0, 2), dtype="int", ignore_class=-1),
    metrics.BinaryIoU([1], 0.2, name="share"),
    metrics.MeanIoU(3, sparse_y_true=False, sparse_y_pred=False),
    metrics.OneHotIoU(3, [1], ignore_class=2),
    metrics.OneHotMeanIoU(3),
    metrics.PearsonCorrelation(),
    metrics.ConcordanceCorrelation(),
]


@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_a_model_says_what_the_metric_does(made):
    again = type(made).from_config(made.get_config())
    assert again.get_config() == made.get_config()
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((37, 4)), np.eye(3)[rng.integers(0, 3, 37)]
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(
        "sgd",
        "mse",
        metrics=[again, "mae"],
        weighted_metrics=[type(made).from_config({**made.get_config(), "name": "weighted"})],
    )
    w = rng.uniform(0, 2, 37)
    given = {"sample_weight": w, "verbose": 0, "return_dict": True}
    logs = model.evaluate(x, y, batch_size=10, **given)
    prediction = model.predict(x, verbose=0)
    made.reset_state()
    assert logs[again.name] == pytest.approx(float(made(y, prediction)), rel=1e-6, abs=1e-6)
    made.reset_state()
    weights = (
        np.repeat(w, 3)
        if isinstance(made, metrics.BinaryIoU)
        or (isinstance(made, metrics.IoU) and made.sparse_y_pred)
        else w
    )
    assert logs["weighted"] == pytest.approx(
        float(made(y, prediction, weights)), rel=1e-6, abs=1e-6
    )


def test_numbers_that_are_no_class_do_not_count():
    metric = metrics.MeanIoU(3)
    metric.update_state([0, 1, 2, 3, -1, np.nan, 1], [0, 1, 2, 0, 0, 0, 9])
    np.testing.assert_array_equal(metric.total_cm, np.eye(3))
    assert metrics.MeanIoU(3).result() == 0.0
    # Weights count as they are; Keras cuts them to integers.
    metric = metrics.IoU(2, [0])
    assert float(metric([0, 0], [0, 1], [0.25, 0.75])) == pytest.approx(0.25)


def test_coverage_of_quantiles():
    rng = np.random.default_rng(3)
    x, y, w = rng.standard_normal((20, 1)), rng.standard_normal(20), rng.uniform(0, 1, 20)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])
    model.compile(
        "sgd",
        losses.QuantileLoss([0.2, 0.8]),
        metrics=[metrics.QuantileCoverage(), "mae"],
        weighted_metrics=[metrics.QuantileCoverage(name="weighted")],
    )
    logs = model.evaluate(x, y, batch_size=6, sample_weight=w, verbose=0, return_dict=True)
    covered = y[:, None] <= model.predict(x, verbose=0)
    np.testing.assert_allclose(logs["quantile_coverage"], covered.mean(axis=0))
    np.testing.assert_allclose(logs["weighted"], (w @ covered) / w.sum(), rtol=1e-6)
    metric = metrics.QuantileCoverage()
    assert metric.result() == 0.0
    with pytest.raises(ValueError, match="with an axis of quantiles"):
        metric.update_state([1.0], [1.0])
    with pytest.raises(ValueError, match="without its axis of quantiles"):
        metric.update_state(np.ones(3), np.ones((2, 2)))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: metrics.IoU(2, [2]), "`target_class_ids` must be a list of integers from 0 to 1"),
        (lambda: metrics.IoU(2, 1), "`target_class_ids` must be a list"),
        (lambda: metrics.BinaryIoU([]), "`target_class_ids` must be a list"),
        (lambda: metrics.MeanIoU(0), "`num_classes` must be a positive integer"),
        (lambda: metrics.MeanIoU(2, ignore_class=0.5), "`ignore_class` must be an integer"),
        (lambda: metrics.BinaryIoU(threshold=None), "`threshold` must be a finite number"),
        (lambda: metrics.MeanIoU(2)([0, 1], [0]), "must have a class each"),
        (lambda: metrics.MeanIoU(2)([0, 1], [0, 1], [1.0, 1, 1]), "`sample_weight` must have"),
        (lambda: metrics.pearson_correlation(np.ones((2, 3)), np.ones((2, 2))), "same shape"),
    ],
)
def test_refused(make, why):
    with pytest.raises(ValueError, match=why):
        make()


def test_refused_in_models():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    for metric, why in (
        (metrics.OneHotIoU(3, [0], sparse_y_pred=True), "`sparse_y_pred` must be False"),
        (metrics.MeanIoU(3, axis=0), "`axis` of a loss or metric must be -1"),
        (metrics.PearsonCorrelation(axis=0), "`axis` of a loss or metric must be -1"),
    ):
        with pytest.raises(ValueError, match=why):
            model.compile("sgd", "mse", metrics=[metric])
    sparse = metrics.MeanIoU(3, sparse_y_pred=False)
    model.compile("sgd", "mse", metrics=[sparse])
    with pytest.raises(ValueError, match="takes class ids as target"):
        model.evaluate(np.ones((2, 3)), np.ones((2, 3)), verbose=0)
    with pytest.raises(ValueError, match="kept within a model only"):
        _core.metric_sums(sparse.specification, np.ones((2, 3)), np.ones((2, 3)), None)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_k_largest_are_those_of_a_stable_order(dtype):
    rng = np.random.default_rng(6)
    for columns in (1, 3, 17, 90):
        y_pred = rng.integers(-3, 4, (11, columns)).astype(dtype) / 3
        y_true = rng.integers(0, 2, (11, columns))
        order = np.argsort(-y_pred, axis=1, kind="stable")
        for k in (1, 2, 5, 100):
            top = np.zeros_like(y_true)
            np.put_along_axis(top, order[:, :k], 1, axis=1)
            expected = (top & y_true).sum() / max(1, top.sum())
            found = metrics.Precision(top_k=k, dtype=dtype)(y_true, y_pred)
            assert found == pytest.approx(expected, rel=1e-6)
            if columns > 2:
                of_one = metrics.Recall(top_k=k, class_id=2, dtype=dtype)(y_true, y_pred)
                right = (top & y_true)[:, 2].sum() / max(1, y_true[:, 2].sum())
                assert of_one == pytest.approx(right, rel=1e-6)
