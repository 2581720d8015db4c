"""Several labels at once: each is a yes or no of its own."""

import numpy as np

import cornu as keras


def make_films(count=500, labels=5):
    rng = np.random.default_rng(18)
    x = rng.normal(size=(count, 16)).astype("float32")
    score = x @ rng.normal(size=(16, labels)) + rng.normal(scale=0.7, size=(count, labels))
    return x, (score > 1).astype("float32")


def main():
    x, y = make_films()
    model = keras.Sequential(
        [
            keras.Input((16,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(5, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer="adam",
        loss="binary_crossentropy",
        metrics=[
            "binary_accuracy",
            keras.metrics.Precision(name="precision"),
            keras.metrics.Recall(name="recall"),
            keras.metrics.AUC(multi_label=True, num_labels=5, name="auc"),
            keras.metrics.F1Score(average="macro", threshold=0.5, name="f1"),
        ],
    )
    history = model.fit(
        x[:400], y[:400], epochs=6, batch_size=40, validation_data=(x[400:], y[400:]), verbose=2
    )
    predictions = model.predict(x[400:], verbose=0)
    print("labels of the first film:", np.flatnonzero(predictions[0] > 0.5))
    return history.history, predictions


if __name__ == "__main__":
    main()
