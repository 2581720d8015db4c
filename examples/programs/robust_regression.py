"""Outliers: squared errors follow them, absolute and Huber's do not."""

import numpy as np

import cornu as keras


def make_data(count=200):
    rng = np.random.default_rng(14)
    x = rng.uniform(-1, 1, size=(count, 1))
    y = 2 * x + 1 + rng.normal(scale=0.1, size=(count, 1))
    y[::10] += 8
    return x.astype("float32"), y.astype("float32")


def main():
    x, y = make_data()
    losses = {
        "squared": "mse",
        "absolute": keras.losses.MeanAbsoluteError(),
        "huber": keras.losses.Huber(delta=0.5),
        "log-cosh": "log_cosh",
    }
    logs, predictions = {}, []
    grid = np.linspace(-1, 1, 11, dtype="float32")[:, np.newaxis]
    for name, loss in losses.items():
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(
            optimizer=keras.optimizers.Adam(0.1),
            loss=loss,
            metrics=[keras.metrics.RootMeanSquaredError(name="rmse"), "mae"],
        )
        history = model.fit(x, y, epochs=12, batch_size=25, verbose=0)
        logs.update({f"{name} {key}": values for key, values in history.history.items()})
        slope, intercept = model.get_weights()
        print(f"{name:>9}: y = {slope[0, 0]:.2f} x + {intercept[0]:.2f}")
        predictions.append(model.predict(grid, verbose=0))
    return logs, np.concatenate(predictions)


if __name__ == "__main__":
    main()
