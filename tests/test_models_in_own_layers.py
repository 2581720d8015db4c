"""Models, and built-in layers of every kind, within layers of one's own."""

import numpy as np

import cornu as keras
from bad_input import refused
from own_layers import OUTPUTS, QUIET, X, Y, model_of
from small_models import FEATURES

layers = keras.layers


class Residual(layers.Layer):
    """What is within is built by the first call."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.Sequential([layers.Dense(3, "tanh"), layers.Dense(FEATURES)])

    def call(self, x):
        return self.inner(x) + x


def test_a_model_within_is_trained(tmp_path):
    """As the same layers one by one are; it is saved and copied with them."""

    class Single(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.parts = [layers.Dense(3, "tanh"), layers.Dense(FEATURES)]

        def call(self, x):
            return self.parts[1](self.parts[0](x)) + x

    model, other = (model_of(kind(), layers.Dense(OUTPUTS)) for kind in (Residual, Single))
    other.set_weights(model.get_weights())
    losses = [one.fit(X, Y, epochs=2, **QUIET).history["loss"] for one in (model, other)]
    assert losses[0] == losses[1]
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path, custom_objects={"Residual": Residual})
    np.testing.assert_array_equal(loaded(X), model(X))
    model.layers[0].trainable = False
    before = model.layers[0].get_weights()
    model.fit(X, Y, **QUIET)
    for old, new in zip(before, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_paths_name_every_layer_and_model_around_a_weight():
    """However deep a model stands, its name is in the paths of its weights."""

    class Around(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.part = Residual(name="part")

        def call(self, x):
            return self.part(x)

    layer = Around(name="around")
    layer(X)
    within = layer.part.inner
    named = [f"{part.name}/{name}" for part in within.layers for name in ("kernel", "bias")]
    expected = [f"around/part/{within.name}/{name}" for name in named]
    assert [weight.path for weight in layer.weights] == expected


def test_it_is_unbuilt_with_its_layer():
    """The shape of data that were refused binds neither."""
    layer = Residual()
    refused(lambda: layer(np.ones((2, FEATURES + 1))), "shape")
    assert layer(X).shape == X.shape
    assert layer.weights[0].shape == (FEATURES, 3)


def test_weights_are_trained_by_what_is_no_input():
    """Their derivatives count where a layer is called on numbers that nothing is known of."""

    class Table(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.rows = layers.Dense(FEATURES, use_bias=False)

        def call(self, x):
            return x + self.rows(np.eye(1, 5, dtype="float32"))

    model = model_of(Table(), layers.Dense(OUTPUTS))
    before = model.get_weights()[0]
    model.fit(X, Y, **QUIET)
    changed = (model.get_weights()[0] != before).any(axis=1)
    assert changed.tolist() == [True, False, False, False, False]
