"""Learning rates: constant, by a schedule of the optimizer, and by a callback."""

import numpy as np

import cornu as keras


def make_data(count=256):
    rng = np.random.default_rng(8)
    x = rng.uniform(-1, 1, size=(count, 2))
    y = np.sin(3 * x[:, :1]) + x[:, 1:] ** 2
    return x.astype("float32"), y.astype("float32")


def step_decay(epoch, learning_rate):
    return learning_rate * 0.5 if epoch and epoch % 3 == 0 else learning_rate


def main():
    x, y = make_data()
    schedules = keras.optimizers.schedules
    ways = {
        "constant": (0.1, []),
        "exponential": (schedules.ExponentialDecay(0.1, decay_steps=32, decay_rate=0.8), []),
        "cosine": (schedules.CosineDecay(0.1, decay_steps=64), []),
        "piecewise": (schedules.PiecewiseConstantDecay([24, 48], [0.1, 0.05, 0.01]), []),
        "callback": (0.1, [keras.callbacks.LearningRateScheduler(step_decay)]),
    }
    logs, predictions = {}, []
    for name, (learning_rate, callbacks) in ways.items():
        model = keras.Sequential(
            [
                keras.layers.Input((2,)),
                keras.layers.Dense(16, activation="tanh"),
                keras.layers.Dense(1),
            ]
        )
        optimizer = keras.optimizers.SGD(learning_rate=learning_rate, momentum=0.5)
        model.compile(optimizer=optimizer, loss="mse")
        history = model.fit(x, y, epochs=8, batch_size=32, verbose=0, callbacks=callbacks)
        logs.update({f"{name} {key}": values for key, values in history.history.items()})
        print(f"{name}: loss {history.history['loss'][-1]:.4f}")
        predictions.append(model.predict(x[:20], verbose=0))
    return logs, np.concatenate(predictions)


if __name__ == "__main__":
    main()
