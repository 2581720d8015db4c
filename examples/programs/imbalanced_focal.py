"""Rare positives: plain cross-entropy, weighted samples, and the focal loss."""

import numpy as np

import cornu as keras


def make_data(count=800):
    rng = np.random.default_rng(21)
    x = rng.normal(size=(count, 6)).astype("float32")
    score = x[:, 0] + 0.7 * x[:, 1] ** 2 + rng.normal(scale=0.6, size=count)
    return x, (score > np.quantile(score, 0.93)).astype("float32")


def main():
    x, y = make_data()
    x_train, y_train, x_test, y_test = x[:600], y[:600], x[600:], y[600:]
    ways = {
        "plain": ("binary_crossentropy", None),
        "weighted": ("binary_crossentropy", np.where(y_train > 0, 10.0, 1.0)),
        "focal": (keras.losses.BinaryFocalCrossentropy(gamma=2.0), None),
        "balanced": (
            keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.9),
            None,
        ),
    }
    logs, predictions = {}, []
    for name, (loss, weights) in ways.items():
        model = keras.Sequential(
            [
                keras.Input((6,)),
                keras.layers.Dense(24, activation="relu"),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(
            optimizer=keras.optimizers.Adam(0.01),
            loss=loss,
            metrics=[
                keras.metrics.Recall(name="recall"),
                keras.metrics.AUC(curve="PR", name="prc"),
            ],
        )
        history = model.fit(
            x_train, y_train, sample_weight=weights, epochs=5, batch_size=100, verbose=0
        )
        logs.update({f"{name} {key}": values for key, values in history.history.items()})
        found = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
        print(f"{name:>9}: recall {found['recall']:.2f}, area {found['prc']:.3f}")
        predictions.append(model.predict(x_test, verbose=0))
    return logs, np.concatenate(predictions)


if __name__ == "__main__":
    main()
