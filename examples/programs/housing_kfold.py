"""House prices: few samples, so the error is the mean over k folds."""

import numpy as np

import cornu as keras


def make_houses(count=240):
    rng = np.random.default_rng(3)
    data = rng.gamma(2.0, size=(count, 8)).astype("float32")
    prices = 12 + 4 * data[:, 0] - 3 * np.log1p(data[:, 1]) + data[:, 2] * data[:, 3] / 4
    return data, (prices + rng.normal(scale=1.0, size=count)).astype("float32")


def build_model(columns):
    model = keras.Sequential(
        [
            keras.Input(shape=(columns,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


def main():
    data, prices = make_houses()
    data = (data - data.mean(axis=0)) / data.std(axis=0)
    k = 3
    size = len(data) // k
    folds, predictions = {}, []
    for i in range(k):
        held_out = np.arange(i * size, (i + 1) * size)
        rest = np.setdiff1d(np.arange(len(data)), held_out)
        model = build_model(data.shape[1])
        history = model.fit(
            data[rest],
            prices[rest],
            validation_data=(data[held_out], prices[held_out]),
            epochs=6,
            batch_size=16,
            verbose=0,
        )
        folds.update({f"fold {i} {key}": values for key, values in history.history.items()})
        _, mae = model.evaluate(data[held_out], prices[held_out], verbose=0)
        print(f"fold {i}: mean absolute error {mae:.2f}")
        predictions.append(model.predict(data[held_out], verbose=0))
    mean = np.mean([folds[f"fold {i} val_mae"] for i in range(k)], axis=0)
    print("mean over folds, epoch by epoch:", np.round(mean, 2))
    return folds, np.concatenate(predictions)


if __name__ == "__main__":
    main()
