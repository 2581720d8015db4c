"""Layers as users write them, and models of theirs."""

import numpy as np

import cornu as keras
from small_models import FEATURES, OUTPUTS, regression

X, Y = regression()
QUIET = {"verbose": 0, "shuffle": False, "batch_size": 10}
Layer, Dense = keras.layers.Layer, keras.layers.Dense


class Linear(Layer):
    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            (input_shape[-1], self.units), "glorot_uniform", name="kernel"
        )
        self.bias = self.add_weight((self.units,), "zeros", name="bias")
        self.built = True

    def call(self, x):
        return np.matmul(x, self.kernel) + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Block(Layer):
    """Built-in layers and one of its own within."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.parts = [Dense(units, activation="tanh"), keras.layers.Dropout(0.0)]
        self.last = {"out": Linear(OUTPUTS)}

    def call(self, x, training=None):
        for part in self.parts:
            x = part(x, training=training)
        return self.last["out"](x)


def model_of(*layers, optimizer="adam", dtype=None):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((FEATURES,), dtype=dtype), *layers])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def built_in():
    return model_of(Dense(5, activation="tanh"), Dense(OUTPUTS))


def tanh(x):
    return np.tanh(x)
