"""Layers that learn from data before training: by arrays, in models, and what files say of them."""

import numpy as np

from .harness import Case, draw, gradients, set_drawn_weights


def normalization(name, shape, rows, atol=3e-6, **options):
    """Adapted to an array: weights, attributes, the layer alone, and a model that trains on it."""

    def run(keras, dtype):
        layers = keras.layers
        data = draw(f"data {name}", rows, *shape, dtype=dtype, scale=3.0) + 5
        layer = layers.Normalization(**options)
        layer.adapt(data.astype(dtype))
        model = keras.Sequential([keras.Input(shape), layer, layers.Dense(2)])
        dense = model.layers[1]
        dense.set_weights([draw(f"{name} {w.shape}", *w.shape, dtype=dtype) for w in dense.weights])
        x = draw(f"x {name}", 7, *shape, dtype=dtype)
        predicted = model.predict(x, verbose=0)
        model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
        y = draw(f"y {name}", *predicted.shape, dtype=dtype)
        model.fit(x, y, batch_size=3, epochs=2, shuffle=False, verbose=0)
        config = layer.get_config()
        return {
            "weights": np.array([f"{w.name} {w.shape} {w.trainable}" for w in layer.weights]),
            "mean": layer.mean,
            "variance": layer.variance,
            "count": int(layer.count),
            "alone": layer(x),
            "predict": predicted,
            "trained": model.predict(x, verbose=0),
            "params": np.array([model.count_params(), len(model.trainable_weights)]),
            "config": np.array(f"{list(config['axis'])} {config['invert']} {config['mean']}"),
            "shape": np.array([n or 0 for n in layer.compute_output_shape((None, *shape))]),
        }

    return Case(f"normalization {name}", run, float32=(3e-5, atol), float64=(1e-11, 1e-12))


def given(name, shape, mean, variance, **options):
    """Mean and variance as arguments, the layer behind another one: its derivative too."""

    def run(keras, dtype):
        layers = keras.layers
        layer = layers.Normalization(mean=mean, variance=variance, **options)
        model = keras.Sequential(
            [keras.Input(shape), layers.Dense(shape[-1]), layer, layers.Dense(2)]
        )
        set_drawn_weights(model, name)
        x = draw(f"given {name}", 7, *shape, dtype=dtype)
        predicted = model.predict(x, verbose=0)
        model.compile(optimizer="sgd", loss="mse")
        loss, found = gradients(keras, model, x, draw("y", *predicted.shape, dtype=dtype))
        return {
            "alone": layer(x),
            "predict": predicted,
            "loss": loss,
            "weights": np.array([w.path for w in model.weights]),
            "mean": layer.mean,
            "config": np.array(str([layer.get_config()[key] for key in ("mean", "variance")])),
            **{f"gradient {i}": g for i, g in enumerate(found)},
        }

    return Case(f"normalization given {name}", run, float32=(3e-5, 3e-6), float64=(1e-11, 1e-12))


def run_constant_column(keras, dtype):
    """A column that does not vary, unadapted layers, names."""
    layer = keras.layers.Normalization()
    layer.adapt(np.array([[1, 2], [1, 4], [1, 9]], dtype))
    fresh = keras.layers.Normalization()
    return {
        "constant": layer(np.array([[1, 2], [1.5, 0]], dtype)),
        "fresh": fresh(np.array([[1, 2], [1.5, 0]], dtype)),
        "name": np.array(fresh.name),
        "unbuilt": keras.layers.Normalization().mean is None,
    }


CASES = [
    normalization("plain", (5,), 40),
    # Training makes numbers up to 65 of it, which lie 8e-6 apart: versions of XLA differ by that.
    normalization("odd size", (17,), 33, atol=1e-5),
    normalization("one column", (1,), 9),
    normalization("one pair for all", (5,), 40, axis=None),
    normalization("inverted", (5,), 40, invert=True),
    normalization("rank 3", (3, 5), 11),
    normalization("axis 1", (3, 5), 11, axis=1),
    normalization("axes apart", (2, 3, 5), 8, axis=(3, 1)),
    normalization("inverted axis 1", (3, 5), 11, axis=1, invert=True),
    given("numbers", (4,), 3.0, 2.0),
    given("lists", (3,), [1, 2, 3], [4, 5.5, 0]),
    given("inverted", (3,), [1, 2, 3], [4, 5, 6], invert=True),
    given("fewer axes", (2, 3), [1, 2, 3], [4, 5, 6], axis=(1, 2)),
    Case("normalization of constants", run_constant_column),
]
