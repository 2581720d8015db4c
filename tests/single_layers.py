"""What every layer must do in a model, and the models in which it is tried."""

import numpy as np

import cornu as keras

FLOAT64 = {"dtype": "float64"}


def model_around(make, shape, **options):
    """A compiled model: a dense layer, the one that `make` makes, and a dense layer."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input(shape, **FLOAT64),
            keras.layers.Dense(shape[-1], bias_initializer="random_normal", **FLOAT64),
            make(**FLOAT64),
            keras.layers.Flatten(**FLOAT64),
            keras.layers.Dense(2, **FLOAT64),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", **options)
    return model


def data_for(model, rows, seed=5):
    """Rows of the model's input, and targets."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rows, *model.input_shape[1:])), rng.standard_normal((rows, 2))


def check_gradients(model, x, y, seed=6):
    """Against central differences of the loss that the same pass takes, along three directions."""
    rng = np.random.default_rng(seed)
    _, gradients = model.loss_and_gradients(x, y)
    weights = model.trainable_weights
    starts = [np.array(w) for w in weights]
    assert [g.shape for g in gradients] == [w.shape for w in starts]
    step = 1e-6
    for _ in range(3):
        directions = [rng.standard_normal(w.shape) for w in starts]
        losses = []
        for sign in (1, -1):
            for weight, start, way in zip(weights, starts, directions, strict=True):
                weight[...] = start + sign * step * way
            losses.append(model.loss_and_gradients(x, y)[0])
        for weight, start in zip(weights, starts, strict=True):
            weight[...] = start
        expected = (losses[0] - losses[1]) / (2 * step)
        came = sum((g * way).sum() for g, way in zip(gradients, directions, strict=True))
        np.testing.assert_allclose(came, expected, rtol=2e-6, atol=1e-7)
