"""Layers that normalize: outputs, gradients, and what training makes of weights and statistics."""

import numpy as np

from .harness import Case, draw, gradients, set_drawn_weights_and_variances


def in_training(name, shape, rows, make, frozen=False):
    """A layer between two dense ones: alone, predicted, gradients, and five steps of training."""

    def run(keras, dtype):
        layers = keras.layers
        layer = make(layers)
        model = keras.Sequential(
            [keras.Input(shape), layers.Dense(shape[-1]), layer, layers.Dense(2)]
        )
        set_drawn_weights_and_variances(model, name, least=0.5)
        layer.trainable = not frozen
        x = draw(f"normalized {name}", rows, *shape, dtype=dtype)
        before = model.predict(x, verbose=0)
        model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
        y = draw(f"normalized y {name}", *before.shape, dtype=dtype)
        loss, found = gradients(keras, model, x, y, training=True)
        fields = {
            "predict": before,
            "alone": layer(x),
            "loss": loss,
            **{f"gradient {i}": g for i, g in enumerate(found)},
        }
        model.fit(x, y, batch_size=(rows + 1) // 2, epochs=3, shuffle=False, verbose=0)
        fields |= {
            "evaluate": model.evaluate(x, y, verbose=0),
            "training": layer(x, training=True),
            "names": np.array([f"{w.path} {w.shape} {w.trainable}" for w in model.weights]),
            "trainable": np.array([w.path for w in model.trainable_weights]),
            "fixed": np.array([w.path for w in model.non_trainable_weights] or [""]),
            **{f"weight {i}": w for i, w in enumerate(model.get_weights())},
        }
        return fields | {"state": np.array([float(len(layer.get_weights()))])}

    tolerant = {"float32": (3e-5, 3e-6), "float64": (1e-11, 1e-12)}
    return Case(name, run, **tolerant)


def run_initial(keras, dtype):
    """Before it is built, built with initializers of its own, and what summary counts."""
    layer = keras.layers.BatchNormalization(
        beta_initializer="ones",
        gamma_initializer=keras.initializers.Constant(3),
        moving_mean_initializer="ones",
        moving_variance_initializer=keras.initializers.Constant(4),
    )
    unbuilt = [layer.gamma is None, layer.beta is None, layer.moving_mean is None]
    model = keras.Sequential([keras.Input((3,)), layer])
    lines = []
    model.summary(print_fn=lines.append)
    return {
        "unbuilt": np.array(unbuilt),
        "predict": model.predict(draw("initial", 4, 3, dtype=dtype), verbose=0),
        "counts": np.array([line for line in "\n".join(lines).splitlines() if "params:" in line]),
    }


BATCH = [
    ("batch", (5,), 8, lambda layers: layers.BatchNormalization()),
    ("batch of odd size", (17,), 7, lambda layers: layers.BatchNormalization()),
    ("batch of one column", (1,), 5, lambda layers: layers.BatchNormalization()),
    (
        "batch with options",
        (33,),
        9,
        lambda layers: layers.BatchNormalization(momentum=0.7, epsilon=0.1),
    ),
    ("batch without scale", (5,), 8, lambda layers: layers.BatchNormalization(scale=False)),
    ("batch without center", (5,), 8, lambda layers: layers.BatchNormalization(center=False)),
    (
        "batch plain",
        (5,),
        8,
        lambda layers: layers.BatchNormalization(center=False, scale=False),
    ),
    ("batch rank 3", (3, 5), 6, lambda layers: layers.BatchNormalization()),
    ("batch axis 1", (3, 5), 6, lambda layers: layers.BatchNormalization(axis=1)),
    ("batch axis -2", (2, 3, 5), 4, lambda layers: layers.BatchNormalization(axis=-2)),
    ("renorm", (5,), 8, lambda layers: layers.BatchNormalization(renorm=True)),
    (
        "renorm clipped, axis 1",
        (3, 5),
        7,
        lambda layers: layers.BatchNormalization(
            axis=1,
            momentum=0.8,
            renorm=True,
            renorm_clipping={"rmin": 0.7, "rmax": 1.3, "dmax": 0.4},
            renorm_momentum=0.7,
        ),
    ),
    (
        "renorm without scale",
        (5,),
        8,
        lambda layers: layers.BatchNormalization(
            scale=False, renorm=True, renorm_clipping={"rmax": 2.0, "rmin": None}
        ),
    ),
    (
        "renorm plain",
        (17,),
        7,
        lambda layers: layers.BatchNormalization(
            center=False, scale=False, renorm=True, renorm_momentum=0.5
        ),
    ),
]

ROWS = [
    ("layer", (5,), 8, lambda layers: layers.LayerNormalization()),
    ("layer of odd size", (17,), 3, lambda layers: layers.LayerNormalization()),
    ("layer without scale", (5,), 4, lambda layers: layers.LayerNormalization(scale=False)),
    ("layer without center", (5,), 4, lambda layers: layers.LayerNormalization(center=False)),
    (
        "layer plain",
        (5,),
        4,
        lambda layers: layers.LayerNormalization(center=False, scale=False),
    ),
    ("layer rank 3", (3, 5), 4, lambda layers: layers.LayerNormalization()),
    ("layer axis 1", (3, 5), 4, lambda layers: layers.LayerNormalization(axis=1)),
    ("layer two axes", (2, 3, 5), 4, lambda layers: layers.LayerNormalization(axis=[2, 3])),
    ("layer axes apart", (2, 3, 5), 4, lambda layers: layers.LayerNormalization(axis=(1, 3))),
    ("rms", (5,), 8, lambda layers: layers.RMSNormalization()),
    ("rms of odd size", (33,), 5, lambda layers: layers.RMSNormalization(epsilon=0.01)),
    ("rms two axes", (3, 5), 4, lambda layers: layers.RMSNormalization(axis=[1, 2])),
    ("unit", (5,), 8, lambda layers: layers.UnitNormalization()),
    ("unit of odd size", (17,), 5, lambda layers: layers.UnitNormalization()),
    ("unit axis -2", (3, 5), 4, lambda layers: layers.UnitNormalization(axis=-2)),
    ("unit two axes", (2, 3, 5), 4, lambda layers: layers.UnitNormalization(axis=[1, 2])),
]

GROUPS = [
    ("group", (6,), 8, lambda layers: layers.GroupNormalization(3)),
    ("group of all", (17,), 5, lambda layers: layers.GroupNormalization(1, epsilon=0.01)),
    ("group of one", (3, 5), 4, lambda layers: layers.GroupNormalization(-1)),
    ("group without scale", (6,), 4, lambda layers: layers.GroupNormalization(2, scale=False)),
    ("group without center", (6,), 4, lambda layers: layers.GroupNormalization(2, center=False)),
    (
        "group plain",
        (6,),
        4,
        lambda layers: layers.GroupNormalization(2, center=False, scale=False),
    ),
    ("group rank 3", (3, 6), 4, lambda layers: layers.GroupNormalization(2)),
    ("group rank 4", (2, 3, 8), 4, lambda layers: layers.GroupNormalization(4)),
    ("group axis 1", (4, 5), 4, lambda layers: layers.GroupNormalization(2, axis=1)),
    ("group axis 2", (3, 4, 5), 4, lambda layers: layers.GroupNormalization(2, axis=2)),
    ("group axis -2", (3, 4, 5), 4, lambda layers: layers.GroupNormalization(2, axis=-2)),
]


def run_edges(keras, dtype):
    """Rows of zeros, constant ones, and single numbers."""
    layers = keras.layers
    x = np.array([[0, 0, 0], [2, 2, 2], [1e-3, 0, 0], [1e4, 1, -1]], dtype)
    return {
        "layer": layers.LayerNormalization()(x),
        "layer of one": layers.LayerNormalization()(x[:, :1]),
        "rms": layers.RMSNormalization()(x),
        "unit": layers.UnitNormalization()(x),
        "names": np.array(
            [
                layers.LayerNormalization().name,
                layers.RMSNormalization().name,
                layers.UnitNormalization().name,
            ]
        ),
    }


CASES = [
    *(in_training(*row) for row in ROWS),
    Case("rows at the edge", run_edges, float32=(2e-5, 2e-5), float64=(1e-9, 1e-9)),
    *(in_training(*row) for row in GROUPS),
    *(in_training(*row) for row in BATCH),
    in_training(
        "renorm frozen",
        (5,),
        8,
        lambda layers: layers.BatchNormalization(renorm=True),
        frozen=True,
    ),
    in_training("batch frozen", (5,), 8, lambda layers: layers.BatchNormalization(), frozen=True),
    Case("batch initial", run_initial),
]
