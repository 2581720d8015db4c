"""Layers that repeat, reorder, rescale or keep what they get."""

import numpy as np

from .harness import Case, draw
from .layer_cases import in_a_model

LAYERS = [
    ("identity", (5,), 3, lambda layers: layers.Identity()),
    ("permute", (3, 5), 4, lambda layers: layers.Permute((2, 1))),
    ("permute rank 4", (2, 3, 5), 3, lambda layers: layers.Permute((3, 1, 2))),
    ("permute last two", (2, 3, 5), 3, lambda layers: layers.Permute([1, 3, 2])),
    ("permute nothing", (2, 3), 3, lambda layers: layers.Permute((1, 2))),
    ("permute one axis", (7,), 3, lambda layers: layers.Permute((1,))),
    ("repeat", (5,), 3, lambda layers: layers.RepeatVector(3)),
    ("repeat once", (5,), 3, lambda layers: layers.RepeatVector(1)),
    ("repeat odd", (17,), 2, lambda layers: layers.RepeatVector(7)),
    ("rescale", (5,), 3, lambda layers: layers.Rescaling(1 / 255)),
    ("rescale and shift", (3, 17), 9, lambda layers: layers.Rescaling(0.5, offset=-1)),
    ("rescale each", (2, 3), 4, lambda layers: layers.Rescaling([1.0, 2.0, -0.5], [0, 1, 2])),
    ("flatten channels", (2, 3, 5), 4, lambda layers: layers.Flatten("channels_first")),
    ("flatten one axis", (5,), 4, lambda layers: layers.Flatten(data_format="channels_first")),
    ("rescale, shift each", (2, 3), 4, lambda layers: layers.Rescaling(2, [0.0, 1.0, 2.0])),
]


def run_first(keras, dtype):
    """Rescaling as the first layer, of bytes."""
    layers = keras.layers
    pixels = np.arange(24, dtype="uint8").reshape(4, 6) * 10
    model = keras.Sequential([layers.Rescaling(1 / 255), layers.Permute((1,))])
    return {
        "predict": model.predict(pixels, verbose=0),
        "names": np.array([layer.name for layer in model.layers]),
        "wide": layers.Rescaling(3.0, 1.0)(draw("wide", 5, 1031, dtype=dtype)),
    }


def run_channels(keras, dtype):
    """Images whose channels come first: of odd sizes, and of more than a tile."""
    keras.config.set_image_data_format("channels_first")
    try:
        layers = keras.layers
        rescaling = layers.Rescaling([0.5, -2.0, 3.0], offset=0.25)
        model = keras.Sequential([keras.Input((3, 4, 5)), rescaling, layers.Flatten()])
        return {
            "predict": model.predict(draw("images", 3, 3, 4, 5, dtype=dtype), verbose=0),
            "large": rescaling(draw("large", 2, 3, 17, 31, dtype=dtype)),
            "number": layers.Rescaling(2.0)(draw("images", 3, 5, dtype=dtype)),
            "data_format": np.array(layers.Flatten().data_format),
        }
    finally:
        keras.config.set_image_data_format("channels_last")


CASES = [
    *(in_a_model(*row) for row in LAYERS),
    Case("rescaling first", run_first),
    Case("channels first", run_channels),
]
