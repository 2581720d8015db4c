"""Overfitting: a large model against a small one, one whose weights decay, one with dropout."""

import numpy as np

import cornu as keras


def make_data(count=300):
    rng = np.random.default_rng(16)
    x = rng.normal(size=(count, 20)).astype("float32")
    y = (x[:, :4].sum(axis=1) + rng.normal(scale=1.5, size=count) > 0).astype("float32")
    return x, y


def layers_of(name):
    if name == "tiny":
        return [keras.layers.Dense(8, activation="elu")]
    result = []
    for _ in range(2):
        result.append(keras.layers.Dense(64, activation="elu"))
        if name == "dropout":
            result.append(keras.layers.Dropout(0.5))
    return result


def main():
    x, y = make_data()
    logs, predictions = {}, []
    for name in ("tiny", "large", "decay", "dropout"):
        model = keras.Sequential(
            [keras.Input((20,)), *layers_of(name), keras.layers.Dense(1)], name=name
        )
        weight_decay = 0.5 if name == "decay" else 0.0
        model.compile(
            optimizer=keras.optimizers.AdamW(0.005, weight_decay=weight_decay),
            loss=keras.losses.BinaryCrossentropy(from_logits=True),
            metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
        )
        history = model.fit(
            x[:200], y[:200], epochs=5, batch_size=50, validation_data=(x[200:], y[200:]), verbose=0
        )
        found = history.history
        logs.update({f"{name} {key}": values for key, values in found.items()})
        print(f"{name:>8}: loss {found['loss'][-1]:.3f}, validation {found['val_loss'][-1]:.3f}")
        predictions.append(model.predict(x[200:], verbose=0))
    return logs, np.concatenate(predictions)


if __name__ == "__main__":
    main()
