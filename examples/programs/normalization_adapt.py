"""Normalization: a layer learns means and deviations of raw features before training."""

import numpy as np

import cornu as keras


def make_cars(count=240):
    rng = np.random.default_rng(12)
    cylinders = rng.choice([4, 6, 8], count)
    weight = 1500 + 300 * cylinders + rng.normal(scale=250, size=count)
    power = 20 + 15 * cylinders + rng.normal(scale=10, size=count)
    mileage = 60 - weight / 120 - power / 20 + rng.normal(scale=1.5, size=count)
    features = np.stack([cylinders, weight, power], axis=1)
    return features.astype("float32"), mileage.astype("float32")


def main():
    features, mileage = make_cars()
    train_features, test_features = features[:200], features[200:]
    train_labels, test_labels = mileage[:200], mileage[200:]

    normalizer = keras.layers.Normalization(axis=-1)
    normalizer.adapt(train_features)
    model = keras.Sequential(
        [
            keras.Input(shape=(3,)),
            normalizer,
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mean_absolute_error")
    history = model.fit(train_features, train_labels, validation_split=0.2, epochs=8, verbose=0)
    error = model.evaluate(test_features, test_labels, verbose=0)
    print(f"mean error of a car: {error:.2f} miles a gallon")
    return history.history, model.predict(test_features, verbose=0)


if __name__ == "__main__":
    main()
