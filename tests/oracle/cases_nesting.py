"""Models within models: their layers, weights, summaries, and what training changes."""

import numpy as np

from .harness import Case, draw, flat, set_drawn_weights


def halves(keras):
    """An encoder and a decoder; the first has no input of its own."""
    layers = keras.layers
    encoder = keras.Sequential(
        [
            layers.Dense(6, activation="tanh", name="wide"),
            layers.BatchNormalization(name="norm"),
            keras.Sequential([layers.Dense(3, activation="relu", name="wide")], name="deep"),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [keras.Input((3,)), layers.Dense(5, name="wide"), layers.Dense(4, name="out")],
        name="decoder",
    )
    return encoder, decoder


def autoencoder(keras, name):
    encoder, decoder = halves(keras)
    model = keras.Sequential([keras.Input((4,)), encoder, decoder], name="autoencoder")
    set_drawn_weights(model, name, signed=False)
    return model, encoder, decoder


def described(model):
    lines = []
    model.summary(line_length=90, expand_nested=True, show_trainable=True, print_fn=lines.append)
    return np.array([line.rstrip() for text in lines for line in text.splitlines()])


def look(keras, dtype):
    model, encoder, decoder = autoencoder(keras, "look")
    folded = []
    model.summary(line_length=70, print_fn=folded.append)
    x = draw("look x", 5, 4, dtype=dtype)
    return {
        "names": np.array([layer.name for layer in model.layers + encoder.layers]),
        "paths": np.array([weight.path for weight in model.weights]),
        "shapes": np.array([str(m.output_shape) for m in (model, encoder, decoder)]),
        "built": np.array([m.built for m in (encoder, encoder.layers[2], decoder)]),
        "found": np.array(model.get_layer("encoder").get_layer("deep").name),
        "count": np.array([model.count_params(), encoder.count_params()]),
        "summary": described(model),
        "folded": np.array([line.rstrip() for text in folded for line in text.splitlines()]),
        "halves": model.predict(x, verbose=0) - decoder.predict(encoder.predict(x, verbose=0)),
        "predicted": encoder.predict(x, verbose=0),
    }


def frozen(how):
    """Which weights are trained when a model within a model, or a layer of it, is frozen."""

    def run(keras, dtype):
        model, encoder, decoder = autoencoder(keras, f"frozen {how}")
        if how == "model":
            encoder.trainable = False
        elif how == "layer":
            encoder.get_layer("wide").trainable = False
        elif how == "all but one":
            encoder.trainable = False
            encoder.get_layer("deep").trainable = True
        elif how == "outer":
            model.trainable = False
            decoder.trainable = True
        flags = [len(m.trainable_weights) for m in (model, encoder, encoder.layers[2], decoder)]
        model.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mse")
        x = draw("frozen x", 10, 4, dtype=dtype)
        fields = {"flags": np.array(flags), "summary": described(model)}
        if how != "outer":
            model.fit(x, x, batch_size=4, epochs=2, shuffle=False, verbose=0)
            fields["weights"] = flat(model.get_weights())
        return fields

    return Case(f"frozen/{how}", run, float32=(1e-4, 5e-6), float64=(1e-11, 1e-13))


def in_turns(keras, dtype):
    """A model within another, trained inside it and alone, by optimizers of their own."""
    model, encoder, _ = autoencoder(keras, "turns")
    x, code = draw("turns x", 9, 4, dtype=dtype), draw("turns y", 9, 3, dtype=dtype)
    model.compile("adam", "mse", metrics=["mae"])
    encoder.compile(keras.optimizers.SGD(0.05), "mse")
    histories = []
    for _ in range(2):
        for part, y in ((model, x), (encoder, code)):
            history = part.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
            histories += history.history["loss"]
    return {
        "losses": np.array(histories),
        "weights": flat(model.get_weights()),
        "evaluated": np.array(model.evaluate(x, x, verbose=0)),
    }


def cloned(keras, dtype):
    model, encoder, _ = autoencoder(keras, "cloned")
    encoder.layers[0].trainable = False
    made = []

    def same(layer):
        made.append(layer.name)
        return type(layer).from_config(layer.get_config())

    clone = keras.models.clone_model(model)
    keras.models.clone_model(model, clone_function=same)
    deep = keras.models.clone_model(model, clone_function=same, recursive=True)
    clone.set_weights(model.get_weights())
    again = keras.Sequential.from_config(model.get_config())
    x = draw("cloned x", 4, 4, dtype=dtype)
    return {
        "made": np.array(made),
        "summary": described(clone),
        "again": described(again),
        "deep": np.array([layer.name for layer in deep.layers[0].layers]),
        "predicted": clone.predict(x, verbose=0),
    }


CASES = [
    Case("look", look),
    *map(frozen, ("nothing", "model", "layer", "all but one", "outer")),
    Case("in turns", in_turns, float32=(2e-5, 1e-5), float64=(1e-11, 1e-13)),
    Case("cloned", cloned),
]
