"""Saving: a whole model, its weights alone, and its configuration; training goes on after."""

import tempfile
from pathlib import Path

import numpy as np

import cornu as keras


def create_model():
    model = keras.Sequential(
        [
            keras.Input(shape=(6,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["sparse_categorical_accuracy"],
    )
    return model


def main():
    rng = np.random.default_rng(20)
    x = rng.normal(size=(240, 6)).astype("float32")
    y = (x @ rng.normal(size=(6, 3))).argmax(axis=1)

    model = create_model()
    history = model.fit(x[:200], y[:200], epochs=4, verbose=0)
    logs = {f"before {key}": values for key, values in history.history.items()}
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        model.save_weights(Path(folder) / "model.weights.h5")
        loaded = keras.models.load_model(Path(folder) / "model.keras")
        other = create_model()
        other.load_weights(Path(folder) / "model.weights.h5")
    expected = model.predict(x[200:], verbose=0)
    for name, copy in (("model", loaded), ("weights", other)):
        difference = np.abs(copy.predict(x[200:], verbose=0) - expected).max()
        print(f"largest difference after loading the {name}: {difference}")
    again = keras.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())

    loaded.compile(optimizer=keras.optimizers.SGD(0.05), loss="sparse_categorical_crossentropy")
    history = loaded.fit(x[:200], y[:200], epochs=3, verbose=0)
    logs.update({f"after {key}": values for key, values in history.history.items()})
    return logs, np.concatenate(
        [loaded.predict(x[200:], verbose=0), again.predict(x[200:], verbose=0)]
    )


if __name__ == "__main__":
    main()
