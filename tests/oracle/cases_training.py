"""Training: fit, evaluate, predict and the on_batch calls, with their return types and history."""

import numpy as np

from .harness import Case, draw, draw_integers, flat, one_hot, set_drawn_weights

# Adam over some tens of steps: see cases_optimizers.
LOOSE = {"float32": (2e-5, 1e-5), "float64": (1e-11, 1e-13)}


def network(keras, name, outputs, activation, features=4, hidden=6):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((features,)),
            layers.Dense(hidden, activation="tanh"),
            layers.Dense(outputs, activation=activation),
        ]
    )
    set_drawn_weights(model, name)
    return model


def task(name, kind, rows, dtype, features=4):
    """(x, y) of a small regression, binary or three-class problem."""
    x = draw(f"{name} x", rows, features, dtype=dtype)
    if kind == "regression":
        return x, draw(f"{name} y", rows, 2, dtype=dtype)
    if kind == "binary":
        return x, draw_integers(f"{name} y", 2, rows, 1).astype(dtype)
    labels = draw_integers(f"{name} y", 3, rows)
    return x, one_hot(labels, 3, dtype) if kind == "categorical" else labels


KINDS = {
    "regression": (2, None, "mse", ["mae", "mean_squared_error"]),
    "binary": (1, "sigmoid", "binary_crossentropy", ["accuracy", "mse"]),
    "categorical": (3, "softmax", "categorical_crossentropy", ["acc"]),
    "sparse": (3, "softmax", "sparse_categorical_crossentropy", ["accuracy"]),
}


def history_fields(model, history):
    """Everything a History shows, and the weights after training."""
    names = list(history.history)
    return {
        "names": np.array(names, dtype=str),
        "values": np.array([history.history[name] for name in names], dtype="float64"),
        "types": np.array(
            sorted({type(value).__name__ for name in names for value in history.history[name]}),
            dtype=str,
        ),
        "epoch": np.array(history.epoch, dtype="int64"),
        "params": np.array([history.params[key] for key in ("verbose", "epochs", "steps")]),
        "same": np.array([model.history is history, history.model is model]),
        "weights": flat(model.get_weights()),
    }


def fit_case(name, kind, rows=23, optimizer="sgd", validation=None, weighted=(), **options):
    """fit without shuffling; `weighted` is the shape of the sample weights' trailing axes."""

    def run(keras, dtype):
        outputs, activation, loss, metrics = KINDS[kind]
        model = network(keras, f"fit {kind}", outputs, activation)
        model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
        x, y = task("fit", kind, rows, dtype)
        arguments = {"shuffle": False, "verbose": 0, "epochs": 3} | options
        if validation == "data":
            arguments["validation_data"] = task("validation", kind, 7, dtype)
        if validation == "weighted":
            w = np.abs(draw("validation weights", 7, dtype=dtype))
            arguments["validation_data"] = (*task("validation", kind, 7, dtype), w)
        if weighted:
            arguments["sample_weight"] = np.abs(draw("fit weights", *weighted, dtype=dtype))
        return history_fields(model, model.fit(x, y, **arguments))

    return Case(f"fit/{name}", run, **(LOOSE if optimizer == "adam" else {}))


def compiled(keras, kind, metrics=True):
    outputs, activation, loss, names = KINDS[kind]
    model = network(keras, f"calls {kind}", outputs, activation)
    model.compile(optimizer="sgd", loss=loss, metrics=names if metrics else None)
    return model


def described(value):
    """The type of a result, and of its elements, as text."""
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, (list, dict)):
        return f"{type(value).__name__} of {sorted({type(v).__name__ for v in inner})}"
    return type(value).__name__


def evaluate_case(kind):
    """evaluate as a list, a dict and a float; the loss of a partial batch counts by its rows."""

    def run(keras, dtype):
        model, (x, y) = compiled(keras, kind), task("evaluate", kind, 11, dtype)
        w = np.abs(draw("evaluate weights", 11, dtype=dtype))
        listed = [model.evaluate(x, y, batch_size=n, verbose=0) for n in (1, 4, 11, 32, None)]
        weighted = model.evaluate(x, y, batch_size=4, sample_weight=w, verbose=0)
        named = model.evaluate(x, y, return_dict=True, verbose=0)
        bare = compiled(keras, kind, metrics=False).evaluate(x, y, verbose=0)
        return {
            "listed": np.array(listed),
            "weighted": np.array(weighted),
            "names": np.array(list(named)),
            "named": np.array(list(named.values())),
            "bare": np.array(bare),
            "types": np.array([described(v) for v in (listed[0], named, bare)]),
        }

    return Case(f"evaluate/{kind}", run)


def on_batch_case(kind):
    """train_on_batch reports its own batch before the update, as test_on_batch does its own."""

    def run(keras, dtype):
        model = compiled(keras, kind)
        batches = [task(f"on batch {i}", kind, 3 + i, dtype) for i in range(4)]
        trained = [model.train_on_batch(*batch) for batch in batches[:3]]
        named = model.train_on_batch(*batches[3], return_dict=True)
        w = np.array([0.5, 2, 0], dtype)
        weighted = model.train_on_batch(*batches[0], sample_weight=w)
        tested = [model.test_on_batch(*batch) for batch in batches]
        tested_named = model.test_on_batch(*batches[1], return_dict=True)
        bare = compiled(keras, kind, metrics=False)
        losses = [bare.train_on_batch(*batches[0]), bare.test_on_batch(*batches[0])]
        predicted = model.predict_on_batch(batches[3][0])
        return {
            "trained": np.array(trained),
            "names": np.array([*named, *tested_named]),
            "named": np.array([*named.values(), *tested_named.values()]),
            "weighted": np.array(weighted),
            "tested": np.array(tested),
            "losses": np.array(losses),
            "predicted": predicted,
            "types": np.array(
                [described(v) for v in (trained[0], named, tested[0], losses[0], predicted)]
            ),
            "weights": flat(model.get_weights()),
        }

    return Case(f"on batch/{kind}", run)


def run_predict(keras, dtype):
    """predict with every kind of batch size, on one feature given as (n,), and on many types."""
    model = network(keras, "predict", 3, "softmax")
    x = draw("predict x", 11, 4, dtype=dtype)
    whole = draw_integers("predict integers", 2, 5, 4)
    single = network(keras, "predict single", 2, None, features=1)
    fields = {f"batch {n}": model.predict(x, batch_size=n, verbose=0) for n in (1, 4, 11, 50)}
    for kind in ("bool", "int8", "uint8", "int64", "float16", "float32", "float64"):
        fields[f"from {kind}"] = model.predict(whole.astype(kind), verbose=0)
    return fields | {
        "default batch": model.predict(x, verbose=0),
        "strided": model.predict(np.asfortranarray(x)[::-2], verbose=0),
        "flat": single.predict(x[:, 0].copy(), verbose=0),
        "call": model(x),
        "call training": model(x, training=True),
    }


def run_target_types(keras, dtype):
    """Integer and bool targets, and (n,) for (n, 1), train as the floats of the same values."""
    fields, x = {}, draw("targets x", 9, 4, dtype=dtype)
    bits = draw_integers("targets y", 2, 9)
    for kind in ("bool", "int8", "int64", "float32", "float64"):
        for shape in ((9,), (9, 1)):
            model = compiled(keras, "binary")
            history = model.fit(
                x, bits.astype(kind).reshape(shape), batch_size=4, shuffle=False, verbose=0
            )
            logs = [history.history[name][0] for name in sorted(history.history)]
            fields[f"{kind} {shape}"] = np.array([*logs, *flat(model.get_weights())])
    return fields


def run_empty_history(keras, dtype):
    """Nothing left to do: an empty History, and weights as they were."""
    fields = {}
    for epochs, initial in ((0, 0), (2, 2), (1, 3)):
        model = compiled(keras, "regression")
        x, y = task("empty", "regression", 5, dtype)
        history = model.fit(x, y, epochs=epochs, initial_epoch=initial, verbose=0)
        fields |= {f"{epochs} {initial} {k}": v for k, v in history_fields(model, history).items()}
    return fields


def run_twice(keras, dtype):
    """A second fit goes on from the weights and slots of the first, with a History of its own."""
    model = network(keras, "twice", 2, None)
    model.compile(optimizer="adam", loss="mse")
    x, y = task("twice", "regression", 10, dtype)
    first = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    second = model.fit(x, y, batch_size=4, epochs=3, initial_epoch=2, shuffle=False, verbose=0)
    return {
        "first": np.array(first.history["loss"]),
        "second": np.array(second.history["loss"]),
        "epochs": np.array(first.epoch + second.epoch),
        "iterations": np.array(int(model.optimizer.iterations)),
        "weights": flat(model.get_weights()),
    }


def run_worked_example(keras, dtype):
    """The 2-2-2 network of back-propagation's textbook example: before, and after one step."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(2, activation="sigmoid", use_bias=False),
            layers.Dense(2, activation="sigmoid", use_bias=False),
        ]
    )
    first = np.array([[0.3, 0.4], [0.25, 0.35]], dtype)
    second = np.array([[0.45, 0.7], [0.4, 0.6]], dtype)
    model.set_weights([first, second])
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.5), loss="mse")
    x, y = np.array([[0.1, 0.2]], dtype), np.array([[0.4, 0.6]], dtype)
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=1, verbose=0)
    return {
        "energies": np.array([before, model.evaluate(x, y, verbose=0)]),
        "weights": flat(model.get_weights()),
    }


def run_digits_like(keras, dtype):
    """The shape of the digits' network, for 3 epochs of 4 batches."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    set_drawn_weights(model, "digits", scale=0.2)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x = np.abs(draw("digits x", 100, 8, 8, dtype=dtype))
    y = draw_integers("digits y", 10, 100)
    history = model.fit(
        x, y, batch_size=32, epochs=3, shuffle=False, validation_split=0.2, verbose=0
    )
    fields = history_fields(model, history)
    # 2,410 weights would be most of this file.
    return fields | {"weights": fields["weights"][::37], "predict": model.predict(x, verbose=0)[:5]}


def run_replaced_activation(keras, dtype):
    """Another activation before and between two trainings, with a call of `compile` after it."""
    model = network(keras, "replaced activation", 2, None)
    x, y = task("replaced", "regression", 10, dtype)
    fields = {}
    for name in ("tanh", "sigmoid"):
        model.layers[0].activation = keras.activations.get(name)
        model.compile(optimizer="sgd", loss="mse")
        history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        trained = history_fields(model, history) | {"output": model.predict(x, verbose=0)}
        fields |= {f"{name} {field}": value for field, value in trained.items()}
    return fields | {"told": np.array([model.layers[0].get_config()["activation"]], dtype=str)}


def run_to_categorical(keras, dtype):
    to_categorical = keras.utils.to_categorical
    return {
        "list": to_categorical([0, 2, 1]),
        "classes": to_categorical(np.array([0, 2, 1], "uint8"), 4),
        "column": to_categorical(np.array([[0], [2]]), num_classes=3),
        "matrix": to_categorical(np.array([[0, 2, 1], [1, 1, 0]])),
        "scalar": to_categorical(2, 4),
        "floats": to_categorical(np.array([0.0, 1.0, 2.0])),
    }


CASES = [
    *(fit_case(kind, kind, batch_size=5) for kind in KINDS),
    *(fit_case(f"{kind} adam", kind, optimizer="adam", batch_size=7) for kind in KINDS),
    *(fit_case(f"batch {n}", "regression", batch_size=n) for n in (1, 22, 23, 24)),
    fit_case("default batch", "regression", rows=40),
    fit_case("validation data", "binary", validation="data", batch_size=5),
    fit_case("validation data weighted", "binary", validation="weighted", batch_size=5),
    fit_case("validation split", "sparse", batch_size=4, validation_split=0.3),
    fit_case("validation split sharp", "sparse", rows=10, batch_size=4, validation_split=0.2),
    fit_case(
        "validation split loses", "binary", validation="data", batch_size=4, validation_split=0.3
    ),
    fit_case("initial epoch", "regression", batch_size=8, initial_epoch=1),
    fit_case("weighted", "binary", weighted=(23,), batch_size=5),
    fit_case("weighted column", "regression", weighted=(23, 1), batch_size=5),
    fit_case(
        "weighted validation split", "sparse", weighted=(23,), batch_size=5, validation_split=0.3
    ),
    *(evaluate_case(kind) for kind in KINDS),
    *(on_batch_case(kind) for kind in KINDS),
    Case("predict", run_predict),
    Case("target types", run_target_types),
    Case("empty history", run_empty_history),
    Case("fit twice", run_twice, **LOOSE),
    Case("replaced activation", run_replaced_activation),
    Case("worked example", run_worked_example),
    Case("digits", run_digits_like, **LOOSE),
    Case("to_categorical", run_to_categorical),
]
