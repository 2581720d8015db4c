"""Data that come in batches: data sets, generators and other iterators."""

import warnings

import numpy as np

from .cases_callbacks import tracer
from .cases_training import compiled, history_fields, task
from .harness import Case, draw, flat, set_drawn_weights

SIZES = (3, 5, 1, 4)


def parts(kind, dtype, weighted=False, sizes=SIZES, name="batches"):
    """Batches of different sizes."""
    x, y = task(name, kind, sum(sizes), dtype)
    w = np.abs(draw(f"{name} weights", sum(sizes), dtype=dtype))
    ends = np.cumsum(sizes)
    return [
        (x[end - n : end], y[end - n : end], *([w[end - n : end]] if weighted else []))
        for n, end in zip(sizes, ends, strict=True)
    ]


def dataset(keras, batches, events=None):
    class Given(keras.utils.PyDataset):
        def __len__(self):
            return len(batches)

        def __getitem__(self, index):
            return batches[index]

        def on_epoch_end(self):
            if events is not None:
                events.append("end")

    return Given()


def endless(batches):
    while True:
        yield from batches


def once(batches):
    yield from batches


def quietly(work):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work()


def fit_case(name, make, kind="regression", weighted=False, **options):
    """fit with what `make(keras, batches)` makes of batches."""

    def run(keras, dtype):
        model = compiled(keras, kind)
        x = make(keras, parts(kind, dtype, weighted))
        arguments = {"epochs": 3, "shuffle": False, "verbose": 0} | options
        if "validation_data" in arguments:
            given = arguments["validation_data"]
            arguments["validation_data"] = given(keras, parts(kind, dtype, True, (2, 6), "other"))
        history = quietly(lambda: model.fit(x, **arguments))
        # None, the number of steps of an epoch that is not known, is no number.
        history.params["steps"] = history.params["steps"] or 0
        return history_fields(model, history)

    return Case(f"fit/{name}", run)


def evaluate_case(kind, weighted):
    def run(keras, dtype):
        model, batches = compiled(keras, kind), parts(kind, dtype, weighted)
        return {
            "dataset": np.array(model.evaluate(dataset(keras, batches), verbose=0)),
            "generator": np.array(quietly(lambda: model.evaluate(once(batches), verbose=0))),
            "steps": np.array(model.evaluate(endless(batches), steps=3, verbose=0)),
            "names": np.array(
                list(model.evaluate(dataset(keras, batches), verbose=0, return_dict=True))
            ),
            "predicted": model.predict(dataset(keras, batches), verbose=0),
            "predicted by steps": model.predict(endless(batches), steps=6, verbose=0),
            "weights": flat(model.get_weights()),
        }

    return Case(f"evaluate/{kind}{' weighted' if weighted else ''}", run)


def run_hooks(keras, dtype):
    """The hooks of a fit on a data set that is validated by another, and those of the others."""
    model, batches, events = compiled(keras, "regression"), parts("regression", dtype), []
    trace = tracer(keras, events)
    fields = {}
    for name, call in (
        ("fit", lambda x: model.fit(x, epochs=2, validation_data=dataset(keras, batches[:2]),
                                    callbacks=[trace], verbose=0, shuffle=False)),
        ("evaluate", lambda x: model.evaluate(x, callbacks=[trace], verbose=0)),
        ("predict", lambda x: model.predict(x, callbacks=[trace], verbose=0)),
    ):  # fmt: skip
        events.clear()
        call(dataset(keras, batches))
        fields[name] = np.array(events)
    fields["params"] = np.array([f"{key}={trace.params[key]}" for key in sorted(trace.params)])
    return fields


def run_stop(keras, dtype):
    """stop_training set after a batch ends the epoch there, with its validation."""
    model, batches, events = compiled(keras, "regression"), parts("regression", dtype), []

    class Stopper(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.stop_training = True

    history = model.fit(
        dataset(keras, batches),
        epochs=3,
        shuffle=False,
        verbose=0,
        validation_data=dataset(keras, batches[2:]),
        callbacks=[Stopper(), tracer(keras, events)],
    )
    return history_fields(model, history) | {"events": np.array(events)}


def run_class_weight(keras, dtype):
    model = compiled(keras, "sparse")
    history = model.fit(
        dataset(keras, parts("sparse", dtype)),
        class_weight={0: 0.5, 1: 2.0, 2: 1.25},
        epochs=2,
        shuffle=False,
        verbose=0,
    )
    return history_fields(model, history)


def run_validated_seldom(keras, dtype):
    model, batches = compiled(keras, "regression"), parts("regression", dtype)
    history = model.fit(
        dataset(keras, batches),
        epochs=5,
        shuffle=False,
        verbose=0,
        validation_data=dataset(keras, batches[:2]),
        validation_freq=2,
    )
    return {name: np.array(values) for name, values in history.history.items()}


def run_rows_of_other_shapes(keras, dtype):
    """Batches whose rows have more steps or fewer, of a model that data have built."""
    layers, steps = keras.layers, (4, 6, 2, 4)
    batches = [
        (
            draw(f"steps x {i}", 2, n, 4, dtype=dtype),
            draw(f"steps y {i}", 2, n // 2, 3, dtype=dtype),
        )
        for i, n in enumerate(steps)
    ]
    model = keras.Sequential(
        [
            layers.Dense(3, "tanh"),
            layers.LayerNormalization(),
            layers.Reshape((-1, 6)),
            layers.Dense(3),
        ]
    )
    model(batches[0][0])
    set_drawn_weights(model, "steps network")
    model.compile(keras.optimizers.Adam(0.05), "mse")
    history = model.fit(dataset(keras, batches), epochs=2, shuffle=False, verbose=0)
    predicted = [model.predict(x, verbose=0) for x, _ in batches]
    return {
        "loss": np.array(history.history["loss"]),
        "iterations": np.array(int(model.optimizer.iterations)),
        "weights": flat(model.get_weights()),
        "evaluated": np.array(model.evaluate(dataset(keras, batches), verbose=0)),
        "shapes": np.array([found.shape for found in predicted]),
        "predicted": flat(predicted),
    }


CASES = [
    *(fit_case(f"dataset {kind}", dataset, kind) for kind in ("regression", "binary", "sparse")),
    fit_case("dataset weighted", dataset, weighted=True),
    fit_case("dataset fewer steps", dataset, steps_per_epoch=3),
    fit_case("dataset more steps", dataset, steps_per_epoch=6),
    fit_case("dataset initial epoch", dataset, initial_epoch=1),
    fit_case("generator", lambda _, b: endless(b), steps_per_epoch=3),
    fit_case("generator weighted", lambda _, b: endless(b), weighted=True, steps_per_epoch=5),
    fit_case("generator of one pass", lambda _, b: once(b), epochs=1),
    fit_case("validated by a dataset", dataset, validation_data=dataset),
    fit_case("validated by arrays", dataset, validation_data=lambda _, b: b[0]),
    fit_case(
        "validated by a generator",
        dataset,
        validation_data=lambda _, b: endless(b),
        validation_steps=3,
    ),
    *(evaluate_case(kind, w) for kind in ("regression", "sparse") for w in (False, True)),
    Case("hooks", run_hooks),
    Case("stop", run_stop),
    Case("class weight", run_class_weight),
    Case("validated seldom", run_validated_seldom),
    Case("rows of other shapes", run_rows_of_other_shapes, float32=(2e-5, 1e-6)),
]
