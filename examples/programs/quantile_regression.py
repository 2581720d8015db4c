"""Quantiles: a loss of one's own makes the three columns of a prediction a range and its middle."""

import numpy as np

import cornu as keras

LEVELS = (0.1, 0.5, 0.9)


def pinball(y_true, y_pred):
    levels = np.array(LEVELS, "float32")
    error = y_true - y_pred
    return keras.ops.mean(keras.ops.maximum(levels * error, (levels - 1) * error), axis=-1)


def make_data(count=400):
    rng = np.random.default_rng(23)
    x = rng.uniform(0, 1, size=(count, 1))
    y = np.sin(4 * x) + (0.1 + 0.4 * x) * rng.normal(size=(count, 1))
    return x.astype("float32"), y.astype("float32")


def main():
    x, y = make_data()
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(3)]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss=pinball)
    # A column of the targets for each level.
    targets = np.repeat(y, len(LEVELS), axis=1)
    history = model.fit(x[:320], targets[:320], epochs=10, batch_size=40, verbose=0)
    predictions = model.predict(x[320:], verbose=0)
    for level, column in zip(LEVELS, predictions.T, strict=True):
        below = (y[320:, 0] <= column).mean()
        print(f"{below:.0%} of the samples are below the quantile {level}")
    return history.history, predictions


if __name__ == "__main__":
    main()
