"""Early stopping: training ends when the validation no longer gets better; the best is kept."""

import tempfile
from pathlib import Path

import numpy as np

import cornu as keras


def make_data(count=160):
    rng = np.random.default_rng(9)
    x = rng.normal(size=(count, 10)).astype("float32")
    y = (x[:, 0] * x[:, 1] + rng.normal(scale=0.8, size=count) > 0).astype("float32")
    return x, y


def main():
    x, y = make_data()
    model = keras.Sequential(
        [
            keras.Input(shape=(10,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy", metrics=["accuracy"]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "best.keras")
        callbacks = [
            keras.callbacks.EarlyStopping(monitor="val_loss", patience=3),
            keras.callbacks.ModelCheckpoint(path, monitor="val_loss", save_best_only=True),
            keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2),
        ]
        history = model.fit(
            x, y, epochs=25, batch_size=32, validation_split=0.25, callbacks=callbacks, verbose=0
        )
        best = keras.models.load_model(path)
    print(f"stopped after {len(history.epoch)} epochs")
    loss, accuracy = best.evaluate(x[120:], y[120:], verbose=0)
    print(f"the best model: validation loss {loss:.3f}, accuracy {accuracy:.3f}")
    return history.history, best.predict(x[120:], verbose=0)


if __name__ == "__main__":
    main()
