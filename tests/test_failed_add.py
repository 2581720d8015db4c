"""Adding a layer that fails: the model is as it was."""

import itertools
import sys

import numpy as np
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


def interrupt_at(count):
    """Raise a KeyboardInterrupt as a function of cornu's is called, that one of the number `count`.

    Python runs signal handlers there. It runs none between the end of a `with` and the release of
    its lock, where a tracer would be called.
    """
    calls = 0

    def trace(frame, event, argument):
        nonlocal calls
        if event == "call" and frame.f_globals.get("__name__", "").startswith("cornu."):
            calls += 1
            if calls > count:
                sys.settrace(None)
                raise KeyboardInterrupt

    return trace


@pytest.mark.parametrize("is_built", [True, False])
def test_an_interrupt_anywhere(is_built):
    """After Ctrl-C the model has the layer, and all its weights, or not."""
    first = [layers.Dense(3)] if is_built else []
    outcomes = []
    for count in itertools.count():
        model = keras.Sequential([keras.Input((FEATURES,)), *first])
        layer = layers.Dense(5, kernel_initializer="ones")
        known = sys.gettrace()
        sys.settrace(interrupt_at(count))
        try:
            model.add(layer)
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            sys.settrace(known)
        outcomes.append(len(model.layers) - len(first))
        if outcomes[-1]:
            assert layer.built
        else:
            assert not layer.built
            assert model.built == is_built
            model.add(layers.Dense(5, kernel_initializer="ones"))
        assert model.output_shape == (None, 5)
        assert model.predict(np.zeros((2, FEATURES)), verbose=0).shape == (2, 5)
        assert (model.layers[-1].kernel == 1).all()
    assert len(outcomes) > 20
