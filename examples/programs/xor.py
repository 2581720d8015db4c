"""XOR: the smallest problem that a network without a hidden layer cannot solve."""

import numpy as np

import cornu as keras


def main():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([[0], [1], [1], [0]], "float32")

    model = keras.Sequential(
        [
            keras.layers.Input(shape=(2,)),
            keras.layers.Dense(8, activation="tanh"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.05),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x, y, batch_size=4, epochs=60, verbose=0)
    predictions = model.predict(x, verbose=0)
    for row, found in zip(x, predictions, strict=True):
        print(f"{int(row[0])} xor {int(row[1])} = {found[0]:.2f}")
    return history.history, predictions


if __name__ == "__main__":
    main()
