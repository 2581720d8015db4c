"""Metrics of right and wrong decisions: called, and in models that are trained and evaluated."""

import numpy as np

from .harness import Case, draw, draw_integers, one_hot, set_drawn_weights, text_of

COUNTS = ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives")
POINTS = {
    "SensitivityAtSpecificity": "specificity",
    "SpecificityAtSensitivity": "sensitivity",
    "PrecisionAtRecall": "recall",
    "RecallAtPrecision": "precision",
}
EVEN, UNEVEN = [0.0, 0.25, 0.5, 0.75, 1.0], [0.7, 0.2, 0.55]
METRICS = [
    *((name, {}) for name in (*COUNTS, "Precision", "Recall", "AUC")),
    *((name, {"thresholds": 0.3}) for name in ("FalseNegatives", "Precision")),
    *((name, {"thresholds": EVEN}) for name in ("TrueNegatives", "Recall")),
    *(
        (name, {"thresholds": UNEVEN})
        for name in ("TruePositives", "FalsePositives", "Precision", "AUC")
    ),
    *((name, {argument: 0.6}) for name, argument in POINTS.items()),
    *((name, {argument: 0.4, "num_thresholds": 5}) for name, argument in POINTS.items()),
    *((name, {argument: 0.5, "num_thresholds": 1}) for name, argument in POINTS.items()),
    *(
        ("AUC", {"curve": curve, "summation_method": method, "num_thresholds": count})
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "minoring", "majoring")
        for count in (2, 11)
    ),
    ("AUC", {"from_logits": True}),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75], "curve": "PR"}),
]
WIDE = [
    *((name, {"class_id": 1}) for name in ("Precision", "Recall")),
    *((name, {"top_k": 2}) for name in ("Precision", "Recall")),
    *((name, {"top_k": 2, "thresholds": 0.4}) for name in ("Precision", "Recall")),
    *((name, {"top_k": 1, "class_id": 2}) for name in ("Precision", "Recall")),
    *((name, {argument: 0.6, "class_id": 0}) for name, argument in POINTS.items()),
    ("AUC", {"multi_label": True}),
    ("AUC", {"multi_label": True, "curve": "PR", "num_labels": 3}),
    ("AUC", {"multi_label": True, "label_weights": [0.2, 0.5, 2.0], "num_thresholds": 7}),
    ("AUC", {"label_weights": [0.2, 0.5, 2.0]}),
    ("AUC", {"multi_label": True, "curve": "PRGAIN", "thresholds": UNEVEN}),
]


IN_MODELS = [
    ("TruePositives", {}, 1),
    ("Precision", {"thresholds": EVEN}, 1),
    ("AUC", {}, 1),
    ("AUC", {"from_logits": True}, 1),
    ("PrecisionAtRecall", {"recall": 0.6}, 1),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "class_id": 2}, 3),
    ("Recall", {"class_id": 1}, 3),
    ("Precision", {"top_k": 2}, 3),
    ("AUC", {"multi_label": True, "curve": "PR"}, 3),
    ("AUC", {"label_weights": [0.2, 0.5, 2.0]}, 3),
]


def batch(index, dtype, *shape):
    """Labels, and probabilities that go with them, some of them 0, 1 and on a threshold."""
    labels = draw_integers(f"confusion {index}", 2, *shape)
    scores = draw(f"confusion {index}", *shape) + labels - 0.5
    scores = np.clip(np.round(1 / (1 + np.exp(-2 * scores)), 2), 0.05, 0.95)
    scores = np.where(scores == 0.05, 0.0, np.where(scores == 0.95, 1.0, scores))
    return labels.astype(dtype), scores.astype(dtype)


def called_case(name, options, wide):
    """Results after updates, weighted and not, and after reset_state; names and variables."""

    def run(keras, dtype):
        metric, results = getattr(keras.metrics, name)(**options), []
        columns = (3,) if wide else ()
        for index, rows in enumerate((9, 14)):
            metric.update_state(*batch(index, dtype, rows, *columns))
            results.append(np.asarray(metric.result()))
        kept = [np.asarray(variable).astype(dtype) for variable in metric.variables]
        metric.reset_state()
        results.append(np.asarray(metric.result()))
        w = np.abs(draw("confusion weights", 9, dtype=dtype))
        metric.update_state(*batch(0, dtype, 9, *columns), sample_weight=w)
        results.append(np.asarray(metric.result()))
        return {
            "results": np.stack(results),
            "name": np.array(metric.name),
            "shapes": np.array([str(value.shape) for value in kept]),
            "kept": np.concatenate([value.ravel() for value in kept]),
        }

    return Case(f"called/{text_of(name, options)}", run, (2e-5, 2e-6))


def run_shapes(keras, dtype):
    """Columns beside vectors, steps in time, and weights for each element."""
    labels, scores = batch(3, dtype, 8)
    cube = batch(4, dtype, 4, 2, 3)
    metrics, fields = keras.metrics, {}
    fields["flat column"] = metrics.Precision()(labels, scores[:, None])
    fields["column flat"] = metrics.Recall()(labels[:, None], scores)
    fields["booleans"] = metrics.Recall()(labels.astype(bool), scores)
    fields["not one"] = metrics.Precision()(labels * 2.5, scores)
    fields["cube"] = metrics.AUC()(*cube)
    w = np.abs(draw("confusion cube", 4, 2, 3, dtype=dtype))
    fields["cube weighted"] = metrics.AUC(thresholds=[0.4, 0.5])(*cube, sample_weight=w)
    fields["cube even"] = metrics.AUC()(*cube, sample_weight=w)
    fields["cube steps"] = metrics.AUC()(*cube, sample_weight=w[:, :, 0])
    fields["scalar"] = metrics.TruePositives()(labels, scores, sample_weight=0.5)
    outside = np.array([-0.5, 0.0, 0.5, 1.5], dtype)
    fields["outside"] = metrics.AUC()(np.array([0, 1, 0, 1], dtype), outside)
    tied = np.array([[0.5, 0.5, 0.5], [0.2, 0.7, 0.7]], dtype)
    fields["ties"] = metrics.Precision(top_k=1)(one_hot([1, 2], 3, dtype), tied)
    return fields


def model_case(name, options, outputs):
    """Logs of fit with validation, then of evaluate; what the metric says and keeps afterwards."""

    def run(keras, dtype):
        layers = keras.layers
        activation = None if options.get("from_logits") else "sigmoid"
        model = keras.Sequential([keras.Input((4,)), layers.Dense(outputs, activation=activation)])
        set_drawn_weights(model, "confusion model")
        metric = getattr(keras.metrics, name)(**options)
        model.compile(
            optimizer=keras.optimizers.SGD(0.1),
            loss="mse",
            metrics=[metric, "mae"],
            run_eagerly=True,
        )
        x, y = draw("confusion x", 23, 4, dtype=dtype), batch(5, dtype, 23, outputs)[0]
        history = model.fit(
            x[:15],
            y[:15],
            batch_size=4,
            epochs=2,
            shuffle=False,
            verbose=0,
            validation_data=(x[15:], y[15:]),
        ).history
        fields = {key: np.array(values).astype(dtype) for key, values in history.items()}
        logs = model.evaluate(x, y, batch_size=5, verbose=0, return_dict=True)
        fields["evaluated"] = np.concatenate([np.ravel(logs[key]) for key in sorted(logs)])
        fields["evaluated"] = fields["evaluated"].astype(dtype)
        fields["names"] = np.array(sorted(logs))
        fields["result"] = np.asarray(metric.result())
        fields["batch"] = np.asarray(model.test_on_batch(x, y)[1]).astype(dtype)
        return fields

    return Case(f"model/{text_of(name, options)}", run, (2e-5, 2e-6))


STRINGS = ["AUC", "auc", "Precision", "precision", "recall", "TruePositives", "false_negatives"]


def run_strings(keras, dtype):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    set_drawn_weights(model, "confusion model")
    model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=STRINGS)
    x, y = draw("confusion x", 23, 4, dtype=dtype), batch(5, dtype, 23, 1)[0]
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    return {
        "names": np.array(list(logs)),
        "values": np.array([float(value) for value in logs.values()]),
    }


CASES = [
    *(called_case(name, options, False) for name, options in METRICS),
    *(called_case(name, options, True) for name, options in WIDE),
    Case("shapes", run_shapes),
    *(model_case(*row) for row in IN_MODELS),
    Case("strings", run_strings),
]
