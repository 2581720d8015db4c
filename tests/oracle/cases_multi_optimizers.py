"""Several optimizers for the weights of one model: steps, state, rates and callbacks."""

import numpy as np

from .harness import Case, draw, set_drawn_weights

LOOSE = {"float32": (3e-5, 3e-6), "float64": (1e-11, 1e-12)}


def by_map(keras, dtype):
    make = keras.optimizers
    adam = make.Adam(make.schedules.ExponentialDecay(0.1, 4, 0.5), global_clipnorm=0.3)
    parts = {".*/first/kernel": adam, ".*bias": make.RMSprop(0.02, weight_decay=0.01)}
    return make.OptimizerMap(make.SGD(0.1, momentum=0.5, clipnorm=0.2), parts)


def by_function(keras, dtype):
    """One is made for each weight, each of another kind."""
    make = keras.optimizers
    kinds = [
        make.Nadam(0.02),
        make.SGD(0.1, use_ema=True, ema_momentum=0.5, gradient_accumulation_steps=2),
        make.Lamb(0.05),
        make.AdamW(0.02, weight_decay=0.1),
    ]
    return lambda variable: kinds.pop(0)


def training(name, choose, frozen=False, callback=None, **options):
    def run(keras, dtype):
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(4, activation="tanh", name="first"),
                layers.Dense(2, name="second"),
            ],
            name="model",
        )
        set_drawn_weights(model, name)
        model.layers[0].trainable = not frozen
        optimizer = keras.optimizers.MultiOptimizer(choose(keras, dtype), **options)
        model.compile(optimizer, "mse")
        x, y = draw(f"{name} x", 11, 3, dtype=dtype), draw(f"{name} y", 11, 2, dtype=dtype)
        callbacks = [] if callback is None else [callback(keras)]
        history = model.fit(
            x, y, batch_size=4, epochs=3, shuffle=False, verbose=0, callbacks=callbacks
        ).history
        weights = [np.array(weight) for weight in model.get_weights()]
        # fit has set some to their averages.
        gradients = [
            draw(f"{name} gradient {i}", *weight.shape, dtype=dtype)
            for i, weight in enumerate(model.trainable_variables)
        ]
        optimizer.apply(gradients, model.trainable_variables)
        state = [np.asarray(variable.numpy(), "float64") for variable in optimizer.variables]
        rates = [float(np.array(one.learning_rate)) for one in optimizer.optimizers]
        return {
            "history": np.array([history[one] for one in sorted(history)], "float64"),
            "results": np.array(sorted(history)),
            "shapes": np.array([str(one.shape) for one in state]),
            "state": np.concatenate([one.reshape(-1) for one in state]),
            "rates": np.array(rates),
            "steps": np.array([int(one.iterations) for one in optimizer.optimizers]),
            **{f"weight {i}": weight for i, weight in enumerate(weights)},
            **{f"after {i}": np.array(w) for i, w in enumerate(model.get_weights())},
        }

    return Case(name, run, **LOOSE)


def of_names(keras, dtype):
    make = keras.optimizers
    return make.OptimizerMap(make.SGD(0.1, name="most"), {".*bias": make.SGD(0.2, name="some")})


CASES = [
    training("map", by_map),
    training("function", by_function),
    training("scaled", of_names, loss_scale_factor=8.0),
    training("frozen", by_map, frozen=True),
    training(
        "scheduled",
        of_names,
        callback=lambda keras: keras.callbacks.LearningRateScheduler(lambda _, rate: rate / 2),
    ),
    training(
        "reduced",
        of_names,
        callback=lambda keras: keras.callbacks.ReduceLROnPlateau(
            "loss", 0.5, patience=1, min_delta=9.0, min_lr=0.06
        ),
    ),
]
