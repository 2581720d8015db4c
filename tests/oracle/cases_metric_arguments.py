"""Metrics with arguments that other families leave at their defaults: logits, smoothing, axes."""

import numpy as np

from .cases_losses import simplex
from .cases_overlap_metrics import LOOSE
from .harness import Case, draw, draw_integers, one_hot, set_drawn_weights, text_of

WIDE = ((2e-5, 2e-6),)
ENTROPIES = [
    ("BinaryCrossentropy", {}),
    ("BinaryCrossentropy", {"from_logits": True}),
    ("BinaryCrossentropy", {"label_smoothing": 0.3}),
    ("CategoricalCrossentropy", {}),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1, "name": "own"}),
    ("SparseCategoricalCrossentropy", {}),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "name": "own"}),
]


def entropy_batch(name, options, index, dtype, rows):
    """(y_true, y_pred) of three columns."""
    ids = draw_integers(f"entropy {index}", 3, rows)
    y_pred = simplex(f"entropy {index}", rows, 3, dtype=dtype)
    if options.get("from_logits"):
        y_pred = draw(f"entropy {index}", rows, 3, dtype=dtype)
    if name.startswith("Sparse"):
        return ids, y_pred
    return one_hot(ids, 3, dtype), y_pred


def called(metric, batches, dtype):
    """Results after each update, then of one with weights alone."""
    results = []
    for y_true, y_pred in batches:
        metric.update_state(y_true, y_pred)
        results.append(float(metric.result()))
    metric.reset_state()
    y_true, y_pred = batches[0]
    w = np.abs(draw("argument weights", len(y_true), dtype=dtype))
    metric.update_state(y_true, y_pred, sample_weight=w)
    results.append(float(metric.result()))
    return {"results": np.array(results), "name": np.array(metric.name)}


def entropy_case(name, options):
    def run(keras, dtype):
        metric = getattr(keras.metrics, name)(**options)
        batches = [entropy_batch(name, options, i, dtype, n) for i, n in enumerate((4, 7))]
        return called(metric, batches, dtype)

    return Case(f"called/{text_of(name, options)}", run, *WIDE)


def model_case(name, options):
    """Beside another loss, weighted and not."""

    def run(keras, dtype):
        layers = keras.layers
        logits = options.get("from_logits")
        activation = "linear" if logits else "softmax"
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation=activation)])
        set_drawn_weights(model, "argument model")
        made = [getattr(keras.metrics, name)(**options) for _ in range(2)]
        losses = keras.losses
        loss = losses.SparseCategoricalCrossentropy if name.startswith("Sparse") else None
        loss = loss(from_logits=bool(logits)) if loss else "mse"
        model.compile("sgd", loss, metrics=made[:1], weighted_metrics=made[1:])
        x = draw("argument x", 11, 4, dtype=dtype)
        y, _ = entropy_batch(name, options, 5, dtype, 11)
        w = np.linspace(0.5, 2.0, 11)
        logs = model.evaluate(x, y, sample_weight=w, batch_size=4, verbose=0)
        history = model.fit(x, y, sample_weight=w, batch_size=4, shuffle=False, verbose=0)
        return {
            # Keras lists results of one name twice.
            "evaluated": np.array(logs[:2]),
            "history": np.array(history.history[next(iter(history.history))]),
        }

    return Case(f"model/{text_of(name, options)}", run, *WIDE)


def along_case(name, axis, **options):
    """Scores of four classes along another axis than the last."""

    def run(keras, dtype):
        batches = []
        for index, rows in enumerate((3, 5)):
            ids = draw_integers(f"along {index}", 4, rows, 2)
            scores = simplex(f"along {index}", rows, 2, 4, dtype=dtype)
            pair = one_hot(ids, 4, dtype), scores
            batches.append([np.moveaxis(array, -1, axis) for array in pair])
        metric, results = getattr(keras.metrics, name)(axis=axis, **options), []
        for y_true, y_pred in batches:
            metric.update_state(y_true, y_pred)
            results.append(np.asarray(metric.result()))
        return {"results": np.stack(results).astype(dtype)}

    return Case(f"along {axis}/{name}", run, *WIDE, *([LOOSE] if "IoU" in name else []))


def run_sorted_ids(keras, dtype):
    """Ids of the classes in the order of their scores, in place of the scores."""
    ids = np.array([[2, 0, 1, 3], [1, 3, 0, 2], [0, 2, 3, 1]])
    labels = np.array([0, 2, 0])
    fields = {}
    for k in (1, 2, 3):
        metric = keras.metrics.SparseTopKCategoricalAccuracy(k, from_sorted_ids=True)
        metric.update_state(labels, ids)
        fields[f"class {k}"] = metric.result()
        fields[f"function {k}"] = keras.metrics.sparse_top_k_categorical_accuracy(
            labels, ids, k, from_sorted_ids=True
        )
    return fields


CASES = [
    *(entropy_case(*row) for row in ENTROPIES),
    *(model_case(*row) for row in ENTROPIES),
    # Along any other axis than these, Keras fails in `result`.
    along_case("MeanIoU", 0, num_classes=4, sparse_y_true=False, sparse_y_pred=False),
    along_case("OneHotMeanIoU", 0, num_classes=4),
    along_case("OneHotIoU", 0, num_classes=4, target_class_ids=[1, 2]),
    *(
        along_case(name, 1)
        for name in (
            "PearsonCorrelation",
            "ConcordanceCorrelation",
            "CosineSimilarity",
            "CategoricalCrossentropy",
        )
    ),
    Case("sorted ids", run_sorted_ids),
]
