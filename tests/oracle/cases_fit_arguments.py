"""Arguments of compile, fit, evaluate and predict beyond the usual ones: weights and steps."""

import warnings

import numpy as np

from .cases_training import compiled, history_fields, network, task
from .harness import Case, draw, draw_integers, flat, set_drawn_weights

CLASS_WEIGHTS = {0: 0.5, 1: 2.0, 2: 1.25}


def class_weight_case(kind, column=False, split=0.0, integers=False):
    """class_weight for ids, columns of ids and one-hot rows; validation is not weighted."""

    def run(keras, dtype):
        model = compiled(keras, kind)
        x, y = task("class weights", kind, 23, dtype)
        if kind != "categorical":
            y = y.reshape((23, 1) if column else (23,))
        if integers:
            y = y.astype("uint8")
        history = model.fit(
            x,
            y,
            class_weight=CLASS_WEIGHTS if kind != "binary" else {0: 0.5, 1: 3},
            batch_size=5,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_split=split,
        )
        return history_fields(model, history)

    names = [kind, "column" * column, "integers" * integers, "split" * bool(split)]
    return Case(f"class weight/{' '.join(filter(None, names))}", run)


def run_class_weight_on_batch(keras, dtype):
    model, (x, y) = compiled(keras, "sparse"), task("class weights", "sparse", 11, dtype)
    found = [model.train_on_batch(x, y, class_weight=CLASS_WEIGHTS) for _ in range(3)]
    return {"results": np.array(found), "weights": flat(model.get_weights())}


COMPILED = {
    "weighted metrics": {"weighted_metrics": ["mae", "mse"]},
    "both metrics": {"metrics": ["mae"], "weighted_metrics": ["mae", "mse"]},
    "no weighted metrics": {"metrics": ["mae"], "weighted_metrics": []},
    "loss weight": {"loss_weights": 2.5, "metrics": ["mse"]},
    "loss weight in a list": {"loss_weights": [0.5]},
    "loss weight and weighted metrics": {"loss_weights": 3.0, "weighted_metrics": ["mae"]},
    "no effect": {"steps_per_execution": 1, "run_eagerly": False, "auto_scale_loss": False},
}


def compile_case(name, options, weighted):
    """What compile is given beyond optimizer, loss and metrics, with and without weights."""

    def run(keras, dtype):
        model = network(keras, "compile", 2, None)
        model.compile(optimizer="sgd", loss="mse", **options)
        x, y = task("compile", "regression", 17, dtype)
        w = np.abs(draw("compile weights", 17, dtype=dtype)) if weighted else None
        validation = (x[:7], y[:7], None if w is None else w[:7])
        arguments = {"batch_size": 5, "verbose": 0}
        history = model.fit(
            x, y, epochs=2, shuffle=False, sample_weight=w, validation_data=validation, **arguments
        )
        named = model.evaluate(x, y, sample_weight=w, return_dict=True, **arguments)
        on_batch = model.train_on_batch(x[:3], y[:3], None if w is None else w[:3], None, True)
        return history_fields(model, history) | {
            "evaluated": np.array([named[name] for name in sorted(named)]),
            "on batch": np.array([on_batch[name] for name in sorted(on_batch)]),
            "all names": np.array([*sorted(named), *sorted(on_batch)]),
        }

    return Case(f"compile/{name}{' weighted' if weighted else ''}", run)


def steps_case(name, **options):
    """steps_per_epoch of arrays: an epoch goes on where the one before it ended."""

    def run(keras, dtype):
        model, (x, y) = compiled(keras, "regression"), task("steps", "regression", 13, dtype)
        batches = []

        class Counter(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                batches.append(0)

            def on_train_batch_end(self, batch, logs=None):
                batches[-1] += 1

        arguments = {"batch_size": 3, "epochs": 4, "shuffle": False, "verbose": 0} | options
        if "validation_data" in arguments:
            arguments["validation_data"] = (x, y)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            history = model.fit(x, y, callbacks=[Counter()], **arguments)
        return history_fields(model, history) | {"batches": np.array(batches)}

    return Case(f"steps/{name}", run)


def run_steps_elsewhere(keras, dtype):
    """`steps` of evaluate and predict take the first batches."""
    model, (x, y) = compiled(keras, "regression"), task("steps", "regression", 13, dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            **{
                f"evaluate {n}": np.array(model.evaluate(x, y, batch_size=3, steps=n, verbose=0))
                for n in (1, 3, 5, 9)
            },
            **{
                f"predict {n}": model.predict(x, batch_size=3, steps=n, verbose=0)
                for n in (1, 3, 5, 9)
            },
        }


def frequency_case(name, frequency, **options):
    def run(keras, dtype):
        model, (x, y) = compiled(keras, "regression"), task("steps", "regression", 13, dtype)
        ends = []

        class Noter(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                ends.append(f"{epoch} {list(logs)}")

            def on_test_begin(self, logs=None):
                ends.append("test begin")

            def on_test_end(self, logs=None):
                ends.append(f"test end {list(logs)}")

        history = model.fit(
            x, y, batch_size=4, epochs=5, shuffle=False, verbose=0, validation_data=(x, y),
            validation_freq=frequency, callbacks=[Noter()], **options,
        )  # fmt: skip
        names = sorted(history.history)
        return {
            "events": np.array(ends),
            "values": np.concatenate([history.history[name] for name in names]),
        }

    return Case(f"validation_freq/{name}", run)


def run_sparse_column(keras, dtype):
    """Class weights of labels as floats, beside the weights of a validation's rows."""
    model, x = compiled(keras, "sparse"), draw("sparse column x", 9, 4, dtype=dtype)
    y = draw_integers("sparse column", 3, 9, 1).astype(dtype)
    w = np.abs(draw("sparse column w", 9, dtype=dtype))
    history = model.fit(
        x, y, class_weight=CLASS_WEIGHTS, validation_data=(x, y, w), shuffle=False, verbose=0
    )
    return history_fields(model, history)


STEP_LOSSES = {
    "mse": ("mse", 2, None, ["mae", "RootMeanSquaredError"]),
    "sparse": ("sparse_categorical_crossentropy", 3, "softmax", ["accuracy"]),
    "binary": ("binary_crossentropy", 1, "sigmoid", ["accuracy", "Precision", "AUC"]),
    "sum": (lambda losses: losses.MeanAbsoluteError(reduction="sum"), 2, None, []),
    "weighted mean": (
        lambda losses: losses.MeanSquaredError(reduction="mean_with_sample_weight"),
        2,
        None,
        [],
    ),
    "dice": (lambda losses: losses.Dice(), 2, "sigmoid", []),
    "ignored": (
        lambda losses: losses.SparseCategoricalCrossentropy(ignore_class=1),
        3,
        "softmax",
        [],
    ),
}


def step_weights_case(name, masked=False, column=False):
    """A sample weight for each step of the output."""

    def run(keras, dtype):
        loss, units, activation, metrics = STEP_LOSSES[name]
        dense = keras.layers.Dense(units, activation=activation)
        chain = [keras.layers.Masking(), dense] if masked else [dense]
        model = keras.Sequential([keras.Input((3, 4)), *chain])
        set_drawn_weights(model, f"step weights {name}")
        model.compile(
            optimizer="sgd",
            loss=loss if isinstance(loss, str) else loss(keras.losses),
            weighted_metrics=metrics,
        )
        x = draw("step weights x", 7, 3, 4, dtype=dtype)
        if masked:
            x[2, 1] = x[4, 0] = 0
        weights = np.abs(draw("step weights", 7, 3, dtype=dtype))
        if activation is None or name == "dice":
            y = np.abs(draw("step weights y", 7, 3, units, dtype=dtype))
        else:
            y = draw_integers("step weights y", max(units, 2), 7, 3)
            y = y if units > 1 else y[..., None].astype(dtype)
        arguments = {"sample_weight": weights[..., None] if column else weights, "batch_size": 4}
        history = model.fit(x, y, epochs=2, shuffle=False, verbose=0, **arguments)
        found = {
            "losses": np.array(history.history["loss"]),
            "weights": flat(model.get_weights()),
            "evaluated": np.array(
                [
                    v
                    for _, v in sorted(
                        model.evaluate(x, y, verbose=0, return_dict=True, **arguments).items()
                    )
                ]
            ),
        }
        # With a mask they are other ones on JAX, which forgets it.
        if not masked:
            found["history"] = np.array([v for _, v in sorted(history.history.items())])
        return found

    names = [name, "masked" * masked, "column" * column]
    return Case(f"step weights/{' '.join(filter(None, names))}", run)


CASES = [
    class_weight_case("sparse"),
    class_weight_case("sparse", column=True),
    class_weight_case("sparse", integers=True, split=0.3),
    class_weight_case("categorical"),
    class_weight_case("binary"),
    class_weight_case("binary", column=True, integers=True),
    Case("class weight/on batch", run_class_weight_on_batch),
    Case("class weight/validated", run_sparse_column),
    *(compile_case(name, row, w) for name, row in COMPILED.items() for w in (False, True)),
    *(step_weights_case(name) for name in STEP_LOSSES),
    *(
        step_weights_case(name, masked=True)
        for name in ("mse", "sparse", "weighted mean", "ignored")
    ),
    step_weights_case("mse", column=True),
    steps_case("fewer", steps_per_epoch=3),
    steps_case("all", steps_per_epoch=5),
    steps_case("more", steps_per_epoch=7),
    steps_case("one", steps_per_epoch=1),
    steps_case("validation", validation_data=True, validation_steps=2),
    steps_case("validation of another size", validation_data=True, validation_batch_size=5),
    steps_case("validation has fewer", validation_data=True, validation_steps=9),
    steps_case("both", steps_per_epoch=2, validation_data=True, validation_steps=1),
    Case("steps/elsewhere", run_steps_elsewhere),
    frequency_case("2", 2),
    frequency_case("list", [1, 4]),
    frequency_case("list with steps", [2, 5], steps_per_epoch=2, validation_steps=2),
    frequency_case("beyond the last", [9]),
]
