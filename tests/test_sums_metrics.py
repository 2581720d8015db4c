"""Metrics that keep sums (decisions, areas, F-scores, R2): names, arguments, models.

Values recorded from Keras are in test_oracle_confusion.py and test_oracle_scores.py.
"""

import numpy as np
import pytest

import cornu as keras
from cornu import _core, metrics
from signatures import bare_signature

TAIL = "name=None, dtype=None)"
SIGNATURES = {
    "TruePositives": f"(thresholds=None, {TAIL}",
    "TrueNegatives": f"(thresholds=None, {TAIL}",
    "FalsePositives": f"(thresholds=None, {TAIL}",
    "FalseNegatives": f"(thresholds=None, {TAIL}",
    "Precision": f"(thresholds=None, top_k=None, class_id=None, {TAIL}",
    "Recall": f"(thresholds=None, top_k=None, class_id=None, {TAIL}",
    "SensitivityAtSpecificity": f"(specificity, num_thresholds=200, class_id=None, {TAIL}",
    "SpecificityAtSensitivity": f"(sensitivity, num_thresholds=200, class_id=None, {TAIL}",
    "PrecisionAtRecall": f"(recall, num_thresholds=200, class_id=None, {TAIL}",
    "RecallAtPrecision": f"(precision, num_thresholds=200, class_id=None, {TAIL}",
    "AUC": "(num_thresholds=200, curve='ROC', summation_method='interpolation', name=None, "
    "dtype=None, thresholds=None, multi_label=False, num_labels=None, label_weights=None, "
    "from_logits=False)",
    "F1Score": "(average=None, threshold=None, name='f1_score', dtype=None)",
    "FBetaScore": "(average=None, beta=1.0, threshold=None, name='fbeta_score', dtype=None)",
    "R2Score": "(class_aggregation='uniform_average', num_regressors=0, name='r2_score', "
    "dtype=None)",
}
STRINGS = {
    "auc": "AUC",
    "precision": "Precision",
    "true_positives": "TruePositives",
    "sensitivity_at_specificity": None,
    "f1_score": "F1Score",
    "f_beta_score": "FBetaScore",
    "r2_score": "R2Score",
}


def test_signatures_are_kerass():
    for name, expected in SIGNATURES.items():
        assert bare_signature(getattr(metrics, name)) == expected


def test_names():
    for alias, name in STRINGS.items():
        if name is None:
            # Keras's, likewise, has no default for what it is to be measured at.
            with pytest.raises(TypeError, match="specificity"):
                metrics.get(alias)
            continue
        made = metrics.for_compile(alias)
        assert type(made) is getattr(metrics, name)
        assert made.name == alias
        assert type(metrics.get(name)) is type(made)


MADE = [
    metrics.TruePositives(thresholds=[0.2, 0.1], name="a"),
    metrics.Precision(top_k=2, class_id=1),
    metrics.Recall(thresholds=0.25),
    metrics.PrecisionAtRecall(0.5, num_thresholds=7, class_id=0),
    metrics.AUC(curve="pr", summation_method="Majoring", thresholds=[0.7, 0.1]),
    metrics.AUC(multi_label=True, num_labels=2, label_weights=[1, 2], from_logits=True),
    metrics.FBetaScore("macro", 2.0, 0.5),
    metrics.F1Score("micro"),
    metrics.R2Score(None, 2),
]


@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_config_makes_the_same_again(made):
    again = type(made).from_config(made.get_config())
    assert again.get_config() == made.get_config()
    y_true, y_pred = (
        np.array([[0, 1], [1, 0], [1, 1.0]]),
        np.array([[0.3, 0.6], [0.2, 0.9], [1, 0]]),
    )
    np.testing.assert_array_equal(again(y_true, y_pred), made(y_true, y_pred))
    made.reset_state()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: metrics.Precision(thresholds=1.5), "Threshold values must be in"),
        (lambda: metrics.TruePositives(thresholds=[0.1, None]), "Threshold values must be in"),
        (lambda: metrics.Recall(thresholds=[]), "Threshold values must be in"),
        (lambda: metrics.Recall(top_k=0), "`top_k` must be a positive integer"),
        (lambda: metrics.Recall(class_id=-1), "`class_id` must be"),
        (lambda: metrics.RecallAtPrecision(1.5), "`precision` must be in the range"),
        (lambda: metrics.RecallAtPrecision("a"), "`precision` must be in the range"),
        (lambda: metrics.PrecisionAtRecall(0.5, num_thresholds=0), "`num_thresholds` must be"),
        (lambda: metrics.AUC(num_thresholds=1), "`num_thresholds` must be"),
        (lambda: metrics.AUC(curve="ROCK"), "`curve` must be one of"),
        (lambda: metrics.AUC(summation_method="sum"), "`summation_method` must be one of"),
        (lambda: metrics.AUC(num_labels=2), "`num_labels` is needed only when"),
        (lambda: metrics.AUC(label_weights=[[1.0]]), "`label_weights` must be a list"),
        (lambda: metrics.F1Score("mean"), "`average` must be one of"),
        (lambda: metrics.FBetaScore(beta=0.0), "`beta` must be a Python float"),
        (lambda: metrics.FBetaScore(threshold=0), "`threshold` must be"),
        (lambda: metrics.R2Score("mean"), "argument `class_aggregation`. Expected one of"),
        (
            lambda: metrics.R2Score(num_regressors=-1),
            "argument `num_regressors`. Expected an integer",
        ),
    ],
)
def test_refused_arguments(make, why):
    with pytest.raises(ValueError, match=why):
        make()


@pytest.mark.parametrize(
    ("metric", "shapes", "why"),
    [
        (metrics.Precision(), ((3, 2), (3, 4)), "must have the same shape"),
        (metrics.Precision(class_id=0), ((3,), (3,)), "must have an axis of classes"),
        (metrics.Precision(class_id=2), ((3, 2), (3, 2)), "`class_id` must be a column"),
        (metrics.AUC(multi_label=True), ((3,), (3,)), "must have rank 2"),
        (metrics.AUC(label_weights=[1, 2]), ((3, 3), (3, 3)), "a weight for each column"),
        (
            metrics.AUC(multi_label=True, num_labels=2),
            ((3, 3), (3, 3)),
            "must be the number of columns",
        ),
        (metrics.F1Score(), ((3,), (3,)), "takes rows of classes"),
        (metrics.R2Score(), ((3,), (3,)), "expects 2D inputs with shape"),
    ],
)
def test_refused_shapes(metric, shapes, why):
    with pytest.raises(ValueError, match=why):
        metric.update_state(*(np.ones(shape) for shape in shapes))
    with pytest.raises(ValueError, match="`sample_weight` must have a weight"):
        metrics.Recall().update_state(np.ones((3, 2)), np.ones((3, 2)), np.ones(4))


def small_model(outputs=2):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(outputs, activation="sigmoid")])
    rng = np.random.default_rng(3)
    model.set_weights([rng.standard_normal(w.shape) for w in model.get_weights()])
    return model


def some_data(rows=37, outputs=2):
    rng = np.random.default_rng(4)
    return rng.standard_normal((rows, 4)), rng.integers(0, 2, (rows, outputs)).astype(float)


@pytest.mark.parametrize("batch_size", [1, 5, 36, 37, 64])
@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_a_model_says_what_the_metric_does(made, batch_size):
    x, y = some_data()
    model = small_model()
    again = type(made).from_config(made.get_config())
    model.compile("sgd", "mse", metrics=["mae", again, "mse"])
    logs = model.evaluate(x, y, batch_size=batch_size, verbose=0, return_dict=True)
    expected = made(y, model.predict(x, verbose=0))
    np.testing.assert_allclose(logs[again.name], expected, rtol=1e-6)
    np.testing.assert_allclose(again.result(), expected, rtol=1e-6)
    assert logs["mse"] == pytest.approx(logs["loss"], rel=1e-6)
    for kept, wanted in zip(again.variables, made.variables, strict=True):
        np.testing.assert_allclose(kept, wanted, rtol=1e-6)
    made.reset_state()


def test_every_epoch_begins_anew_and_hooks_see_it():
    x, y = some_data()
    model = small_model()
    model.compile("sgd", "mse", metrics=[metrics.TruePositives(name="found"), "mae"])
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["found"])

    history = model.fit(
        x, y, epochs=2, batch_size=10, verbose=0, callbacks=[Watch()], validation_data=(x, y)
    ).history
    assert len(seen) == 8
    assert seen[:4] == sorted(seen[:4])
    assert seen[3] == history["found"][0] <= y.sum()
    assert sorted(history) == sorted(["loss", "mae", "found", "val_loss", "val_mae", "val_found"])
    assert model.get_metrics_result()["found"] == history["found"][-1]
    model.reset_metrics()
    assert model.get_metrics_result()["found"] == 0.0


def test_bars_and_early_stopping_take_them(capsys):
    x, y = some_data()
    model = small_model()
    several = metrics.Recall(thresholds=[0.2, 0.8], name="several")
    model.compile("sgd", "mse", metrics=["AUC", "precision", several])
    stop = keras.callbacks.EarlyStopping(monitor="AUC", mode="max", patience=0)
    history = model.fit(x, y, epochs=3, verbose=1, callbacks=[stop]).history
    assert np.shape(history["several"][0]) == (2,)
    assert "precision" in capsys.readouterr().out


def test_sparse_losses_do_not_take_them():
    model = small_model()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["precision"])
    with pytest.raises(ValueError, match="takes values of the output's shape"):
        model.fit(np.ones((2, 4)), np.zeros(2), verbose=0)


def test_class_id_must_be_a_column_of_the_output():
    model = small_model()
    model.compile("sgd", "mse", metrics=[metrics.Precision(class_id=2)])
    with pytest.raises(ValueError, match="`class_id` must be a column"):
        model.fit(*some_data(), verbose=0)


FLAGS = (False, False, False, False, False)


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        (("counts", None, 0.0, 0), ValueError),
        (("accuracy", None, 0.0, 0, np.zeros(1), FLAGS, 1, None), ValueError),
        (("counts", None, 0.0, 0, np.zeros(1, "f4"), FLAGS, 1, None), ValueError),
        (("counts", None, 0.0, 0, np.zeros((1, 1)), FLAGS, 1, None), ValueError),
        (("counts", None, 0.0, 0, [0.5], FLAGS, 1, None), TypeError),
        (("counts", None, 0.0, 0, np.zeros(1), FLAGS[1:], 1, None), TypeError),
        (("counts", None, 0.0, 0, np.zeros(0), FLAGS, 1, None), ValueError),
        (("counts", None, 0.0, 0, np.zeros(1), FLAGS, 2, None), ValueError),
        (("counts", None, 0.0, 0, np.zeros(1), FLAGS, 1, 3), ValueError),
        (("squares", None, 0.0, 0, np.zeros(0), FLAGS, 1, None), ValueError),
    ],
)
def test_the_core_refuses(spec, error):
    pair = np.zeros((2, 3)), np.zeros((2, 3))
    with pytest.raises(error):
        _core.metric_sums(spec, *pair, None)


def test_the_core_refuses_arrays():
    spec = ("counts", None, 0.0, 0, np.array([0.5]), FLAGS, 1, None)
    pair = np.zeros((2, 3)), np.zeros((2, 3))
    assert _core.metric_sums(spec, *pair, np.ones((2, 3))).tolist() == [[0.0, 6.0], [0.0, 0.0]]
    for wrong in (
        (np.zeros((2, 2)), pair[1], None),
        (*pair, np.ones(2)),
        (*pair, np.ones((2, 3), "f4")),
        (np.zeros(3), np.zeros(3), None),
    ):
        with pytest.raises(ValueError, match="`"):
            _core.metric_sums(spec, *wrong)
    with pytest.raises(ValueError, match="has no value for a row"):
        _core.metric_rows(spec, *pair)


def test_auc_refuses_weights_for_other_columns_than_one():
    metric = metrics.AUC(multi_label=True, label_weights=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="`label_weights` must have a weight for each column"):
        metric.update_state(np.ones((2, 1)), np.ones((2, 1)))


def test_an_output_without_columns_is_refused():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Reshape(())])
    model.compile("sgd", "mse", metrics=[metrics.R2Score()])
    with pytest.raises(ValueError, match="axis of columns after the batch"):
        model.evaluate(np.ones((2, 1)), np.ones(2), verbose=0)


@pytest.mark.parametrize(("weight", "metric"), [(2.0, metrics.TruePositives()), (0.0, "mae")])
def test_a_weighted_loss_beside_metrics_in_which_it_would_count_is_refused(weight, metric):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", loss_weights=weight, weighted_metrics=[metric])
    with pytest.raises(ValueError, match="`loss_weights` must be None beside `weighted_metrics`"):
        model.evaluate(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
