"""Callbacks that act between epochs: learning rates, logs in a file, NaN, functions."""

import contextlib
import io
import os
import tempfile
import warnings

import numpy as np

from .cases_callbacks import data, small
from .harness import Case

SCHEDULES = {
    "of epoch and rate": lambda epoch, rate: rate * 0.5,
    "of the epoch": lambda epoch: 0.1 / (epoch + 1),
    "in steps": lambda epoch, rate: rate if epoch < 2 else np.float32(0.01),
}


def printed(work):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        result = work()
    return result, np.array(text.getvalue())


def schedule_case(name, schedule):
    def run(keras, dtype):
        model, (x, y) = small(keras), data(dtype)
        callback = keras.callbacks.LearningRateScheduler(schedule, verbose=1)
        history, text = printed(
            lambda: model.fit(x, y, epochs=4, shuffle=False, verbose=0, callbacks=[callback])
        )
        return {
            "names": np.array(list(history.history)),
            "losses": np.array(history.history["loss"]),
            "rates": np.array(history.history["learning_rate"], "float32"),
            # A float32 reads back otherwise in Keras than the double that cornu keeps.
            "lines": np.array([line.rpartition(" to ")[0] for line in str(text).splitlines()]),
            "weights": model.get_weights()[0],
        }

    return Case(f"schedule/{name}", run)


FALLING = [5.0, 4.0, 3.9, 4.1, 3.95, 3.8, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
PLATEAUS = {
    "default": {},
    "patience 1": {"patience": 1},
    "patience 0": {"patience": 0},
    "patience 3": {"patience": 3},
    "factor": {"patience": 1, "factor": 0.5},
    "min_delta": {"patience": 2, "min_delta": 0.5},
    "cooldown": {"patience": 1, "cooldown": 2},
    "min_lr": {"patience": 1, "min_lr": 0.002},
    "mode max": {"patience": 2, "mode": "max"},
    "mode min": {"patience": 2, "mode": "min"},
    "accuracy": {"patience": 2, "monitor": "val_accuracy"},
    "training loss": {"patience": 2, "monitor": "loss"},
}


def plateau_case(name, options):
    """ReduceLROnPlateau led by its hooks through given values, its state after every epoch."""

    def run(keras, dtype):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
        model.compile(keras.optimizers.SGD(0.5), loss="mse", metrics=["accuracy"])
        model.evaluate(np.zeros((2, 2), dtype), np.zeros((2, 1), dtype), verbose=0)
        callback = keras.callbacks.ReduceLROnPlateau(verbose=1, **options)
        callback.set_model(model)
        callback.on_train_begin()
        states = []

        def lead():
            for epoch, value in enumerate(FALLING):
                logs = {options.get("monitor", "val_loss"): value}
                callback.on_epoch_end(epoch, logs)
                rates = [logs["learning_rate"], float(model.optimizer.learning_rate)]
                states.append(
                    [*rates, float(callback.best), callback.wait, callback.cooldown_counter]
                )

        _, text = printed(lead)
        return {
            "states": np.array(states, "float32"),
            "lines": np.array([line.rpartition(" to ")[0] for line in str(text).splitlines()]),
        }

    return Case(f"plateau/{name}", run)


def csv_case(name, validated=False, **options):
    """The file of CSVLogger over two fits, its numbers apart from its text."""

    def run(keras, dtype):
        model, (x, y) = small(keras, metrics=["mae"]), data(dtype)
        arguments = {"epochs": 2, "shuffle": False, "verbose": 0}
        if validated:
            arguments |= {"validation_data": (x, y), "validation_freq": 2}
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.csv")
            callback = keras.callbacks.CSVLogger(path, **options)
            for _ in range(2):
                model.fit(x, y, callbacks=[callback], **arguments)
            with open(path, newline="", encoding="utf-8") as file:
                lines = file.read().splitlines()
        mark = options.get("separator", ",")
        cells = [line.split(mark) for line in lines]
        texts = [mark.join("#" if is_number(c) else c for c in row) for row in cells]
        return {
            "text": np.array(texts),
            "numbers": np.array([float(c) for row in cells for c in row if is_number(c)]),
        }

    return Case(f"csv/{name}", run, float32=(2e-5, 1e-6))


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def run_nan(keras, dtype):
    """TerminateOnNaN ends the epoch after the batch, by a loss that a hook's weights make large."""
    model, (x, y) = small(keras), data(dtype)
    steps = []

    class Counter(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            steps.append(batch)
            if len(steps) == 2:
                self.model.set_weights([w * np.inf for w in self.model.get_weights()])

    callbacks = [Counter(), keras.callbacks.TerminateOnNaN()]
    with warnings.catch_warnings():
        # Of cornu's alone, that the loss is not finite.
        warnings.simplefilter("ignore", RuntimeWarning)
        _, text = printed(
            lambda: model.fit(
                x, y, batch_size=2, epochs=3, shuffle=False, verbose=0, callbacks=callbacks
            )
        )
    return {"steps": np.array(steps), "printed": text}


def nan_in_data(where, value, raise_error):
    """What of x or y is not finite comes to the loss where TerminateOnNaN is there."""

    def run(keras, dtype):
        model, arrays = small(keras), dict(zip("xy", data(dtype), strict=True))
        arrays[where][3, 1] = value
        losses, ends = [], []

        class Keeper(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                losses.append(logs["loss"])

            def on_train_end(self, logs=None):
                ends.append(sorted(logs))

        callbacks = [Keeper(), keras.callbacks.TerminateOnNaN(raise_error=raise_error)]
        options = {"batch_size": 3, "epochs": 3, "shuffle": False, "verbose": 0}
        error, history = "", None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                history, text = printed(
                    lambda: model.fit(arrays["x"], arrays["y"], callbacks=callbacks, **options)
                )
            except RuntimeError as raised:
                error, text = str(raised), ""
        found = [] if history is None else history.history["loss"]
        return {
            "losses": np.array(losses),
            "history": np.array(found),
            "ends": np.array(str(ends)),
            "error": np.array(error),
            "printed": text,
        }

    name = f"{where} {value} {'raised' if raise_error else 'stopped'}"
    return Case(f"nan in data/{name}", run, float32=(2e-5, 1e-6), nan=True)


def run_lambda(keras, dtype):
    model, (x, y), events = small(keras), data(dtype), []

    def note(name):
        return lambda *arguments: events.append(f"{name} {len(arguments)} {arguments[:-1]}")

    names = ["on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end"]
    callback = keras.callbacks.LambdaCallback(
        **{name: note(name) for name in names},
        on_train_batch_begin=lambda batch, logs: events.append(f"begin {batch} {list(logs)}"),
        on_train_batch_end=lambda batch, logs: events.append(f"end {batch} {list(logs)}"),
    )
    model.fit(x, y, batch_size=3, verbose=0, callbacks=[callback])
    return {"events": np.array(events)}


CHECKPOINTS = {
    "every epoch": {},
    "best": {"save_best_only": True},
    "best above": {"save_best_only": True, "mode": "max"},
    "best weights": {"save_best_only": True, "save_weights_only": True},
    "best below a threshold": {"save_best_only": True, "initial_value_threshold": 3.85},
    "best by accuracy": {"save_best_only": True, "monitor": "val_accuracy"},
}


def checkpoint_case(name, options):
    """ModelCheckpoint led by its hooks through given values: its files, and what it prints."""

    def run(keras, dtype):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
        model.compile(keras.optimizers.SGD(0.5), loss="mse", metrics=["accuracy"])
        model.evaluate(np.zeros((2, 2), dtype), np.zeros((2, 1), dtype), verbose=0)
        monitor = options.get("monitor", "val_loss")
        ending = ".weights.h5" if options.get("save_weights_only") else ".keras"
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "{epoch:02d}-{" + monitor + ":.2f}" + ending)
            callback = keras.callbacks.ModelCheckpoint(path, verbose=1, **options)
            callback.set_model(model)
            callback.on_train_begin()

            def lead():
                for epoch, value in enumerate(FALLING):
                    callback.on_epoch_begin(epoch)
                    callback.on_epoch_end(epoch, {monitor: value})

            _, text = printed(lead)
            return {
                "files": np.array(sorted(os.listdir(folder))),
                "printed": np.array(str(text).replace(folder, "FOLDER")),
                "best": np.array(-1.0 if callback.best is None else float(callback.best)),
            }

    return Case(f"checkpoint/{name}", run)


CASES = [
    *(schedule_case(name, schedule) for name, schedule in SCHEDULES.items()),
    *(plateau_case(name, options) for name, options in PLATEAUS.items()),
    *(checkpoint_case(name, options) for name, options in CHECKPOINTS.items()),
    csv_case("plain"),
    csv_case("appended", append=True),
    csv_case("separated", separator=";", append=True),
    csv_case("validated", validated=True, append=True),
    Case("nan", run_nan),
    nan_in_data("y", np.inf, False),
    nan_in_data("y", np.nan, True),
    nan_in_data("x", np.nan, False),
    nan_in_data("x", -np.inf, True),
    Case("lambda", run_lambda),
]
