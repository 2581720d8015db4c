"""Regression, hinge and probabilistic losses: called, reduced, at their edges, and their gradients.

The metrics that are their means are here too.
"""

import numpy as np

from .cases_losses import REDUCTIONS, scalars, simplex
from .harness import Case, draw, draw_integers, gradients, one_hot, set_drawn_weights

CLASSES = {
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber",
    "log_cosh": "LogCosh",
    "cosine_similarity": "CosineSimilarity",
    "poisson": "Poisson",
    "kl_divergence": "KLDivergence",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
}
METRICS = {function: name for function, name in CLASSES.items() if function != "huber"}
METRICS["log_cosh"] = "LogCoshError"


def batch(function, dtype, *rows, classes=3, labels="signs"):
    """(y_true, y_pred) that the loss takes, `rows` entries each."""
    shape = (*rows, classes)
    if function == "kl_divergence":
        return simplex("plain true", *shape, dtype=dtype), simplex("plain", *shape, dtype=dtype)
    y_pred = draw("plain pred", *shape, dtype=dtype, scale=1.5)
    if function in ("poisson", "mean_squared_logarithmic_error"):
        return draw_integers("plain counts", 5, *shape).astype(dtype), np.abs(y_pred)
    if function == "categorical_hinge":
        return one_hot(draw_integers("plain ids", classes, *rows), classes, dtype), y_pred
    if function.endswith("hinge"):
        bits = draw_integers("plain bits", 2, *shape).astype(dtype)
        return bits if labels == "bits" else 2 * bits - 1, y_pred
    return draw("plain true", *shape, dtype=dtype, scale=1.5), y_pred


def called_case(function):
    """The function, the class with every reduction, and weights, on rows and on a cube."""

    def run(keras, dtype):
        call, build = getattr(keras.losses, function), getattr(keras.losses, CLASSES[function])
        pair, cube = batch(function, dtype, 5), batch(function, dtype, 2, 3, classes=4)
        w = np.abs(draw("plain weights", 5, dtype=dtype))
        name = build().name
        return {
            "rows": call(*pair),
            "cube": call(*cube),
            "alone": call(pair[0][0], pair[1][0]),
            "one column": call(pair[0][:, :1], pair[1][:, :1]),
            "reduced": scalars(*(build(reduction=r)(*pair) for r in REDUCTIONS)),
            "weighted": scalars(*(build(reduction=r)(*pair, w) for r in REDUCTIONS)),
            "none": build(reduction=None)(*cube, sample_weight=w[:2, None]),
            "name": np.array(name),
        }

    return Case(f"called/{function}", run)


def run_ranks(keras, dtype):
    """Targets of one axis less or more; hinges do not take those apart."""
    flat, column = draw("plain ranks", 4, dtype=dtype), draw("plain ranks", 4, 1, dtype=dtype)
    return {
        name: getattr(keras.losses, CLASSES[name])(reduction=None)(np.abs(flat), np.abs(column))
        for name in CLASSES
    }


def run_hinge_labels(keras, dtype):
    """Labels 0 and 1 are -1 and 1 where there are no others in the whole batch."""
    y_pred, fields = draw("plain labels", 4, 2, dtype=dtype), {}
    bits = np.array([[0, 1], [1, 1], [0, 0], [1, 0]], dtype)
    mixed = np.array([[0, 1], [1, 1], [0, 0], [1, -1]], dtype)
    for name in ("hinge", "squared_hinge"):
        fields[f"{name} bits"] = getattr(keras.losses, name)(bits, y_pred)
        fields[f"{name} mixed"] = getattr(keras.losses, name)(mixed, y_pred)
        fields[f"{name} integers"] = getattr(keras.losses, name)(bits.astype("int32"), y_pred)
    return fields


def run_edges(keras, dtype):
    """Targets and predictions of 0, where a logarithm or quotient is cut off, and large ones."""
    y_true = np.array([[0, 0], [0, 2], [1, 1], [1e-9, 3]], dtype)
    y_pred = np.array([[0, 1], [0, 0], [1, 1], [2, 1e-9]], dtype)
    names = ("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "poisson")
    fields = {name: getattr(keras.losses, name)(y_true, y_pred) for name in names}
    fields["kl_divergence"] = keras.losses.kl_divergence(y_true, y_pred)
    far = np.array([[-1000, 1000], [30, -30], [1, -1]], dtype)
    fields["log_cosh"] = keras.losses.log_cosh(np.zeros((3, 2), dtype), far)
    fields["cosine zero"] = keras.losses.cosine_similarity(y_true, np.zeros((4, 2), dtype))
    for delta in (0.1, 1.5, 5.0):
        fields[f"huber {delta}"] = keras.losses.huber(np.zeros((3, 2), dtype), far, delta)
        fields[f"Huber {delta}"] = keras.losses.Huber(delta=delta)(np.zeros((3, 2), dtype), far)
    return fields


def run_cosine_axes(keras, dtype):
    y_true, y_pred = draw("axes t", 2, 3, 4, dtype=dtype), draw("axes p", 2, 3, 4, dtype=dtype)
    fields = {}
    for axis in (-1, 0, 1, -2):
        fields[f"loss {axis}"] = keras.losses.cosine_similarity(y_true, y_pred, axis=axis)
        fields[f"class {axis}"] = keras.losses.CosineSimilarity(axis=axis)(y_true, y_pred)
        fields[f"metric {axis}"] = keras.metrics.CosineSimilarity(axis=axis)(y_true, y_pred)
    return fields


def gradient_case(function, activation, weights, options):
    """Loss and gradients of a small model."""

    def run(keras, dtype):
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(5, activation="tanh"),
                layers.Dense(3, activation=activation),
            ]
        )
        set_drawn_weights(model, "plain gradient")
        loss = function
        if options:
            loss = getattr(keras.losses, CLASSES[function])(**options)
        model.compile(optimizer="sgd", loss=loss)
        labels = "bits" if weights else "signs"
        y, _ = batch(function, dtype, 6, labels=labels)
        x = draw("plain gradient x", 6, 4, dtype=dtype)
        w = np.abs(draw("plain weights", 6, dtype=dtype)) if weights else None
        value, found = gradients(keras, model, x, y, sample_weight=w)
        return {"loss": value, **{f"gradient {i}": g for i, g in enumerate(found)}}

    text = " ".join(f"{key}={value}" for key, value in options.items())
    weighted = "weighted" if weights else "plain"
    # Keras rounds the percentages' sums of large terms in float32.
    return Case(f"gradient/{function} {activation} {weighted} {text}".strip(), run, (2e-5, 2e-6))


ACTIVATIONS = dict.fromkeys(CLASSES, "linear")
ACTIVATIONS.update(poisson="softplus", kl_divergence="softmax")
ACTIVATIONS.update(mean_squared_logarithmic_error="softplus")


def metric_case(function):
    """Results after updates, weighted and not, and in a model's evaluate."""

    def run(keras, dtype):
        metric, results = getattr(keras.metrics, METRICS[function])(), []
        for rows in (4, 7, 1):
            metric.update_state(*batch(function, dtype, rows))
            results.append(np.asarray(metric.result()))
        metric.reset_state()
        w = np.abs(draw("plain weights", 5, dtype=dtype))
        metric.update_state(*batch(function, dtype, 5), sample_weight=w)
        results.append(np.asarray(metric.result()))
        metric.reset_state()
        results.append(np.asarray(metric.result()))
        layers = keras.layers
        activation = ACTIVATIONS[function]
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation=activation)])
        set_drawn_weights(model, "plain metric")
        model.compile(optimizer="sgd", loss="mse", metrics=[METRICS[function]])
        y, _ = batch(function, dtype, 6)
        # One batch, since Keras's hinges look at all of its labels.
        logs = model.evaluate(draw("plain x", 6, 4, dtype=dtype), y, verbose=0, return_dict=True)
        return {
            "results": np.stack(results),
            "name": np.array(metric.name),
            "logs": np.array(sorted(logs)),
            "values": np.array([logs[name] for name in sorted(logs)]),
        }

    return Case(f"metric/{function}", run)


def root_case():
    def run(keras, dtype):
        metric, results = keras.metrics.RootMeanSquaredError(), []
        for rows in (4, 7, 1):
            metric.update_state(*batch("huber", dtype, rows))
            results.append(np.asarray(metric.result()))
        w = np.abs(draw("plain weights", 5, dtype=dtype))
        metric.update_state(*batch("huber", dtype, 5), sample_weight=w)
        results.append(np.asarray(metric.result()))
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        set_drawn_weights(model, "plain metric")
        given = ["RootMeanSquaredError", keras.metrics.RootMeanSquaredError(name="rmse")]
        model.compile(optimizer="sgd", loss="mse", metrics=given)
        y, _ = batch("huber", dtype, 7)
        x = draw("plain x", 7, 4, dtype=dtype)
        logs = model.evaluate(x, y, batch_size=3, verbose=0, return_dict=True)
        return {
            "results": np.stack(results),
            "logs": np.array(sorted(logs)),
            "values": np.array([logs[name] for name in sorted(logs)]),
        }

    return Case("metric/root mean squared error", run)


CASES = [
    *(called_case(function) for function in CLASSES),
    Case("ranks", run_ranks),
    Case("hinge labels", run_hinge_labels),
    Case("edges", run_edges),
    Case("cosine axes", run_cosine_axes),
    *(
        gradient_case(function, ACTIVATIONS[function], weights, {})
        for function in CLASSES
        for weights in (False, True)
    ),
    gradient_case("huber", "linear", False, {"delta": 0.3}),
    gradient_case("huber", "linear", True, {"delta": 2.0, "reduction": "sum"}),
    *(metric_case(function) for function in METRICS),
    root_case(),
]
