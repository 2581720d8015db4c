"""A class whose rows have no part in a sparse cross-entropy: in losses, metrics and training."""

import numpy as np

from .harness import Case, draw, draw_integers, gradients, set_drawn_weights

LOOSE = {"float32": (3e-5, 3e-6), "float64": (1e-11, 1e-12)}


def labels(name, *shape, ignored):
    """Drawn classes, a third of which are the ignored one: all of the second row's."""
    drawn = draw_integers(name, 3, *shape)
    drawn[draw_integers(f"{name} ignored", 3, *shape) == 0] = ignored
    drawn[1] = ignored
    return drawn


def run_metric(keras, dtype):
    """Rows that are left out count as 0 in a mean, unless there are weights."""
    build = keras.metrics.SparseCategoricalCrossentropy
    p = np.abs(draw("metric", 7, 2, 3, dtype=dtype)) + np.dtype(dtype).type(0.1)
    y, found = labels("metric y", 7, 2, ignored=-1), []
    for weights in (None, np.arange(7.0)[:, None], np.arange(14.0).reshape(7, 2)):
        metric = build(ignore_class=-1)
        metric.update_state(y, p, weights)
        metric.update_state(y[:3], p[:3], None if weights is None else weights[:3])
        found.append(float(metric.result()))
    function = keras.metrics.MeanMetricWrapper(
        keras.losses.sparse_categorical_crossentropy, ignore_class=2, axis=-1
    )
    found.append(float(function(y % 3, p, np.arange(7.0)[:, None])))
    return {"results": np.array(found)}


def training(name, ignored, row=(3,), activation="softmax", weighted=False, loss=None, **options):
    """Gradients and two epochs with a class that is left out; the second batch has no other."""

    def run(keras, dtype):
        layers, crossentropy = keras.layers, keras.losses.SparseCategoricalCrossentropy
        before = [layers.Masking()] if len(row) > 1 else []
        model = keras.Sequential(
            [keras.Input(row), *before, layers.Dense(3, activation=activation)]
        )
        set_drawn_weights(model, name)
        logits = {"from_logits": activation is None}
        chosen = crossentropy(ignore_class=ignored, **logits, **options)
        if loss is not None:
            chosen = loss(keras, ignored)
        build = keras.metrics.SparseCategoricalCrossentropy
        model.compile(
            keras.optimizers.SGD(0.1),
            chosen,
            metrics=["accuracy", build("mean", ignore_class=ignored, **logits)],
            weighted_metrics=[build("weighted", ignore_class=ignored, **logits)],
        )
        x = draw(f"{name} x", 11, *row, dtype=dtype)
        y = labels(f"{name} y", 11, *row[:-1], ignored=ignored)
        y[4:8] = ignored
        if before:
            x[::3, 1] = 0
        weight = np.abs(draw(f"{name} weight", 11, dtype=dtype)) if weighted else None
        if before and weighted:
            weight = weight.reshape(11, 1)
        value, found = gradients(keras, model, x, y, weight, training=True)
        model.reset_metrics()
        history = model.fit(
            x,
            y,
            sample_weight=weight,
            batch_size=4,
            epochs=2,
            shuffle=False,
            verbose=0,
            validation_data=(x, y) if weight is None else (x, y, weight),
        ).history
        # On JAX Keras forgets the mask of Masking for the metrics of training.
        taken = [one for one in history if not before or one == "loss" or one.startswith("val_")]
        return {
            "loss": value,
            **{f"gradient {i}": g for i, g in enumerate(found)},
            "names": np.array(taken),
            "history": np.array([history[one] for one in taken], "float64"),
            **{f"weight {i}": w for i, w in enumerate(model.get_weights())},
        }

    return Case(name, run, **LOOSE)


def as_function(keras, ignored):
    def loss(y_true, y_pred):
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, ignore_class=ignored)

    return loss


CASES = [
    Case("metric", run_metric),
    training("joined", 255),
    training("logits weighted", -1, activation=None, weighted=True),
    training("a class, sum", 1, activation="softplus", reduction="sum"),
    training("mean of weights", -7, row=(2, 3), weighted=True, reduction="mean_with_sample_weight"),
    training("masked too", 255, row=(4, 3)),
    training("function", 255, loss=as_function),
]
