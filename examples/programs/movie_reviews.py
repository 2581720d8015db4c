"""Reviews: good or bad, from which of the most frequent words they hold."""

import numpy as np

import cornu as keras

WORDS = 400


def make_reviews(count=800):
    rng = np.random.default_rng(7)
    mood = rng.normal(scale=1.5, size=WORDS)
    reviews = (rng.random((count, WORDS)) < 0.08).astype("float32")
    noise = rng.normal(scale=2.0, size=count)
    return reviews, (reviews @ mood + noise > 0).astype("float32")


def main():
    x, y = make_reviews()
    x_val, partial_x, x_test = x[:150], x[150:650], x[650:]
    y_val, partial_y, y_test = y[:150], y[150:650], y[650:]
    model = keras.models.Sequential(
        [
            keras.layers.Input(shape=(WORDS,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=0.001),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=[keras.metrics.BinaryAccuracy(name="accuracy"), keras.metrics.AUC(name="auc")],
    )
    history = model.fit(
        partial_x,
        partial_y,
        epochs=5,
        batch_size=64,
        validation_data=(x_val, y_val),
        verbose=0,
    )
    for epoch, (loss, val_loss) in enumerate(
        zip(history.history["loss"], history.history["val_loss"], strict=True), 1
    ):
        print(f"epoch {epoch}: training loss {loss:.3f}, validation loss {val_loss:.3f}")
    print("test:", model.evaluate(x_test, y_test, verbose=0, return_dict=True))
    return history.history, model.predict(x_test, verbose=0)


if __name__ == "__main__":
    main()
