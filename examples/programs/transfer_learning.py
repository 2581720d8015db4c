"""Transfer: layers trained for one task are frozen under a new head, then tuned finely."""

import numpy as np

import cornu as keras


def make_data(count=400):
    rng = np.random.default_rng(17)
    x = rng.normal(size=(count, 8)).astype("float32")
    hidden = np.tanh(x @ rng.normal(size=(8, 6)))
    first = (hidden @ rng.normal(size=(6, 4))).argmax(axis=1)
    second = (hidden @ rng.normal(size=6) > 0).astype("float32")
    return x, first, second


def main():
    x, first, second = make_data()
    base = [
        keras.layers.Dense(24, activation="tanh", name="base_1"),
        keras.layers.Dense(12, activation="tanh", name="base_2"),
    ]
    source = keras.Sequential([keras.Input((8,)), *base, keras.layers.Dense(4, name="first")])
    source.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = source.fit(x[:300], first[:300], epochs=6, verbose=0)
    logs = {f"source {key}": values for key, values in history.history.items()}

    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(24, activation="tanh", name="copy_1"),
            keras.layers.Dense(12, activation="tanh", name="copy_2"),
            keras.layers.Dense(1, activation="sigmoid", name="second"),
        ]
    )
    for old, new in zip(base, model.layers[:2], strict=True):
        new.set_weights(old.get_weights())
        new.trainable = False
    print(f"{len(model.trainable_weights)} of {len(model.weights)} weights are trained")
    options = {"loss": "binary_crossentropy", "metrics": ["accuracy"]}
    model.compile(optimizer=keras.optimizers.Adam(0.02), **options)
    history = model.fit(x[300:360], second[300:360], epochs=6, verbose=0)
    logs.update({f"head {key}": values for key, values in history.history.items()})

    for layer in model.layers:
        layer.trainable = True
    model.compile(optimizer=keras.optimizers.Adam(0.001), **options)
    history = model.fit(x[300:360], second[300:360], epochs=3, verbose=0)
    logs.update({f"tuned {key}": values for key, values in history.history.items()})
    print("other samples:", model.evaluate(x[360:], second[360:], verbose=0))
    return logs, model.predict(x[360:], verbose=0)


if __name__ == "__main__":
    main()
