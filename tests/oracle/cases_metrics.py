"""Metrics: several updates with and without weights, functions, ties, and names in compile."""

import numpy as np

from .harness import Case, draw, draw_integers, one_hot

CLASSES = {
    "Accuracy": {},
    "BinaryAccuracy": {},
    "BinaryAccuracy threshold": {"threshold": 0.3},
    "CategoricalAccuracy": {},
    "SparseCategoricalAccuracy": {},
    "TopKCategoricalAccuracy": {"k": 2},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "TopKCategoricalAccuracy default": {},
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
}


def batch(name, index, rows, dtype, classes=7):
    """(y_true, y_pred) that the named metric takes."""
    seed = f"metric {index}"
    if name == "Accuracy":
        pair = [draw_integers(f"{seed} {side}", 3, *rows) for side in ("true", "pred")]
        return pair[0].astype(dtype), pair[1].astype(dtype)
    if name in ("MeanSquaredError", "MeanAbsoluteError"):
        return draw(f"{seed} a", *rows, 3, dtype=dtype), draw(f"{seed} b", *rows, 3, dtype=dtype)
    if name == "BinaryAccuracy":
        y_pred = 1 / (1 + np.exp(-draw(seed, *rows, 2)))
        return draw_integers(seed, 2, *rows, 2).astype(dtype), y_pred.astype(dtype)
    labels, y_pred = draw_integers(seed, classes, *rows), draw(seed, *rows, classes, dtype=dtype)
    if name.startswith("Sparse"):
        return labels.astype("int32"), y_pred
    return one_hot(labels, classes, dtype), y_pred


def updates_case(text, options):
    """Results after each of several updates, weighted and not, and after reset_state."""
    name = text.split()[0]

    def run(keras, dtype):
        metric, results = getattr(keras.metrics, name)(**options), []
        results.append(np.asarray(metric.result()))
        for index, rows in enumerate((4, 7, 1)):
            metric.update_state(*batch(name, index, (rows,), dtype))
            results.append(np.asarray(metric.result()))
        metric.reset_state()
        results.append(np.asarray(metric.result()))
        for index, rows in enumerate((5, 3)):
            w = np.abs(draw(f"metric weights {index}", rows, dtype=dtype))
            metric.update_state(*batch(name, index, (rows,), dtype), sample_weight=w)
            results.append(np.asarray(metric.result()))
        y_true, y_pred = batch(name, 5, (3,), dtype)
        results.append(np.asarray(metric(y_true, y_pred, sample_weight=np.zeros(3, dtype))))
        metric.reset_state()
        metric.update_state(y_true, y_pred, sample_weight=np.zeros(3, dtype))
        results.append(np.asarray(metric.result()))
        return {"results": np.stack(results), "name": np.array(metric.name)}

    return Case(f"updates/{text}", run)


def rank_case(text, options):
    """One entry per time step, with a weight for each entry, and one for each row."""
    name = text.split()[0]

    def run(keras, dtype):
        build, fields = getattr(keras.metrics, name), {}
        y_true, y_pred = batch(name, 0, (3, 2), dtype)
        for shape in (None, (3,), (3, 1), (3, 2)):
            w = None if shape is None else np.abs(draw("metric weights", *shape, dtype=dtype))
            metric = build(**options)
            metric.update_state(y_true, y_pred, sample_weight=w)
            fields[str(shape)] = metric.result()
        return fields

    return Case(f"rank 3/{text}", run)


FUNCTIONS = {
    "binary_accuracy": {"BinaryAccuracy": [{}, {"threshold": 0.7}]},
    "categorical_accuracy": {"CategoricalAccuracy": [{}]},
    "sparse_categorical_accuracy": {"SparseCategoricalAccuracy": [{}]},
    "top_k_categorical_accuracy": {"TopKCategoricalAccuracy": [{}, {"k": 3}]},
    "sparse_top_k_categorical_accuracy": {"SparseTopKCategoricalAccuracy": [{}, {"k": 3}]},
    "mean_squared_error": {"MeanSquaredError": [{}]},
    "mean_absolute_error": {"MeanAbsoluteError": [{}]},
}


def function_case(function):
    def run(keras, dtype):
        call, fields = getattr(keras.metrics, function), {}
        for name, several in FUNCTIONS[function].items():
            for options in several:
                fields[f"rows {options}"] = call(*batch(name, 0, (5,), dtype), **options)
                fields[f"cube {options}"] = call(*batch(name, 0, (2, 3), dtype), **options)
        return fields

    return Case(f"function/{function}", run)


def run_ties(keras, dtype):
    """The first of equal scores is the prediction; what equals the k-th score is in the top k."""
    y_pred = np.array([[1, 1, 0], [0, 1, 1], [2, 2, 2], [0, 0, 1], [3, 1, 1]], dtype)
    fields = {}
    for label in range(3):
        sparse, hot = np.full(5, label, "int32"), one_hot([label] * 5, 3, dtype)
        metrics = keras.metrics
        fields[f"sparse {label}"] = metrics.sparse_categorical_accuracy(sparse, y_pred)
        fields[f"categorical {label}"] = metrics.categorical_accuracy(hot, y_pred)
        for k in (1, 2, 3):
            fields[f"top {k} {label}"] = metrics.sparse_top_k_categorical_accuracy(
                sparse, y_pred, k=k
            )
    soft = np.array([[0.5, 0.5, 0], [0, 0.4, 0.4], [0, 0, 0], [0, 1, 1], [1, 0, 1]], dtype)
    fields["soft labels"] = keras.metrics.categorical_accuracy(soft, y_pred)
    half = np.array([[0.5], [0.5], [0.5000001], [0.4999999]], dtype)
    fields["half"] = keras.metrics.binary_accuracy(np.array([[0], [1], [1], [0]], dtype), half)
    return fields


def run_ranks(keras, dtype):
    """(n,) against (n, 1) and back; integer and bool labels."""
    column = 1 / (1 + np.exp(-draw("metric ranks", 4, 1)))
    column, bits = column.astype(dtype), np.array([0, 1, 1, 0])
    scores, labels = draw("metric ranks", 4, 3, dtype=dtype), np.array([0, 2, 1, 1])
    metrics = keras.metrics
    fields = {
        "binary flat column": metrics.BinaryAccuracy()(bits.astype(dtype), column),
        "binary column flat": metrics.BinaryAccuracy()(bits[:, None].astype(dtype), column[:, 0]),
        "binary integers": metrics.BinaryAccuracy()(bits[:, None], column),
        "sparse column": metrics.SparseCategoricalAccuracy()(labels[:, None], scores),
        "sparse floats": metrics.SparseCategoricalAccuracy()(labels.astype(dtype), scores),
        "sparse top column": metrics.SparseTopKCategoricalAccuracy(k=2)(labels[:, None], scores),
        "squares flat column": metrics.MeanSquaredError()(bits.astype(dtype), column),
        "accuracy flat column": metrics.Accuracy()(bits.astype(dtype), np.round(column)),
    }
    return fields


# (shape of y, outputs, activation, loss): what "accuracy" chooses follows from the shapes.
CHOICES = {
    "binary flat": ((6,), 1, "sigmoid", "binary_crossentropy"),
    "binary column": ((6, 1), 1, "sigmoid", "binary_crossentropy"),
    "regression column": ((6, 1), 1, None, "mse"),
    "multi label": ((6, 3), 3, "sigmoid", "binary_crossentropy"),
    "two columns": ((6, 2), 2, "softmax", "categorical_crossentropy"),
    "categorical": ((6, 3), 3, "softmax", "categorical_crossentropy"),
    "sparse flat": ((6,), 3, "softmax", "sparse_categorical_crossentropy"),
    "sparse column": ((6, 1), 3, "softmax", "sparse_categorical_crossentropy"),
}


def choice_case(text, shape, outputs, activation, loss):
    """Names and values of `accuracy` and `acc` in evaluate."""

    def run(keras, dtype):
        layers = keras.layers
        model = keras.Sequential([keras.Input((4,)), layers.Dense(outputs, activation=activation)])
        model.set_weights([draw("choice", 4, outputs, dtype=dtype), np.zeros(outputs, dtype)])
        model.compile(optimizer="sgd", loss=loss, metrics=["accuracy", "acc"])
        x = draw("choice x", 6, 4, dtype=dtype)
        if loss.startswith("categorical"):
            y = one_hot(draw_integers("choice y", outputs, 6), outputs, dtype)
        else:
            y = draw_integers("choice y", outputs if "sparse" in loss else 2, *shape)
        logs = model.evaluate(x, y.astype(dtype), verbose=0, return_dict=True)
        return {"names": np.array(list(logs)), "values": np.array(list(logs.values()))}

    return Case(f"accuracy means/{text}", run)


def run_names(keras, dtype):
    """Each metric keeps the name it was given; repeated names are numbered."""
    layers, metrics = keras.layers, keras.metrics
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")])
    model.set_weights([draw("metric names", 4, 1, dtype=dtype), np.zeros(1, dtype)])
    given = ["accuracy", "mse", "MSE", "mae", "mean_squared_error", "binary_accuracy"]
    given += ["BinaryAccuracy", "mean_absolute_error", "binary_crossentropy"]
    given += [metrics.MeanSquaredError(name="squares"), metrics.MeanAbsoluteError()]
    given += [metrics.mean_squared_error, "mse"]
    model.compile(optimizer="sgd", loss="mse", metrics=given)
    x, y = draw("names x", 6, 4, dtype=dtype), draw_integers("names y", 2, 6, 1).astype(dtype)
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    return {"names": np.array(list(logs)), "values": np.array(list(logs.values()))}


def run_integer_types(keras, dtype):
    """Metrics of an integer type that count: the type is kept, the results are floats."""
    metrics = keras.metrics
    y, p = draw_integers("integer y", 2, 7), np.abs(draw("integer p", 7, dtype=dtype)) % 1
    made = [
        getattr(metrics, name)(dtype="int32")
        for name in ("BinaryAccuracy", "Accuracy", "Precision", "AUC", "BinaryIoU")
    ]
    for metric in made:
        metric.update_state(y, p)
    plain = [metrics.Sum(dtype="int32"), metrics.Mean(dtype="int32")]
    for metric in plain:
        metric.update_state([1, 3], sample_weight=[2, 1])
        metric.update_state([5, 8])
    again = [type(metric).from_config(metric.get_config()) for metric in (*made, *plain)]
    return {
        "values": np.array([float(metric.result()) for metric in (*made, *plain)]),
        "kinds": np.array([np.asarray(metric.result()).dtype.kind for metric in (*made, *plain)]),
        "dtypes": np.array([metric.dtype for metric in again]),
    }


CASES = [
    *(updates_case(text, options) for text, options in CLASSES.items()),
    *(rank_case(text, options) for text, options in CLASSES.items()),
    *(function_case(function) for function in FUNCTIONS),
    Case("ties", run_ties),
    Case("ranks", run_ranks),
    *(choice_case(text, *row) for text, row in CHOICES.items()),
    Case("names", run_names),
    # Keras divides in float32 there.
    Case("integer types", run_integer_types, float64=(5e-7, 0.0)),
]
