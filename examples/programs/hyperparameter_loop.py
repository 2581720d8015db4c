"""Hyper-parameters: every combination of width, activation and rate, and the best of them."""

import itertools

import numpy as np

import cornu as keras


def make_data(count=300):
    rng = np.random.default_rng(13)
    angle = rng.uniform(0, 2 * np.pi, count)
    inner = rng.integers(0, 2, count)
    radius = 1 + inner + rng.normal(scale=0.25, size=count)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return x.astype("float32"), inner.astype("float32")


def build(units, activation, learning_rate):
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(units, activation=activation, kernel_initializer="he_uniform"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    optimizer = keras.optimizers.Adam(learning_rate=learning_rate)
    model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main():
    x, y = make_data()
    logs, best, best_loss = {}, None, np.inf
    for units, activation, rate in itertools.product((8, 24), ("relu", "tanh"), (0.01, 0.05)):
        model = build(units, activation, rate)
        history = model.fit(
            x[:220], y[:220], validation_data=(x[220:], y[220:]), epochs=6, verbose=0
        )
        name = f"{units} {activation} {rate}"
        logs.update({f"{name} {key}": values for key, values in history.history.items()})
        loss = history.history["val_loss"][-1]
        print(f"{name:>14}: validation loss {loss:.3f}")
        if loss < best_loss:
            best, best_loss, best_name = model, loss, name
    print(f"best: {best_name}")
    return logs, best.predict(x[220:], verbose=0)


if __name__ == "__main__":
    main()
