"""Autoencoder: pictures through a bottleneck of eight numbers, and back."""

import numpy as np

import cornu as keras


def make_pictures(count=400, side=8):
    rng = np.random.default_rng(2)
    rows = np.arange(side)
    place = rng.uniform(1, side - 2, size=(count, 2))
    width = rng.uniform(0.8, 2.0, size=(count, 1))
    across = np.exp(-(((rows - place[:, :1]) / width) ** 2))
    down = np.exp(-(((rows - place[:, 1:]) / width) ** 2))
    return (across[:, :, None] * down[:, None, :]).astype("float32")


def main():
    pictures = make_pictures()
    x_train, x_test = pictures[:320], pictures[320:]

    autoencoder = keras.Sequential(
        [
            keras.Input(shape=(8, 8)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(8, activation="relu", name="code"),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(64, activation="sigmoid"),
            keras.layers.Reshape((8, 8)),
        ]
    )
    autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
    history = autoencoder.fit(
        x_train, x_train, epochs=6, batch_size=64, validation_data=(x_test, x_test), verbose=2
    )
    decoded = autoencoder.predict(x_test, verbose=0)
    print(f"mean error of a pixel: {np.abs(decoded - x_test).mean():.4f}")
    return history.history, decoded


if __name__ == "__main__":
    main()
