"""What optimizers keep: averages, sums of gradients, their variables; steps by gradients."""

import numpy as np

from .cases_optimizers import WIDE, network
from .harness import Case, draw, flat

OPTIMIZERS = {
    "SGD": {"momentum": 0.9},
    "Adam": {"amsgrad": True},
    "AdamW": {},
    "RMSprop": {"momentum": 0.5, "centered": True},
    "Adagrad": {},
    "Adadelta": {},
    "Adamax": {},
    "Nadam": {"use_ema": True, "gradient_accumulation_steps": 2},
    "Ftrl": {},
    "Lion": {},
}
AVERAGING = {
    "average": ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7}),
    "overwriting": (
        "Adam",
        {
            "learning_rate": 0.05,
            "use_ema": True,
            "ema_momentum": 0.6,
            "ema_overwrite_frequency": 3,
        },
    ),
    "accumulating": (
        "SGD",
        {
            "learning_rate": 0.1,
            "momentum": 0.9,
            "gradient_accumulation_steps": 3,
            "clipnorm": 0.2,
            "weight_decay": 0.1,
        },
    ),
    "accumulating with Nadam": (
        "Nadam",
        {"learning_rate": 0.05, "gradient_accumulation_steps": 2},
    ),
    "all": (
        "RMSprop",
        {
            "learning_rate": 0.02,
            "epsilon": 1e-3,
            "use_ema": True,
            "ema_overwrite_frequency": 2,
            "gradient_accumulation_steps": 2,
            "loss_scale_factor": 8.0,
            "global_clipnorm": 0.5,
        },
    ),
    "scaled": ("SGD", {"learning_rate": 0.1, "loss_scale_factor": 3.0}),
}


def data(dtype, steps=7):
    """Batches of one size, for which Keras compiles a step once."""
    return [
        (draw(f"state x {i}", 4, 3, dtype=dtype), draw(f"state y {i}", 4, 2, dtype=dtype))
        for i in range(steps)
    ]


def state(optimizer):
    """The numbers that are kept, but for the count of steps and the rate."""
    return flat([np.asarray(variable) for variable in optimizer.variables[2:]] or [np.zeros(0)])


def averaging_case(text, name, options):
    def run(keras, dtype):
        model, fields, losses = network(keras), {}, []
        optimizer = getattr(keras.optimizers, name)(**options)
        model.compile(optimizer, "mse")
        for step, (x, y) in enumerate(data(dtype), 1):
            losses.append(model.train_on_batch(x, y))
            if step in (1, 4, 7):
                fields[f"weights {step}"] = flat(model.get_weights())
                fields[f"state {step}"] = state(optimizer).astype(dtype)
        fields["iterations"] = np.array(int(optimizer.iterations))
        fields["steps"] = np.array(int(np.asarray(optimizer.variables[0])))
        return fields | {"losses": np.array(losses)}

    return Case(text, run, **WIDE)


def variables_case(name, options):
    """Names, shapes and values of what an optimizer keeps, after some steps."""

    def run(keras, dtype):
        model = network(keras)
        optimizer = getattr(keras.optimizers, name)(**options)
        model.compile(optimizer, "mse")
        for x, y in data(dtype, 3):
            model.train_on_batch(x, y)
        variables = optimizer.variables
        names = [v.name for v in variables if len(v.shape) > 0]
        return {
            "names": np.array(names),
            "shapes": np.array([str(tuple(v.shape)) for v in variables]),
            "values": state(optimizer).astype(dtype),
        }

    return Case(f"variables/{name}", run, **WIDE)


def run_finalized(keras, dtype):
    """fit ends with the averages as weights."""
    fields = {}
    model = network(keras)
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.8), "mse")
    x, y = (np.concatenate(part) for part in zip(*data(dtype), strict=True))
    history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    fields["weights"] = flat(model.get_weights())
    fields["state"] = state(model.optimizer).astype(dtype)
    return fields | {"losses": np.array(history.history["loss"])}


def run_applied(keras, dtype):
    """Gradients of the caller's."""
    fields = {}
    for name, options in (("SGD", {"momentum": 0.9}), ("Adam", {"clipvalue": 0.3})):
        weights = [
            keras.Variable(draw("applied a", 3, dtype=dtype), name="a"),
            keras.Variable(draw("applied b", 2, 2, dtype=dtype), name="b"),
        ]
        optimizer = getattr(keras.optimizers, name)(learning_rate=0.1, **options)
        for step in range(3):
            gradients = [draw(f"applied {step}", *w.shape, dtype=dtype) for w in weights]
            optimizer.apply_gradients(zip(gradients, weights, strict=True))
        optimizer.apply([draw(f"applied {step}", *w.shape, dtype=dtype) for w in weights])
        fields[f"{name} weights"] = flat([np.asarray(w) for w in weights])
        fields[f"{name} state"] = state(optimizer).astype(dtype)
        fields[f"{name} iterations"] = np.array(int(optimizer.iterations))
    return fields


CASES = [
    *(averaging_case(text, *row) for text, row in AVERAGING.items()),
    *(variables_case(name, options) for name, options in OPTIMIZERS.items()),
    Case("finalized", run_finalized, **WIDE),
    Case("applied", run_applied, **WIDE),
]
