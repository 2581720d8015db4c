"""Batch normalization: six layers deep, with it and without."""

import numpy as np

import cornu as keras


def make_spirals(count=400):
    rng = np.random.default_rng(15)
    turn = np.sqrt(rng.random(count)) * 3 * np.pi
    side = rng.integers(0, 2, count)
    sign = 2 * side - 1
    x = np.stack([sign * turn * np.cos(turn), sign * turn * np.sin(turn)], axis=1) / 9
    return (x + rng.normal(scale=0.02, size=x.shape)).astype("float32"), side.astype("float32")


def build(normalize):
    model = keras.Sequential()
    model.add(keras.Input(shape=(2,)))
    for _ in range(6):
        model.add(keras.layers.Dense(24, use_bias=not normalize))
        if normalize:
            model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(
        optimizer=keras.optimizers.SGD(0.05), loss="binary_crossentropy", metrics=["accuracy"]
    )
    return model


def main():
    x, y = make_spirals()
    logs, predictions = {}, []
    for name, normalize in (("plain", False), ("normalized", True)):
        model = build(normalize)
        history = model.fit(
            x[:320], y[:320], batch_size=64, epochs=4, validation_data=(x[320:], y[320:]), verbose=0
        )
        logs.update({f"{name} {key}": values for key, values in history.history.items()})
        print(f"{name}: accuracy {history.history['accuracy'][-1]:.3f}")
        predictions.append(model.predict(x[320:], verbose=0))
    return logs, np.concatenate(predictions)


if __name__ == "__main__":
    main()
