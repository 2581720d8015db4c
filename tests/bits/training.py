"""Chains of layers and their training: what most networks are made from."""

import numpy as np

# Whose steps look at each weight as a whole.
WHOLE_OPTIMIZERS = {
    "lamb": lambda keras: keras.optimizers.Lamb(0.01, weight_decay=0.01),
    "adafactor": lambda keras: keras.optimizers.Adafactor(0.02, clipnorm=1.0),
    "muon": lambda keras: keras.optimizers.Muon(0.01, exclude_layers=["of_adam"]),
    "schedule free": lambda keras: keras.optimizers.ScheduleFreeAdamW(0.01, warmup_steps=9),
}
OPTIMIZERS = {
    "sgd": lambda keras: keras.optimizers.SGD(0.1),
    "momentum": lambda keras: keras.optimizers.SGD(0.03, momentum=0.9),
    "nesterov": lambda keras: keras.optimizers.SGD(0.03, momentum=0.9, nesterov=True),
    "adam": lambda keras: keras.optimizers.Adam(0.01),
    "amsgrad": lambda keras: keras.optimizers.Adam(0.01, beta_1=0.8, amsgrad=True),
    "decayed": lambda keras: keras.optimizers.SGD(0.1, weight_decay=0.01),
    "clipped": lambda keras: keras.optimizers.SGD(0.1, momentum=0.5, clipnorm=0.1),
    "globally clipped": lambda keras: keras.optimizers.Adam(0.01, global_clipnorm=0.1),
    "adamw": lambda keras: keras.optimizers.AdamW(0.01),
    "rmsprop": lambda keras: keras.optimizers.RMSprop(0.01),
    "rmsprop centered": lambda keras: keras.optimizers.RMSprop(
        0.01, momentum=0.5, centered=True, epsilon=1e-3
    ),
    "adagrad": lambda keras: keras.optimizers.Adagrad(0.05),
    "adadelta": lambda keras: keras.optimizers.Adadelta(1.0),
    "adamax": lambda keras: keras.optimizers.Adamax(0.01),
    "nadam": lambda keras: keras.optimizers.Nadam(0.01),
    "ftrl": lambda keras: keras.optimizers.Ftrl(0.1, l1_regularization_strength=1e-3, beta=0.1),
    "ftrl power": lambda keras: keras.optimizers.Ftrl(0.1, learning_rate_power=-0.7),
    "lion": lambda keras: keras.optimizers.Lion(0.003),
    "averaged": lambda keras: keras.optimizers.Adam(
        0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=5
    ),
    "accumulated": lambda keras: keras.optimizers.SGD(
        0.1, momentum=0.5, gradient_accumulation_steps=3, loss_scale_factor=3.0
    ),
    "scheduled": lambda keras: keras.optimizers.SGD(
        keras.optimizers.schedules.CosineDecayRestarts(0.1, 5, 1.5, 0.7, 0.01), momentum=0.5
    ),
    "decaying": lambda keras: keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.01, 7, 0.9)
    ),
}


def sequential(keras, dtype, inputs, *chain):
    shape = inputs if isinstance(inputs, tuple) else (inputs,)
    return keras.Sequential([keras.Input(shape, dtype=dtype), *chain])


def dense(keras, dtype, units, activation=None, **options):
    return keras.layers.Dense(units, activation=activation, dtype=dtype, **options)


def chain_of(keras, dtype, activation, *units):
    return [dense(keras, dtype, count, activation) for count in units]


def outcome(model, x, history=None, **more):
    """Everything that a user can see of a trained model."""
    arrays = {f"weight {i}": weight for i, weight in enumerate(model.get_weights())}
    if history is not None:
        for name, values in history.history.items():
            arrays[f"history of {name}"] = np.array(values)
    arrays["prediction"] = model.predict(x, batch_size=7, verbose=0)
    return {**arrays, **more}


def training(keras, model, loss, optimizer, x, y, metrics=(), **options):
    """A function that compiles and fits, and returns the outcome."""

    def train():
        model.compile(
            {**OPTIMIZERS, **WHOLE_OPTIMIZERS}[optimizer](keras), loss, metrics=list(metrics)
        )
        history = model.fit(x, y, verbose=0, **{"batch_size": 33, "epochs": 2, **options})
        return outcome(model, x[:50], history)

    return train
