"""Optimizers: weights and losses after 1, 2 and 10 steps, and with the rate changed between."""

import numpy as np

from .harness import Case, draw, flat, set_drawn_weights

OPTIMIZERS = {
    "SGD default": ("SGD", {}),
    "SGD": ("SGD", {"learning_rate": 0.1}),
    "SGD momentum": ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    "SGD nesterov": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    "SGD nesterov without momentum": ("SGD", {"learning_rate": 0.1, "nesterov": True}),
    "Adam default": ("Adam", {}),
    "Adam": ("Adam", {"learning_rate": 0.05}),
    "Adam amsgrad": ("Adam", {"learning_rate": 0.05, "beta_2": 0.6, "amsgrad": True}),
    "Adam betas": ("Adam", {"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.9}),
    "Adam epsilon": ("Adam", {"learning_rate": 0.05, "epsilon": 0.1}),
    "SGD weight decay": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.3}),
    "SGD clipnorm": ("SGD", {"learning_rate": 0.2, "clipnorm": 0.3}),
    "SGD clipvalue": ("SGD", {"learning_rate": 0.2, "momentum": 0.5, "clipvalue": 0.1}),
    "SGD global clipnorm": ("SGD", {"learning_rate": 0.2, "global_clipnorm": 0.5}),
    "SGD clipping that is off": ("SGD", {"learning_rate": 0.2, "clipnorm": 0.0}),
    "Adam clipnorm": ("Adam", {"learning_rate": 0.05, "clipnorm": 0.3, "weight_decay": 0.1}),
    "Adam weight decay": ("Adam", {"learning_rate": 0.05, "weight_decay": 0.2}),
    "AdamW default": ("AdamW", {}),
    "AdamW": ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.1, "amsgrad": True}),
    "RMSprop default": ("RMSprop", {}),
    "RMSprop": ("RMSprop", {"learning_rate": 0.05, "rho": 0.6, "epsilon": 0.01}),
    "RMSprop momentum": ("RMSprop", {"learning_rate": 0.02, "momentum": 0.9}),
    "RMSprop centered": ("RMSprop", {"learning_rate": 0.02, "centered": True, "epsilon": 1e-3}),
    "RMSprop both": (
        "RMSprop",
        {"learning_rate": 0.02, "momentum": 0.5, "centered": True, "epsilon": 1e-3},
    ),
    "RMSprop weight decay": ("RMSprop", {"learning_rate": 0.05, "weight_decay": 0.2}),
    "Adagrad default": ("Adagrad", {}),
    "Adagrad": (
        "Adagrad",
        {"learning_rate": 0.2, "initial_accumulator_value": 0.01, "weight_decay": 0.1},
    ),
    "Adagrad from zero": (
        "Adagrad",
        {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "epsilon": 0.01},
    ),
    "Adadelta default": ("Adadelta", {}),
    "Adadelta": (
        "Adadelta",
        {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-3, "clipvalue": 0.2},
    ),
    "Adamax default": ("Adamax", {}),
    "Adamax": (
        "Adamax",
        {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.8, "global_clipnorm": 0.7},
    ),
    "Nadam default": ("Nadam", {}),
    "Nadam": ("Nadam", {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.9, "clipnorm": 0.4}),
    "Ftrl default": ("Ftrl", {}),
    "Ftrl": ("Ftrl", {"learning_rate": 0.3, "initial_accumulator_value": 0.5}),
    "Ftrl regularized": (
        "Ftrl",
        {
            "learning_rate": 0.3,
            "l1_regularization_strength": 0.05,
            "l2_regularization_strength": 0.1,
            "l2_shrinkage_regularization_strength": 0.03,
            "beta": 0.2,
            "weight_decay": 0.1,
        },
    ),
    "Ftrl power": ("Ftrl", {"learning_rate": 0.3, "learning_rate_power": -0.8}),
    "Ftrl of one length": ("Ftrl", {"learning_rate": 0.3, "learning_rate_power": 0.0}),
    "Lion default": ("Lion", {}),
    "Lion": ("Lion", {"learning_rate": 0.02, "beta_1": 0.6, "beta_2": 0.8, "weight_decay": 0.1}),
}

# Adam divides by the root of small squares, which widens a last bit of the gradient: after ten
# steps Keras's own float32 is 2.5e-6 from its float64.
WIDE = {"float32": (2e-5, 1e-5)}
TOLERANCES = {name: {} if name in ("SGD", "Lion") else WIDE for name, _ in OPTIMIZERS.values()}


def data(dtype):
    """Batches of odd sizes, as the steps of one run."""
    rows = [5, 3, 1, 4, 5, 2, 6, 5, 7, 3]
    x = [draw(f"optimizer x {i}", n, 3, dtype=dtype) for i, n in enumerate(rows)]
    y = [draw(f"optimizer y {i}", n, 2, dtype=dtype) for i, n in enumerate(rows)]
    return list(zip(x, y, strict=True))


def network(keras):
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)]
    )
    set_drawn_weights(model, "optimizer network")
    return model


def steps_case(text, name, options):
    def run(keras, dtype):
        model, fields, losses = network(keras), {}, []
        optimizer = getattr(keras.optimizers, name)(**options)
        model.compile(optimizer=optimizer, loss="mse")
        for step, (x, y) in enumerate(data(dtype), 1):
            losses.append(model.train_on_batch(x, y))
            if step in (1, 2, 10):
                fields[f"weights {step}"] = flat(model.get_weights())
        fields["iterations"] = np.array(int(optimizer.iterations))
        return fields | {"losses": np.array(losses)}

    return Case(f"steps/{text}", run, **TOLERANCES[name])


def rate_case(text, name, options):
    """The learning rate set between steps, and read back."""

    def run(keras, dtype):
        model, rates = network(keras), []
        model.compile(optimizer=getattr(keras.optimizers, name)(**options), loss="mse")
        batches, fields = data(dtype), {}
        for part, rate in enumerate((None, 0.05, 0.001)):
            if rate is not None:
                model.optimizer.learning_rate = rate
            for x, y in batches[3 * part : 3 * part + 3]:
                model.train_on_batch(x, y)
            rates.append(float(model.optimizer.learning_rate))
            fields[f"weights {part}"] = flat(model.get_weights())
        return fields | {"rates": np.array(rates)}

    return Case(f"rate/{text}", run, **TOLERANCES[name])


def by_name_case(text, names, steps):
    """Optimizers given by name have their default parameters."""

    def run(keras, dtype):
        fields = {}
        for name in names:
            model = network(keras)
            model.compile(optimizer=name, loss="mse")
            for x, y in data(dtype)[:steps]:
                model.train_on_batch(x, y)
            fields[name] = flat(model.get_weights())
            fields[f"{name} rate"] = np.array(float(model.optimizer.learning_rate))
        return fields

    return Case(text, run, **WIDE)


def run_excluded(keras, dtype):
    """Weights that are not decayed, by name, as objects, and both."""
    fields = {}
    for text, chosen in (
        ("none", lambda model: {}),
        ("biases", lambda model: {"var_names": ["bias"]}),
        ("patterns", lambda model: {"var_names": ["^ker", "no"]}),
        ("one", lambda model: {"var_list": [model.layers[0].kernel]}),
        ("both", lambda model: {"var_list": [model.layers[0].kernel], "var_names": ["bias"]}),
    ):
        model = network(keras)
        optimizer = keras.optimizers.SGD(0.1, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(**chosen(model))
        model.compile(optimizer=optimizer, loss="mse")
        for x, y in data(dtype)[:3]:
            model.train_on_batch(x, y)
        fields[text] = flat(model.get_weights())
    return fields


def run_zero_gradient(keras, dtype):
    """A gradient of exactly 0 moves nothing, except by momentum that is left."""
    fields = {}
    for name, options in (("SGD", {"momentum": 0.9}), ("Adam", {}), ("Adam", {"amsgrad": True})):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
        model.set_weights([np.array([[1.0], [2.0]], dtype)])
        optimizer = getattr(keras.optimizers, name)(learning_rate=0.1, **options)
        model.compile(optimizer=optimizer, loss="mse")
        x, y = np.array([[1.0, 0.0]], dtype), np.array([[3.0]], dtype)
        model.train_on_batch(0 * x, 0 * y)
        fields[f"{name} {options} still"] = model.get_weights()[0]
        model.train_on_batch(x, y)
        model.train_on_batch(0 * x, 0 * y)
        fields[f"{name} {options} moved"] = model.get_weights()[0]
    return fields


def run_frozen_and_clipped(keras, dtype):
    """A frozen layer's gradient is no part of the norm of all."""
    model = network(keras)
    model.layers[0].trainable = False
    model.compile(keras.optimizers.SGD(0.2, global_clipnorm=0.3), "mse")
    for x, y in data(dtype)[:3]:
        model.train_on_batch(x, y)
    return {"weights": flat(model.get_weights())}


CASES = [
    Case("frozen and clipped", run_frozen_and_clipped),
    *(steps_case(text, *row) for text, row in OPTIMIZERS.items()),
    *(
        rate_case(text, *row)
        for text, row in OPTIMIZERS.items()
        if "default" not in text and row[0] in ("SGD", "Adam", "AdamW", "RMSprop")
    ),
    by_name_case(
        "by name", ("sgd", "SGD", "adam", "Adam", "adamw", "AdamW", "rmsprop", "RMSprop"), 2
    ),
    by_name_case("by other names", ("adagrad", "Adadelta", "adamax", "Nadam", "ftrl", "Lion"), 1),
    Case("excluded from weight decay", run_excluded),
    Case("zero gradient", run_zero_gradient),
]
