"""Callbacks, and the text that a model prints about itself and its training."""

import contextlib
import io
import re

import numpy as np

from .harness import Case, draw, set_drawn_weights

HOOKS = [f"on_{what}_{end}" for what in ("train", "test", "predict") for end in ("begin", "end")]
HOOKS += [f"on_epoch_{end}" for end in ("begin", "end")]
HOOKS += [
    f"on_{what}_batch_{end}" for what in ("train", "test", "predict") for end in ("begin", "end")
]


def tracer(keras, events):
    """A callback with every hook, each of which notes its name, its index and its logs' names."""

    def hook(name):
        def note(self, *arguments, logs=None):
            arguments = list(arguments)
            if arguments and not isinstance(arguments[-1], int):
                logs = arguments.pop()
            events.append(f"{name} {arguments} {None if logs is None else list(logs)}")

        return note

    body = {name: hook(name) for name in HOOKS}
    return type("Tracer", (keras.callbacks.Callback,), body)()


def small(keras, metrics=None, rate=0.1):
    layers = keras.layers
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    set_drawn_weights(model, "callbacks network")
    optimizer = keras.optimizers.SGD(learning_rate=rate)
    model.compile(optimizer=optimizer, loss="mse", metrics=metrics)
    return model


def data(dtype, rows=7):
    return draw("callbacks x", rows, 3, dtype=dtype), draw("callbacks y", rows, 2, dtype=dtype)


def run_hooks(keras, dtype):
    """Which hooks fit, evaluate and predict call, in which order, with which logs."""
    model, (x, y) = small(keras, metrics=["mae"]), data(dtype)
    fields = {}
    events = []
    trace = tracer(keras, events)
    options = {"batch_size": 3, "callbacks": [trace], "verbose": 0}
    model.fit(x, y, epochs=2, validation_data=(x, y), shuffle=False, **options)
    fields["fit"] = np.array(events)
    fields["params"] = np.array([f"{key}={trace.params[key]}" for key in sorted(trace.params)])
    fields["model"] = np.array(trace.model is model)
    for name, call in (
        ("fit without validation", lambda: model.fit(x, y, epochs=1, **options)),
        ("nothing to fit", lambda: model.fit(x, y, epochs=0, **options)),
        ("evaluate", lambda: model.evaluate(x, y, **options)),
        ("predict", lambda: model.predict(x, **options)),
    ):
        events.clear()
        call()
        fields[name] = np.array(events)
    return fields


def run_logs(keras, dtype):
    """The values in the logs of batches (running means) and of epochs."""
    model, (x, y) = small(keras, metrics=["mae"]), data(dtype)
    batches, epochs, tests, types = [], [], [], set()

    class Keeper(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            batches.append([batch, *logs.values()])
            types.update(type(value).__name__ for value in logs.values())

        def on_test_batch_end(self, batch, logs=None):
            tests.append([batch, *logs.values()])

        def on_epoch_end(self, epoch, logs=None):
            epochs.append([epoch, *logs.values()])

    model.fit(
        x,
        y,
        batch_size=3,
        epochs=2,
        shuffle=False,
        verbose=0,
        validation_split=0.3,
        callbacks=[Keeper()],
    )
    return {
        "batches": np.array(batches, "float64"),
        "epochs": np.array(epochs, "float64"),
        "tests": np.array(tests, "float64"),
        "types": np.array(sorted(types)),
    }


def run_inherited_hooks(keras, dtype):
    """on_batch_begin and on_batch_end are what the train hooks call by default."""
    model, (x, y), events = small(keras), data(dtype), []

    class Old(keras.callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            events.append(f"begin {batch}")

        def on_batch_end(self, batch, logs=None):
            events.append(f"end {batch} {list(logs)}")

    model.fit(x, y, batch_size=3, verbose=0, callbacks=[Old()], validation_data=(x, y))
    return {"events": np.array(events)}


def stop_case(name, hook, index):
    """stop_training set in a hook ends the epoch there, with validation and the epoch's hooks."""

    def run(keras, dtype):
        model, (x, y), events = small(keras), data(dtype), []

        class Stopper(keras.callbacks.Callback):
            pass

        def stop(self, number, logs=None):
            if number == index:
                self.model.stop_training = True

        setattr(Stopper, hook, stop)
        history = model.fit(
            x,
            y,
            batch_size=2,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_data=(x, y),
            callbacks=[Stopper(), tracer(keras, events)],
        )
        return {
            "events": np.array(events),
            "losses": np.array([history.history["loss"], history.history["val_loss"]]),
            "flag": np.array(model.stop_training),
            "weights": model.get_weights()[0],
        }

    return Case(f"stop/{name}", run)


def run_rate(keras, dtype):
    """A callback that changes the learning rate and the weights while fitting."""
    model, (x, y) = small(keras), data(dtype)

    class Changer(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.1 / (epoch + 1)

        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.set_weights([0.5 * w for w in self.model.get_weights()])

    history = model.fit(
        x, y, batch_size=2, epochs=3, shuffle=False, verbose=0, callbacks=[Changer()]
    )
    return {"losses": np.array(history.history["loss"]), "weights": model.get_weights()[0]}


FALLING = [5.0, 4.0, 3.9, 4.1, 3.95, 3.8, 4.0, 4.0, 4.0, 4.0]
RISING = [0.1, 0.3, 0.2, 0.3, 0.35, 0.3, 0.2, 0.1]
STOPPING = {
    "default": ({}, FALLING),
    "patience 1": ({"patience": 1}, FALLING),
    "patience 3": ({"patience": 3}, FALLING),
    "patience never": ({"patience": 20}, FALLING),
    "min_delta": ({"min_delta": 0.5, "patience": 2}, FALLING),
    "min_delta negative": ({"min_delta": -0.5, "patience": 2}, FALLING),
    "mode max": ({"mode": "max", "patience": 2}, FALLING),
    "mode min": ({"mode": "min", "patience": 2}, FALLING),
    "baseline": ({"baseline": 3.85, "patience": 3}, FALLING),
    "baseline met": ({"baseline": 4.5, "patience": 2}, FALLING),
    "restore": ({"restore_best_weights": True, "patience": 2}, FALLING),
    "restore unstopped": ({"restore_best_weights": True, "patience": 20}, FALLING),
    "restore baseline": (
        {"restore_best_weights": True, "baseline": 1.0, "patience": 2},
        FALLING,
    ),
    "start_from_epoch": ({"start_from_epoch": 4, "patience": 1}, FALLING),
    "accuracy": ({"monitor": "val_accuracy", "patience": 1}, RISING),
    "training loss": ({"monitor": "loss", "patience": 1}, FALLING),
    "training accuracy": ({"monitor": "accuracy", "min_delta": 0.04}, RISING),
    "nan": ({"patience": 2}, [3.0, np.nan, 2.0, np.nan, np.nan, 1.0]),
    "worse from the start": ({}, [1.0, 2.0, 3.0]),
    "constant": ({"patience": 1}, [1.0] * 4),
}


def stopping_case(name, options, values):
    """EarlyStopping led by its hooks through given values, its state after every epoch."""

    def run(keras, dtype):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
        model.compile(optimizer="sgd", loss="mse", metrics=["accuracy"])
        model.evaluate(np.zeros((2, 2), dtype), np.zeros((2, 1), dtype), verbose=0)
        model.stop_training = False
        callback = keras.callbacks.EarlyStopping(verbose=1, **options)
        callback.set_model(model)
        callback.on_train_begin()
        states, printed = [], io.StringIO()
        for epoch, value in enumerate(values):
            model.set_weights([np.full((2, 1), epoch + 1, dtype)])
            callback.on_epoch_end(epoch, {options.get("monitor", "val_loss"): value})
            best = np.nan if callback.best is None else float(callback.best)
            states.append([best, callback.wait, callback.stopped_epoch, callback.best_epoch])
            if model.stop_training:
                break
        with contextlib.redirect_stdout(printed):
            callback.on_train_end()
        return {
            "states": np.array(states, "float64"),
            "stopped": np.array(bool(model.stop_training)),
            "weights": model.get_weights()[0],
            "printed": np.array(printed.getvalue()),
        }

    return Case(f"early stopping/{name}", run)


def run_stopping_in_fit(keras, dtype):
    """EarlyStopping in a fit that diverges: the epochs run, and the weights restored."""
    model, (x, y) = small(keras, rate=3.0), data(dtype)
    callback = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=2, restore_best_weights=True
    )
    history = model.fit(
        x, y, epochs=10, shuffle=False, verbose=0, validation_data=(x, y), callbacks=[callback]
    )
    return {
        "losses": np.array(history.history["val_loss"]),
        "epochs": np.array([len(history.epoch), callback.stopped_epoch, callback.best_epoch]),
        "weights": model.get_weights()[0],
    }


def without_times(text):
    """Printed progress with its durations left out."""
    text = re.sub(r" \d+(us|ms|s)/step", " TIME/step", text)
    return re.sub(r" - \d+s - ", " - TIME - ", text)


def run_printed(keras, dtype):
    """The lines of verbose=2."""
    model, (x, y) = small(keras, metrics=["mae"]), data(dtype)
    fields = {}
    for name, call in {
        "fit": lambda: model.fit(x, y, batch_size=3, epochs=2, shuffle=False, verbose=2),
        "one epoch": lambda: model.fit(x, y, batch_size=3, shuffle=False, verbose=2),
        "validated": lambda: model.fit(
            x, y, epochs=2, shuffle=False, verbose=2, validation_data=(x, y)
        ),
        "evaluate": lambda: model.evaluate(x, y, batch_size=3, verbose=2),
        "predict": lambda: model.predict(x, batch_size=3, verbose=2),
        "silent": lambda: model.fit(x, y, verbose=0),
    }.items():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            call()
        fields[name] = np.array(without_times(printed.getvalue()))
    return fields


def summarised(model, **options):
    """summary() as text, 80 wide, without blanks at the ends of lines."""
    lines = []
    model.summary(line_length=80, print_fn=lambda text, **_: lines.append(str(text)), **options)
    return np.array("\n".join(line.rstrip() for line in "\n".join(lines).splitlines()).rstrip())


def run_summaries(keras, dtype):
    layers = keras.layers
    mixed = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(300, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, name="a_name_that_is_much_too_long_for_its_column"),
            layers.Activation("softmax"),
            layers.Reshape((5, 2)),
        ],
        name="mixed",
    )
    shared = layers.Dense(4)
    trained = small(keras)
    trained.fit(*data(dtype), verbose=0)
    frozen = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(2)], name="frozen")
    frozen.layers[0].trainable = False
    large = keras.Sequential([keras.Input((4000,)), layers.Dense(3000)])
    return {
        "mixed": summarised(mixed),
        "unbuilt": summarised(keras.Sequential([layers.Dense(3), layers.Dense(2)])),
        "shared": summarised(keras.Sequential([keras.Input((4,)), shared, shared])),
        "compiled": summarised(small(keras)),
        "trained": summarised(trained),
        "frozen": summarised(frozen),
        "frozen shown": summarised(frozen, show_trainable=True),
        "large": summarised(large),
    }


CASES = [
    Case("hooks", run_hooks),
    Case("logs", run_logs),
    Case("inherited hooks", run_inherited_hooks),
    stop_case("in a batch", "on_train_batch_end", 1),
    stop_case("in an epoch", "on_epoch_end", 1),
    stop_case("at an epoch's begin", "on_epoch_begin", 1),
    Case("rate", run_rate),
    *(stopping_case(name, *row) for name, row in STOPPING.items()),
    Case("early stopping in fit", run_stopping_in_fit),
    Case("printed", run_printed),
    Case("summaries", run_summaries),
]
