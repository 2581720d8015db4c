"""Records model files that Keras itself writes, and what these models predict.

Run with a Python that has keras, jax and numpy (the `oracle` extra):

    python tests/oracle/record_files.py           records the files
    python tests/oracle/record_files.py --read    reads files that cornu wrote, from standard input:
                                                  a path and one of predictions (.npy) a line
"""

import sys
from pathlib import Path

import numpy as np

if __package__:
    from . import harness
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from oracle import harness


def models(keras, dtype):
    """Pairs of a name and a model, compiled and of drawn weights."""
    layers = keras.layers
    mixed = keras.Sequential(
        [
            keras.Input((4, 3)),
            layers.Flatten(),
            layers.Dense(5, activation="relu", kernel_initializer="he_normal", name="first"),
            layers.Dropout(0.25, seed=3),
            layers.Reshape((5, 1)),
            layers.Flatten(),
            layers.Dense(3, use_bias=False),
            layers.Activation("softmax"),
        ],
        name="mixed",
    )
    mixed.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    plain = keras.Sequential([layers.Dense(2, activation="tanh"), layers.Dense(1)], name="plain")
    plain.build((None, 3))
    plain.layers[0].trainable = False
    plain.compile(
        keras.optimizers.SGD(0.25, momentum=0.5, nesterov=True),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="right")],
        weighted_metrics=["mse"],
        loss_weights=2.0,
    )
    # The deepest one is not built before the others are.
    nested = keras.Sequential(
        [
            keras.Sequential([keras.Input((4,)), layers.Dense(5, name="a")], name="inner"),
            keras.Sequential(
                [
                    keras.Sequential([layers.Dense(3, name="a"), layers.BatchNormalization()]),
                    layers.Dense(2, name="a"),
                ],
                name="outer",
            ),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="nested",
    )
    nested.layers[0].trainable = False
    nested.compile("sgd", "binary_crossentropy")
    inputs = keras.Input((3,), name="in")
    twice = layers.Dense(3, activation="relu", name="twice")
    within = keras.Sequential([layers.Dense(4, name="a"), layers.Dense(2)], name="within")
    outputs = layers.Activation("tanh")(within(twice(twice(inputs))))
    functional = keras.Model(inputs, outputs, name="functional")
    functional.compile("rmsprop", "mse", metrics=["mae"])
    found = {"mixed": mixed, "plain": plain, "nested": nested, "functional": functional}
    for name, model in found.items():
        harness.set_drawn_weights(model, f"file {name} {dtype}")
        yield name, model


def inputs(model, dtype):
    return harness.draw("file x", 6, *model.input_shape[1:], dtype=dtype)


def record():
    keras, values = harness.import_keras(), {}
    harness.FILES.mkdir(exist_ok=True)
    for dtype in harness.DTYPES:
        with harness.float_type(keras, dtype):
            for name, model in models(keras, dtype):
                path = harness.FILES / f"{name}_{dtype}"
                x = inputs(model, dtype)
                model.save(f"{path}.keras")
                model.save_weights(f"{path}.weights.h5")
                model.save(f"{path}.h5")
                values[f"{name}_{dtype}"] = model.predict(x, verbose=0)
    np.savez(harness.FILES / "predictions.npz", **values)


def read():
    """Whether Keras reads files as cornu wrote them."""
    keras = harness.import_keras()
    harness.allow_float64(True)
    for line in sys.stdin:
        path, expected = line.split()
        want = np.load(expected)
        model = keras.models.load_model(path)
        x = inputs(model, want.dtype.name)
        np.testing.assert_allclose(model.predict(x, verbose=0), want, 1e-5, 1e-6)
        print(Path(path).name, [layer.name for layer in model.layers], model.compiled)


if __name__ == "__main__":
    sys.exit(read() if "--read" in sys.argv[1:] else record())
