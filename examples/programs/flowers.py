"""Flowers: three species from four measures, classes as integers."""

import numpy as np

import cornu as keras


def make_flowers(per_species=50):
    rng = np.random.default_rng(1)
    centers = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    spread = np.array([0.4, 0.3, 0.4, 0.25])
    measures = np.concatenate([c + spread * rng.normal(size=(per_species, 4)) for c in centers])
    species = np.repeat(np.arange(3), per_species)
    order = rng.permutation(len(species))
    return measures[order].astype("float32"), species[order]


def main():
    measures, species = make_flowers()
    x_train, x_test = measures[:120], measures[120:]
    y_train, y_test = species[:120], species[120:]

    model = keras.Sequential(name="flowers")
    model.add(keras.layers.Input(shape=(4,)))
    model.add(keras.layers.Dense(10, activation="relu", name="hidden"))
    model.add(keras.layers.Dense(3, name="logits"))
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(
        x_train, y_train, epochs=15, batch_size=20, validation_data=(x_test, y_test), verbose=0
    )
    logits = model.predict(x_test, verbose=0)
    right = (logits.argmax(axis=1) == y_test).sum()
    print(f"{right} of {len(y_test)} flowers are named rightly")
    return history.history, logits


if __name__ == "__main__":
    main()
