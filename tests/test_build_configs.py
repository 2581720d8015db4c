"""How layers of the user's say that they are built, in files and copies, as in Keras."""

import copy
import pickle

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

WIDTH = 4


@keras.saving.register_keras_serializable(package="variables")
class Wide(keras.layers.Layer):
    """Is as wide as it was told after it was made."""

    width = 1

    def build(self, input_shape):
        self.shift = self.add_weight((self.width,), "ones", name="shift")

    def call(self, x):
        return x + self.shift[: x.shape[-1]]

    def get_build_config(self):
        return {"width": self.width, **super().get_build_config()}

    def build_from_config(self, config):
        self.width = config["width"]
        super().build_from_config(config)


@pytest.mark.parametrize("how", ["file", "pickle", "copy", "plain values"])
def test_a_layer_is_built_as_it_says(how, tmp_path):
    layer = Wide(name="wide")
    layer.width = 7
    model = keras.Sequential([keras.Input((WIDTH,)), layer])
    if how == "file":
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras").layers[0]
    elif how == "pickle":
        again = pickle.loads(pickle.dumps(model)).layers[0]
    elif how == "copy":
        again = copy.deepcopy(layer)
    else:
        again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert (again.width, again.shift.shape) == (7, (7,))


class Plain(keras.layers.Layer):
    """Has no say in it."""

    def build(self, input_shape):
        self.shift = self.add_weight((WIDTH,), "ones", name="shift")

    def call(self, x):
        return x + self.shift


def test_how_all_layers_are_built():
    layer = keras.layers.Dense(2)
    assert layer.get_build_config() is None
    layer.build_from_config({})
    assert not layer.built
    refused(lambda: layer.build_from_config([]), "`config`", "[]")
    layer.build_from_config({"input_shape": [None, 3]})
    assert layer.get_build_config() == {"input_shape": (None, 3)}
    # A file says it of those that have a say, and of Dense, as it always did.
    kinds = (Wide(), keras.layers.Dense(1), keras.layers.LayerNormalization(), Plain())
    for made in kinds:
        made.build((None, WIDTH))
    tells = ["build_config" in keras.layers.serialize(made) for made in kinds]
    assert tells == [True, True, False, False]


def test_a_layer_may_make_its_weights_when_it_is_told_how(tmp_path):
    @keras.saving.register_keras_serializable(package="variables")
    class Grown(keras.layers.Layer):
        table = None

        def grow(self, count):
            self.table = self.add_weight((count,), "ones", name="table")

        def call(self, x):
            return x + self.table[0]

        def get_build_config(self):
            return {"count": self.table.shape[0]}

        def build_from_config(self, config):
            self.grow(config["count"])
            self.built = True

    layer = Grown(name="grown")
    layer.grow(5)
    model = keras.Sequential([keras.Input((2,)), layer])
    model.set_weights([np.arange(5.0)])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.get_weights()[0], np.arange(5.0))
    with pytest.raises(AttributeError, match="can't be set"):
        Grown().built = True
