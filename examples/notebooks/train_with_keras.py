"""Trains a small network on the digits with Keras and saves it, for notebook 05 and a guide.

    KERAS_BACKEND=jax python examples/notebooks/train_with_keras.py [folder]

It needs keras, one of its backends, and cornu for the data. What it wrote lies beside it, where no
folder is named: a model, and the probabilities that Keras gives for the test digits.
"""

import sys
from pathlib import Path

import keras
import numpy as np

from cornu.datasets import digits

HERE = Path(__file__).parent


def main(folder):
    x, y = digits.load_data()
    x = x / 16
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ],
        name="made_with_keras",
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:1257], y[:1257], batch_size=32, epochs=10, verbose=0)
    print("loss, accuracy:", model.evaluate(x[1257:], y[1257:], verbose=0))
    model.save(folder / "made_with_keras.keras")
    np.save(folder / "made_with_keras.npy", model.predict(x[1257:], verbose=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else HERE)
