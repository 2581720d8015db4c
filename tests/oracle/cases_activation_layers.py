"""Layers that are activations: outputs alone and in a model, names, and gradients."""

import numpy as np

from .harness import Case
from .layer_cases import in_a_model


def softmax_masked(keras, dtype):
    """A mask of bools, of numbers, broadcast, and one that leaves nothing."""
    x = np.linspace(-3, 4, 24).reshape(2, 3, 4).astype(dtype)
    kept = np.arange(24).reshape(2, 3, 4) % 3 > 0
    none = np.zeros((2, 3, 4), bool)
    softmax = keras.layers.Softmax()
    return {
        "bools": softmax(x, mask=kept),
        "numbers": softmax(x, mask=np.where(kept, 0.6, 0.5).astype(dtype)),
        "last axis": softmax(x, mask=kept[0, 0]),
        "none": softmax(x, mask=none),
        "other axis": keras.layers.Softmax(axis=1)(x, mask=kept),
    }


def names(keras, dtype):
    """Automatic names, and what the options are kept as."""
    layers = keras.layers
    made = [layers.ReLU(), layers.LeakyReLU(), layers.ELU(), layers.Softmax(), layers.ReLU(6)]
    made.append(layers.PReLU())
    return {
        "names": np.array([layer.name for layer in made]),
        "options": np.array(
            [made[4].max_value, made[0].negative_slope, made[1].negative_slope, made[2].alpha]
        ).astype("float64"),
    }


LAYERS = [
    ("relu", (7,), 5, lambda layers: layers.ReLU()),
    ("relu bounded", (7,), 5, lambda layers: layers.ReLU(1)),
    ("relu all", (3, 5), 4, lambda layers: layers.ReLU(1.5, 0.25, 0.5)),
    ("leaky relu", (7,), 5, lambda layers: layers.LeakyReLU()),
    ("leaky relu flat", (17,), 1, lambda layers: layers.LeakyReLU(0)),
    ("leaky relu slope", (2, 3), 3, lambda layers: layers.LeakyReLU(0.1)),
    ("elu", (7,), 5, lambda layers: layers.ELU()),
    ("elu alpha", (3, 3), 5, lambda layers: layers.ELU(0.3)),
    ("prelu", (7,), 5, lambda layers: layers.PReLU()),
    ("prelu rank 3", (3, 5), 9, lambda layers: layers.PReLU("ones")),
    ("prelu shared", (2, 3, 5), 4, lambda layers: layers.PReLU(shared_axes=[1, 3])),
    ("prelu shared first", (3, 17), 4, lambda layers: layers.PReLU(shared_axes=1)),
    ("prelu all shared", (3, 5), 4, lambda layers: layers.PReLU(shared_axes=(1, 2))),
    ("softmax", (7,), 5, lambda layers: layers.Softmax()),
    ("softmax first axis", (3, 5), 4, lambda layers: layers.Softmax(axis=1)),
    ("softmax middle axis", (2, 3, 5), 3, lambda layers: layers.Softmax(axis=-2)),
    ("softmax two axes", (2, 3, 5), 3, lambda layers: layers.Softmax(axis=(1, 3))),
    ("softmax last two", (2, 3, 5), 3, lambda layers: layers.Softmax(axis=[-1, -2])),
]

CASES = [
    *(in_a_model(*row) for row in LAYERS),
    Case("softmax masked", softmax_masked),
    Case("names", names),
]
