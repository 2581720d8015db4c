"""Whatever comes from Python, the core answers with a clear exception and never with a crash.

What models and runs are given is in test_core_model_arguments.py.
"""

import math
import types

import numpy as np
import pytest

from core_models import dense_model, rows
from cornu import _core

RELU = ("relu", ())


class Index:
    """An integer by __index__ alone, as NumPy's are."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize("units", [True, False, 1.0, "3", None, np.bool_(True), np.ones(2, int)])
def test_a_size_of_a_wrong_type_is_a_type_error(units):
    with pytest.raises(TypeError, match="`units` must be a positive integer"):
        _core.dense("d", "float32", units, RELU, True)


HUGE = 10**5000  # more digits than Python will write


@pytest.mark.parametrize("units", [0, -1, 2**63, 2**64, -(2**70), pytest.param(HUGE, id="huge")])
def test_a_size_out_of_range_is_a_value_error(units):
    with pytest.raises(ValueError, match=r"`units` must be a positive integer.*Received: "):
        _core.dense("d", "float32", units, RELU, True)


@pytest.mark.parametrize("units", [3, np.int8(3), np.uint64(3), np.array(3), Index(3)])
def test_integers_of_any_kind_are_sizes(units):
    assert _core.dense("d", "float32", units, RELU, True).output_shape((4,)) == (3,)


def test_an_integer_whose_conversion_fails_passes_its_own_error_on():
    class Broken:
        def __index__(self):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        _core.dense("d", "float32", Broken(), RELU, True)


def test_an_argument_without_a_text_is_refused_all_the_same():
    with pytest.raises(TypeError, match="Received: an object of type Unprintable"):
        _core.dense("d", "float32", Unprintable(), RELU, True)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_has_64_bits(seed):
    with pytest.raises(ValueError, match=r"`seed` must be an integer from 0 to 2\*\*64 - 1"):
        _core.dropout("d", "float32", 0.5, None, seed)


@pytest.mark.parametrize("seed", [0, 2**64 - 1, np.uint64(2**64 - 1)])
def test_every_seed_of_64_bits_is_taken(seed):
    assert _core.dropout("d", "float32", 0.5, None, seed).output_shape((4,)) == (4,)


@pytest.mark.parametrize(
    ("name", "error"),
    [(3, TypeError), (b"d", TypeError), ("a\0b", ValueError), ("\ud800", UnicodeEncodeError)],
)
def test_a_name_is_a_string_that_c_can_hold(name, error):
    with pytest.raises(error):
        _core.flatten(name, "float32")


@pytest.mark.parametrize("dtype", ["float16", "int32", "", "mixed_float16"])
def test_a_layer_is_of_float32_or_float64(dtype):
    with pytest.raises(ValueError, match=f'one of "float32", "float64".*dtype="{dtype}"'):
        _core.flatten("f", dtype)


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("relu", TypeError, r"`activation` must be a tuple \(name, parameters\)"),
        (("relu",), TypeError, r"\(name, parameters\)"),
        (("relu", [1.0]), TypeError, r"\(name, parameters\)"),
        ((3, ()), TypeError, "a string"),
        (("rellu", ()), ValueError, "the name of an activation of Keras.*'rellu'"),
        (("relu", (0.0, 1.0, 2.0, 3.0)), ValueError, "relu has 3 parameters"),
        (("leaky_relu", (0.1, 0.2)), ValueError, "leaky_relu has 1 parameters"),
        (("softmax", (0.1,)), ValueError, "softmax has 0 parameters"),
        (("relu", ("a",)), TypeError, "a number"),
        (("relu", (True,)), TypeError, "a number"),
        (("relu", (10**400,)), ValueError, "float64's range"),
    ],
)
def test_activation_specs(spec, error, message):
    with pytest.raises(error, match=message):
        _core.activation("a", "float32", spec)


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        (3, TypeError),
        ("ab", TypeError),
        (np.array([2]), TypeError),
        ((2.0,), TypeError),
        ((None,), TypeError),
        ((True,), TypeError),
        ((-1,), ValueError),
        ((2**63,), ValueError),
        ((1,) * 9, ValueError),
    ],
)
def test_row_shapes(shape, error):
    with pytest.raises(error, match="`input_shape` must be"):
        _core.flatten("f", "float32").output_shape(shape)


def test_eight_axes_of_a_row_are_allowed():
    assert _core.flatten("f", "float32").output_shape([2, 1, 1, 3, 1, 1, 1, 2]) == (12,)


@pytest.mark.parametrize(
    ("shape", "error"),
    [((-1, -1), ValueError), ((-2,), ValueError), ((2**63,), ValueError), ((1,) * 9, ValueError)],
)
def test_target_shapes(shape, error):
    with pytest.raises(error):
        _core.reshape("r", "float32", shape).output_shape((4,))


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        ((), ValueError),
        ((0,), ValueError),
        ((-1,), ValueError),
        (3, TypeError),
        ((1,) * 10, ValueError),
    ],
)
def test_noise_shapes(shape, error):
    with pytest.raises(error, match="`noise_shape` must be"):
        _core.dropout("d", "float32", 0.5, shape, 0)


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan, math.inf])
def test_a_rate_is_from_0_to_1(rate):
    with pytest.raises(ValueError, match="rate"):
        _core.dropout("d", "float32", rate, None, 0)


def test_arguments_are_counted_and_named():
    with pytest.raises(TypeError, match=r"flatten\(\) needs the argument `dtype`"):
        _core.flatten("f")
    with pytest.raises(TypeError, match=r"flatten\(\) takes at most 2 positional arguments.*: 3"):
        _core.flatten("f", "float32", 3)
    with pytest.raises(TypeError, match=r"flatten\(\) got the argument `name` twice"):
        _core.flatten("f", "float32", name="f")
    with pytest.raises(TypeError, match=r"flatten\(\) has no argument `nam`"):
        _core.flatten(nam="f", dtype="float32")
    with pytest.raises(TypeError, match=r"Optimizer\(\) takes at most 2 positional"):
        _core.Optimizer("sgd", 0.1, 0.9)
    with pytest.raises(TypeError, match=r"Optimizer\(\) has no argument `lr`"):
        _core.Optimizer("sgd", lr=0.1)
    assert _core.flatten(dtype="float32", name="f").name == "f"


@pytest.mark.parametrize("kind", ["layer", "model", "optimizer", "run"])
def test_types_are_closed(kind):
    model, layers = dense_model()
    run = _core.Run(model, _core.TRAIN, rows(4), rows(4, 2))
    instance = {
        "layer": layers[0],
        "model": model,
        "optimizer": _core.Optimizer("sgd", 0.1),
        "run": run,
    }[kind]
    with pytest.raises(TypeError, match="immutable"):
        type(instance).note = 1
    with pytest.raises(TypeError, match="not an acceptable base type"):
        types.new_class("Sub", (type(instance),))
    with pytest.raises(AttributeError):
        instance.note = 1


def test_a_layer_is_not_made_directly():
    with pytest.raises(TypeError, match="cannot create"):
        _core.Layer()
    with pytest.raises(TypeError):
        object.__new__(_core.Layer)


@pytest.mark.parametrize("name", ["learning_rate", "iterations"])
@pytest.mark.parametrize("value", ["0.1", None, True, np.bool_(True), 1j])
def test_optimizer_attributes_are_numbers(name, value):
    optimizer = _core.Optimizer("adam", 0.5)
    with pytest.raises(TypeError, match=f"`{name}` must be"):
        setattr(optimizer, name, value)
    with pytest.raises(AttributeError):
        delattr(optimizer, name)
    assert (optimizer.learning_rate, optimizer.iterations) == (0.5, 0)


def test_optimizer_kinds():
    with pytest.raises(ValueError, match='`kind` must be one of "sgd", "adam"'):
        _core.Optimizer("sdg", 0.1)
    with pytest.raises(ValueError, match="must have a step"):
        _core.Optimizer("own", 0.1)


@pytest.mark.parametrize("count", [-1, 2**63, True, 1.5])
def test_a_thread_count_is_a_size(count):
    with pytest.raises((TypeError, ValueError), match="`count` must be"):
        _core.set_num_threads(count)
