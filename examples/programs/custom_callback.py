"""A callback of one's own: it notes batches, epochs and weights, and stops training."""

import numpy as np

import cornu as keras


class Watcher(keras.callbacks.Callback):
    """Notes losses of batches and the size of the first kernel; stops below a loss."""

    def __init__(self, goal):
        super().__init__()
        self.goal = goal

    def on_train_begin(self, logs=None):
        self.batch_losses = []
        self.norms = []

    def on_train_batch_end(self, batch, logs=None):
        self.batch_losses.append(logs["loss"])

    def on_epoch_end(self, epoch, logs=None):
        kernel = self.model.layers[0].get_weights()[0]
        self.norms.append(float(np.linalg.norm(kernel)))
        print(f"after epoch {epoch}: loss {logs['loss']:.4f}, |kernel| {self.norms[-1]:.3f}")
        if logs["loss"] < self.goal:
            print("that is enough")
            self.model.stop_training = True


def main():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 5)).astype("float32")
    y = (x @ np.array([1.0, -2.0, 0.5, 0.0, 3.0], "float32"))[:, np.newaxis] + 0.5

    model = keras.Sequential(
        [keras.Input(shape=(5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mean_squared_error")
    watcher = Watcher(goal=0.9)
    history = model.fit(x, y, epochs=30, batch_size=50, verbose=0, callbacks=[watcher])
    logs = {
        **history.history,
        "norms": watcher.norms,
        "batch losses": [float(loss) for loss in watcher.batch_losses],
    }
    return logs, model.predict(x[:40], verbose=0)


if __name__ == "__main__":
    main()
