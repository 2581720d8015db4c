"""Layers of one's own around another one: what they hand on, train and keep."""

import numpy as np
import pytest

import cornu as keras
from own_layers import FEATURES, OUTPUTS, QUIET, Dense, X, Y, built_in, model_of

pytest.importorskip("autograd")


class Doubled(keras.layers.Wrapper):
    def call(self, inputs, training=None):
        return 2 * self.layer(inputs, training=training)


def test_a_wrapped_layer_trains_as_it_does_alone():
    plain = built_in()
    wrapped = model_of(Doubled(Dense(5, activation="tanh", name="within")), Dense(OUTPUTS))
    half = plain.get_weights()
    half[2] /= 2
    wrapped.set_weights(half)
    assert np.allclose(wrapped.predict(X, verbose=0), plain.predict(X, verbose=0), atol=1e-6)
    paths = [weight.path.split("/", 1)[1] for weight in wrapped.weights[:2]]
    assert paths == ["doubled/within/kernel", "doubled/within/bias"]
    before = wrapped.evaluate(X, Y, verbose=0)[0]
    wrapped.fit(X, Y, epochs=3, **QUIET)
    assert wrapped.evaluate(X, Y, verbose=0)[0] < before
    assert not np.array_equal(wrapped.layers[0].layer.kernel, half[0])


def test_configurations_and_files(tmp_path):
    layer = Doubled(keras.layers.Dropout(0.5), name="mine")
    config = layer.get_config()
    again = Doubled.from_config(config, custom_objects={"Doubled": Doubled})
    assert again.get_config() == config
    assert (again.name, again.layer.rate) == ("mine", 0.5)
    model = model_of(Doubled(Dense(OUTPUTS)))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Doubled": Doubled})
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


def test_what_is_no_layer_and_what_has_no_call():
    with pytest.raises(ValueError, match="supplied to Wrapper isn't a supported layer type"):
        keras.layers.Wrapper("dense")
    with pytest.raises(NotImplementedError, match="must have a method `call"):
        keras.layers.Wrapper(Dense(2))(np.ones((1, FEATURES)))
