"""Small models and data for the tests of layers, models and training."""

import numpy as np

import cornu as keras

ROWS, FEATURES, OUTPUTS = 23, 4, 3


def regression(rows=ROWS, outputs=OUTPUTS, seed=1, dtype="float32"):
    """(x, y) of random numbers."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, FEATURES)).astype(dtype)
    return x, rng.standard_normal((rows, outputs)).astype(dtype)


def labels(rows=ROWS, classes=OUTPUTS, seed=1):
    """(x, y) with a class id a row."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rows, FEATURES)).astype("float32"), rng.integers(0, classes, rows)


def make_model(outputs=OUTPUTS, activation=None, seed=3, dtype=None):
    """A built, uncompiled model of two layers, the same one each time."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(5, activation="tanh", dtype=dtype),
            keras.layers.Dense(outputs, activation=activation, dtype=dtype),
        ]
    )


def regressor(optimizer="sgd", metrics=("mae",), **options):
    """A compiled model for `regression`."""
    model = make_model(**options)
    model.compile(optimizer, "mse", metrics=list(metrics))
    return model


def classifier(optimizer="sgd", metrics=("accuracy",), **options):
    """A compiled model for `labels`."""
    model = make_model(activation="softmax", **options)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


def fit(model, callbacks, **options):
    """The history of two epochs on `regression`, of a model that is validated after each."""
    x, y = regression()
    arguments = {"epochs": 2, "batch_size": 10, "verbose": 0, "validation_split": 0.3}
    return model.fit(x, y, callbacks=callbacks, **(arguments | options))


def state(model):
    """Everything that training changes, as comparable values."""
    weights = [weight.tobytes() for weight in model.get_weights()]
    steps = None if model.optimizer is None else int(model.optimizer.iterations)
    return weights, steps, len(model.layers), model.built
