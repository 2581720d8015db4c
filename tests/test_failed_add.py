"""Adding a layer that fails: the model is as it was."""

import pytest

import cornu as keras
from small_models import FEATURES

layers = keras.layers


def failing(shape, dtype=None):
    raise RuntimeError("mine")


def test_a_frozen_model_stays_frozen():
    model = keras.Sequential([keras.Input((FEATURES,))], trainable=False)
    with pytest.raises(RuntimeError, match="mine"):
        model.add(layers.Dense(2, kernel_initializer=failing))
    assert not model.trainable
    model.add(layers.Dense(2))
    assert model.trainable_weights == []
