"""Time series: the next value from a window of those before, against a naive guess."""

import numpy as np

import cornu as keras


def make_series(count=600):
    rng = np.random.default_rng(19)
    time = np.arange(count)
    season = np.sin(2 * np.pi * time / 24) + 0.5 * np.sin(2 * np.pi * time / 168)
    return (season + 0.001 * time + rng.normal(scale=0.1, size=count)).astype("float32")


def windows(series, length):
    x = np.stack([series[i : i + length] for i in range(len(series) - length)])
    return x, series[length:]


def main():
    series = make_series()
    mean, std = series[:400].mean(), series[:400].std()
    x, y = windows((series - mean) / std, 24)
    x_train, y_train, x_val, y_val = x[:376], y[:376], x[376:], y[376:]
    naive = np.abs(x_val[:, -1] - y_val).mean()

    model = keras.Sequential(
        [
            keras.Input((24,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(
        optimizer="rmsprop", loss=keras.losses.Huber(), metrics=[keras.metrics.MeanAbsoluteError()]
    )
    history = model.fit(
        x_train, y_train, epochs=6, batch_size=32, validation_data=(x_val, y_val), verbose=0
    )
    found = history.history["val_mean_absolute_error"][-1]
    print(f"mean error: {found:.3f}, of the value before: {naive:.3f}")
    return history.history, model.predict(x_val, verbose=0)


if __name__ == "__main__":
    main()
