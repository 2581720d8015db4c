"""Intersections over unions and correlations: called, and in models that are evaluated."""

import numpy as np

from .cases_losses import simplex
from .harness import Case, draw, draw_integers, one_hot, set_drawn_weights, text_of

CLASSES = 4
IOUS = [
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}),
    ("IoU", {"num_classes": 3, "target_class_ids": [1], "ignore_class": 0}),
    ("IoU", {"num_classes": 4, "target_class_ids": (3, 1), "sparse_y_pred": False}),
    ("IoU", {"num_classes": 4, "target_class_ids": [1], "sparse_y_true": False}),
    ("MeanIoU", {"num_classes": 4}),
    ("MeanIoU", {"num_classes": 6, "ignore_class": -1}),
    ("MeanIoU", {"num_classes": 4, "sparse_y_true": False, "sparse_y_pred": False}),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [2, 0]}),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [2], "sparse_y_pred": True}),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 1], "ignore_class": 3}),
    ("OneHotMeanIoU", {"num_classes": 4, "ignore_class": 1}),
    ("OneHotMeanIoU", {"num_classes": 4, "sparse_y_pred": True}),
    ("BinaryIoU", {}),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}),
]
IN_MODELS = [
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, "sparse_categorical_crossentropy"),
    ("OneHotMeanIoU", {"num_classes": 4}, "categorical_crossentropy"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [1, 3]}, "mse"),
    ("BinaryIoU", {"threshold": 0.25}, "mse"),
    ("PearsonCorrelation", {}, "mse"),
    ("ConcordanceCorrelation", {}, "mse"),
]
# Keras gives an intersection over union in float32, whatever it was made in.
LOOSE = (2e-6, 2e-7)


def batch(name, options, index, dtype, rows):
    ids = draw_integers(f"overlap {index}", CLASSES, rows)
    y_pred = simplex(f"overlap {index}", rows, CLASSES, dtype=dtype)
    if name == "BinaryIoU":
        return (ids > 1).astype(dtype), y_pred[:, 0]
    plain = options.get("sparse_y_pred", not name.startswith("OneHot"))
    dense = name.startswith("OneHot") or not options.get("sparse_y_true", True)
    found = draw_integers(f"overlap found {index}", CLASSES, rows) if plain else y_pred
    return one_hot(ids, CLASSES, dtype) if dense else ids, found


def called_case(name, options):
    def run(keras, dtype):
        metric, results = getattr(keras.metrics, name)(**options, dtype=dtype), []
        for index, rows in enumerate((9, 14)):
            metric.update_state(*batch(name, options, index, dtype, rows))
            results.append(float(metric.result()))
        kept = np.asarray(metric.variables[0]).astype(dtype)
        metric.reset_state()
        results.append(float(metric.result()))
        w = np.abs(draw("overlap weights", 9, dtype=dtype))
        metric.update_state(*batch(name, options, 0, dtype, 9), sample_weight=w)
        results.append(float(metric.result()))
        return {"results": np.array(results), "kept": kept, "name": np.array(metric.name)}

    return Case(f"called/{text_of(name, options)}", run, (5e-6, 5e-7), LOOSE)


def correlation_case(name, function):
    def run(keras, dtype):
        metric, results = getattr(keras.metrics, name)(), []
        call = getattr(keras.metrics, function)
        shape = (3, 4, 5)
        y_true, y_pred = draw("corr t", *shape, dtype=dtype), draw("corr p", *shape, dtype=dtype)
        fields = {str(axis): call(y_true, y_pred, axis=axis) for axis in (-1, 0, 1)}
        fields["columns"] = call(y_true[0], y_pred[0] + 1)
        for rows in (2, 3):
            metric.update_state(y_true[:rows, 0], 2 * y_true[:rows, 0] + y_pred[:rows, 1])
            results.append(np.asarray(metric.result()))
        w = np.abs(draw("overlap weights", 3, dtype=dtype))
        metric.update_state(y_true[:, 0], y_pred[:, 0], sample_weight=w)
        results.append(np.asarray(metric.result()))
        return {**fields, "results": np.stack(results), "name": np.array(metric.name)}

    return Case(f"called/{name}", run, (2e-5, 2e-6))


def model_case(name, options, loss):
    def run(keras, dtype):
        layers = keras.layers
        activation = "linear" if name.endswith("Correlation") else "softmax"
        model = keras.Sequential([keras.Input((3,)), layers.Dense(CLASSES, activation=activation)])
        set_drawn_weights(model, "overlap model")
        model.compile(optimizer="sgd", loss=loss, metrics=[getattr(keras.metrics, name)(**options)])
        x, ids = draw("overlap x", 23, 3, dtype=dtype), draw_integers("overlap y", CLASSES, 23)
        y = ids if loss.startswith("sparse") else one_hot(ids, CLASSES, dtype)
        if name.endswith("Correlation"):
            y = draw("overlap y", 23, CLASSES, dtype=dtype)
        logs = model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
        return {
            "names": np.array(sorted(logs)),
            "values": np.array([float(logs[key]) for key in sorted(logs)]),
        }

    return Case(f"model/{text_of(name, options)}", run, (2e-5, 2e-6), LOOSE)


def run_focal_functions(keras, dtype):
    """Functions of losses as metrics of a model."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(CLASSES, activation="softmax")])
    set_drawn_weights(model, "overlap model")
    found = [
        keras.metrics.binary_focal_crossentropy,
        keras.metrics.categorical_focal_crossentropy,
        keras.metrics.pearson_correlation,
        keras.metrics.concordance_correlation,
    ]
    model.compile(optimizer="sgd", loss="mse", metrics=found)
    x, ids = draw("overlap x", 23, 3, dtype=dtype), draw_integers("overlap y", CLASSES, 23)
    y = one_hot(ids, CLASSES, dtype)
    logs = model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
    return {key: np.array(float(value)) for key, value in logs.items()}


CASES = [
    *(called_case(name, options) for name, options in IOUS),
    correlation_case("PearsonCorrelation", "pearson_correlation"),
    correlation_case("ConcordanceCorrelation", "concordance_correlation"),
    *(model_case(name, options, loss) for name, options, loss in IN_MODELS),
    Case("functions", run_focal_functions, (2e-5, 2e-6), (1e-10, 1e-12)),
]
