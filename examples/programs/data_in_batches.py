"""Batches made when they are asked for: a PyDataset, then a generator."""

import numpy as np

import cornu as keras


class Waves(keras.utils.PyDataset):
    """Batches of noisy sine waves; the target is their frequency."""

    def __init__(self, batches, batch_size, seed, **kwargs):
        super().__init__(**kwargs)
        self.batches, self.batch_size, self.seed = batches, batch_size, seed

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        rng = np.random.default_rng([self.seed, index])
        frequency = rng.uniform(0.5, 3.0, size=(self.batch_size, 1))
        time = np.linspace(0, 2, 24)
        waves = np.sin(np.pi * frequency * time) + rng.normal(scale=0.1, size=(len(frequency), 24))
        return waves.astype("float32"), frequency.astype("float32")


def forever(dataset):
    while True:
        for index in range(len(dataset)):
            yield dataset[index]


def main():
    model = keras.Sequential(
        [keras.Input((24,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    train, validation = Waves(8, 32, seed=1), Waves(2, 32, seed=2)
    history = model.fit(train, validation_data=validation, epochs=4, verbose=0)
    logs = {f"dataset {key}": values for key, values in history.history.items()}
    history = model.fit(forever(Waves(8, 32, seed=3)), steps_per_epoch=8, epochs=3, verbose=0)
    logs.update({f"generator {key}": values for key, values in history.history.items()})
    _, mae = model.evaluate(validation, verbose=0)
    print(f"frequencies are off by {mae:.3f} in the mean")
    return logs, model.predict(validation, verbose=0)


if __name__ == "__main__":
    main()
