"""Newswires: short texts as multi-hot vectors of words, one topic of many."""

import numpy as np

import cornu as keras

WORDS, TOPICS = 300, 8


def make_newswires(count=900):
    rng = np.random.default_rng(5)
    habits = rng.dirichlet(np.full(WORDS, 0.1), size=TOPICS)
    labels = rng.integers(0, TOPICS, count)
    return [rng.choice(WORDS, 25, p=habits[label]) for label in labels], labels


def vectorize(sequences):
    results = np.zeros((len(sequences), WORDS), "float32")
    for i, sequence in enumerate(sequences):
        results[i, sequence] = 1.0
    return results


def main():
    sequences, labels = make_newswires()
    x, y = vectorize(sequences), keras.utils.to_categorical(labels, TOPICS)
    x_train, y_train = x[:700], y[:700]
    x_test, y_test = x[700:], y[700:]

    model = keras.Sequential()
    model.add(keras.Input(shape=(WORDS,)))
    model.add(keras.layers.Dense(64, activation="relu"))
    model.add(keras.layers.Dense(64, activation="relu"))
    model.add(keras.layers.Dense(TOPICS, activation="softmax"))
    model.compile(
        optimizer="rmsprop",
        loss="categorical_crossentropy",
        metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(k=3, name="top_3")],
    )
    history = model.fit(x_train, y_train, epochs=4, batch_size=128, validation_split=0.2, verbose=2)
    loss, accuracy, top_3 = model.evaluate(x_test, y_test, verbose=0)
    print(f"test: loss {loss:.3f}, accuracy {accuracy:.3f}, among the first three {top_3:.3f}")
    predictions = model.predict(x_test, verbose=0)
    print("topics of the first ones:", predictions[:10].argmax(axis=1), labels[700:710])
    return history.history, predictions


if __name__ == "__main__":
    main()
