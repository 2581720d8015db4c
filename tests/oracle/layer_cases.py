"""One layer between two dense ones: what the families of single layers have in common."""

import numpy as np

from .harness import Case, draw, gradients, set_drawn_weights


def in_a_model(name, shape, rows, make, **options):
    """The layer alone, in a model with a dense layer on either side, its weights and gradients.

    `make(layers)` makes it; `shape` is that of a row.
    """

    def run(keras, dtype):
        layers = keras.layers
        before = layers.Dense(shape[-1]) if shape else layers.Reshape(())
        model = keras.Sequential([keras.Input(shape), before, make(layers), layers.Dense(2)])
        set_drawn_weights(model, name)
        x = draw(f"layer {name}", rows, *shape, dtype=dtype)
        predicted = model.predict(x, verbose=0)
        model.compile(optimizer="sgd", loss="mse")
        y = draw(f"layer y {name}", *predicted.shape, dtype=dtype)
        loss, found = gradients(keras, model, x, y)
        alone = model.layers[1]
        return {
            "alone": alone(x),
            "shape": np.array([n or 0 for n in alone.compute_output_shape((None, *shape))]),
            "weights": np.array([f"{w.name} {w.shape}" for w in alone.weights] or ["none"]),
            "predict": predicted,
            "loss": loss,
            **{f"gradient {i}": g for i, g in enumerate(found)},
        }

    return Case(name, run, **options)
