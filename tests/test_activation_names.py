"""Activations by name: get, signatures, and what the core is told."""

import functools
import math

import numpy as np
import pytest

from activation_formulas import KERAS_NAMES
from cornu import activations, layers
from signatures import bare_signature

SIGNATURES = {
    "relu": "(x, negative_slope=0.0, max_value=None, threshold=0.0)",
    "leaky_relu": "(x, negative_slope=0.2)",
    "elu": "(x, alpha=1.0)",
    "celu": "(x, alpha=1.0)",
    "gelu": "(x, approximate=False)",
    "softmax": "(x, axis=-1)",
    "log_softmax": "(x, axis=-1)",
    "sparsemax": "(x, axis=-1)",
    "glu": "(x, axis=-1)",
    "soft_shrink": "(x, threshold=0.5)",
    "hard_shrink": "(x, threshold=0.5)",
    "squareplus": "(x, b=4)",
    "threshold": "(x, threshold, default_value)",
}


def test_all_of_keras_is_there():
    for name in KERAS_NAMES:
        assert activations.get(name) is getattr(activations, name)
        assert name in activations.__all__


@pytest.mark.parametrize("name", KERAS_NAMES)
def test_signature_is_kerass(name):
    assert bare_signature(getattr(activations, name)) == SIGNATURES.get(name, "(x)")


def test_get():
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.silu
    assert activations.get("hard_swish") is activations.hard_silu

    def own(x):
        return x

    assert activations.get(own) is own


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("rleu", "relu"), ("ReLU", "relu"), ("softmx", "softmax"), ("sigmoïd", "sigmoid")],
)
def test_get_names_the_nearest(wrong, nearest):
    with pytest.raises(ValueError, match=f"{wrong!r}.*nearest known name is '{nearest}'"):
        activations.get(wrong)


@pytest.mark.parametrize("wrong", [3, 1.5, ["relu"]])
def test_get_refuses_other_things(wrong):
    with pytest.raises(ValueError, match="must be a name, a function or None"):
        activations.get(wrong)


def test_specification():
    assert activations.specification(None) == ("linear", ())
    assert activations.specification("swish") == ("silu", ())
    assert activations.specification(activations.gelu) == ("gelu", ())
    assert activations.specification("relu") == ("relu", (0.0, math.inf, 0.0))
    partial = functools.partial(activations.relu, max_value=2)
    assert activations.specification(partial) == ("relu", (0.0, 2.0, 0.0))
    partial = functools.partial(activations.threshold, threshold=1, default_value=2)
    assert activations.specification(partial) == ("threshold", (1.0, 2.0))
    partial = functools.partial(activations.gelu, approximate=True)
    assert activations.specification(partial) == ("gelu_tanh", ())


class Unhashable:
    __hash__ = None

    def __call__(self, x):
        return x


@pytest.mark.parametrize("own", [lambda x: x, np.tanh, Unhashable()])
def test_specification_refuses_python(own):
    assert activations.core_specification(own) is None
    with pytest.raises(ValueError, match=r"must be one of cornu\.activations"):
        activations.specification(own)


def test_specification_refuses_what_lacks_arguments():
    with pytest.raises(ValueError, match="'threshold' has not the arguments"):
        activations.specification("threshold")
    with pytest.raises(ValueError, match="slope"):
        activations.specification(functools.partial(activations.relu, slope=1))
    with pytest.raises(ValueError, match=r"`axis` of softmax must be -1, .* not supported yet"):
        activations.specification(functools.partial(activations.softmax, axis=1))
    with pytest.raises(ValueError, match="`alpha` must not be 0"):
        activations.specification(functools.partial(activations.celu, alpha=0))


def test_arguments_that_a_name_has_not():
    for make in (functools.partial(layers.Dense, 4), layers.Activation):
        with pytest.raises(
            ValueError, match=r"'threshold' has not .* needs: threshold\(\) missing"
        ):
            make("threshold")
