"""Initializers' arguments, names and errors. Their distributions are in test_initializers.py."""

import json

import numpy as np
import pytest

from cornu import initializers, random
from cornu.initializers.variance_scaling import compute_fans
from signatures import bare_signature

NAMED = ("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal")
NAMES = {
    "Zeros": "zeros",
    "Ones": "ones",
    "Constant": "constant",
    "RandomUniform": "random_uniform",
    "RandomNormal": "random_normal",
    "TruncatedNormal": "truncated_normal",
    "VarianceScaling": "variance_scaling",
    "GlorotUniform": "glorot_uniform",
    "GlorotNormal": "glorot_normal",
    "HeUniform": "he_uniform",
    "HeNormal": "he_normal",
    "LecunUniform": "lecun_uniform",
    "LecunNormal": "lecun_normal",
}
SIGNATURES = {
    "Zeros": "()",
    "Ones": "()",
    "Constant": "(value=0.0)",
    "RandomUniform": "(minval=-0.05, maxval=0.05, seed=None)",
    "RandomNormal": "(mean=0.0, stddev=0.05, seed=None)",
    "TruncatedNormal": "(mean=0.0, stddev=0.05, seed=None)",
    "VarianceScaling": (
        "(scale=1.0, mode='fan_in', distribution='truncated_normal', seed=None, "
        "input_axes=None, output_axes=None)"
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    made_by = getattr(initializers, name)
    assert getattr(initializers, NAMES[name]) is made_by
    for identifier in (name, NAMES[name], made_by):
        assert type(initializers.get(identifier)) is made_by
    made = made_by()
    assert initializers.get(made) is made


@pytest.mark.parametrize("name", NAMES)
def test_signatures_are_kerass(name):
    expected = SIGNATURES.get(name, "(seed=None, input_axes=None, output_axes=None)")
    assert bare_signature(getattr(initializers, name)) == expected


def test_aliases():
    for alias, name in {"normal": "RandomNormal", "uniform": "RandomUniform"}.items():
        assert type(initializers.get(alias)).__name__ == name
    assert type(initializers.get("zero")) is initializers.Zeros
    assert type(initializers.get("one")) is initializers.Ones
    assert initializers.get(None) is None


def test_get_of_other_things():
    def own(shape, dtype=None):
        return np.zeros(shape)

    assert initializers.get(own) is own
    value = np.arange(6).reshape(2, 3)
    made = initializers.get(value)
    assert made((2, 3), "float64").tolist() == value.tolist()
    assert made((2, 3)).dtype == np.float32
    made((2, 3))[...] = 9
    assert value[0, 0] == 0
    with pytest.raises(ValueError, match=r"shape of the weight, \(3, 2\). Received: one of shape"):
        made((3, 2))
    assert initializers.get(np.float64(2))(()) == 2


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("glorot_unifrm", "glorot_uniform"), ("HeNorml", "HeNormal"), ("zeroes", "zeros")],
)
def test_get_names_the_nearest(wrong, nearest):
    with pytest.raises(ValueError, match=f"Unknown initializer: '{wrong}'.*name is '{nearest}'"):
        initializers.get(wrong)


@pytest.mark.parametrize("wrong", [3, 1.5, ["zeros"]])
def test_get_refuses_other_things(wrong):
    with pytest.raises(ValueError, match="must be a name, a function of"):
        initializers.get(wrong)


def test_constants():
    assert initializers.Constant(2.5)((2,)).tolist() == [2.5, 2.5]
    assert initializers.Constant([1, 2])((3, 2)).tolist() == [[1, 2]] * 3
    for made, value in ((initializers.Zeros(), 0), (initializers.Ones(), 1)):
        for dtype in ("float32", "float64", "int32", "bool"):
            result = made((2, 0, 3), dtype)
            assert result.shape == (2, 0, 3)
            assert result.dtype == dtype
            assert made((), dtype) == value
        with pytest.raises(ValueError, match="`dtype` must be"):
            made((1,), "float16")
        with pytest.raises(ValueError, match="`shape` must be a tuple"):
            made(3)
    with pytest.raises(ValueError, match="broadcast"):
        initializers.Constant([1, 2])((3,))


@pytest.mark.parametrize("wrong", [np.inf, np.nan, True, "1", None, [1.0]])
@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("RandomNormal", "mean"),
        ("RandomNormal", "stddev"),
        ("TruncatedNormal", "mean"),
        ("TruncatedNormal", "stddev"),
        ("RandomUniform", "minval"),
        ("RandomUniform", "maxval"),
    ],
)
def test_parameters_are_numbers(name, argument, wrong):
    with pytest.raises(ValueError, match=rf"`{argument}` must be a .*number.*{argument}="):
        getattr(initializers, name)(**{argument: wrong})


@pytest.mark.parametrize("wrong", ["a", None, [[1], [1, 2]], 1j, {"a": 1}])
def test_a_constant_is_a_number(wrong):
    with pytest.raises(
        ValueError, match=r"`value` must be a number or an array of numbers.*value="
    ):
        initializers.Constant(wrong)


@pytest.mark.parametrize("scale", [0, -1, np.inf, np.nan, True, "1", None, [1.0]])
def test_bad_scale(scale):
    with pytest.raises(ValueError, match="`scale` must be a positive number"):
        initializers.VarianceScaling(scale)


def test_bad_modes():
    with pytest.raises(ValueError, match="`mode` must be one of"):
        initializers.VarianceScaling(mode="fan")
    with pytest.raises(ValueError, match="`distribution` must be one of"):
        initializers.VarianceScaling(distribution="gamma")
    assert initializers.VarianceScaling(distribution="NORMAL").distribution == "truncated_normal"


@pytest.mark.parametrize("name", [*NAMED, "RandomNormal", "RandomUniform", "TruncatedNormal"])
@pytest.mark.parametrize("seed", [1.5, True, "1"])
def test_bad_seeds(name, seed):
    with pytest.raises(ValueError, match="`seed` must be an integer"):
        getattr(initializers, name)(seed=seed)


def test_bad_parameters():
    """Found when it is made, not when a model is built with it."""
    with pytest.raises(
        ValueError, match=r"`minval` must not be above `maxval`.*minval=1, maxval=0"
    ):
        initializers.RandomUniform(1, 0)
    for name in ("RandomNormal", "TruncatedNormal"):
        with pytest.raises(ValueError, match=r"`stddev` must be a number of at least 0.*stddev=-1"):
            getattr(initializers, name)(stddev=-1)
    for name in NAMED:
        with pytest.raises(ValueError, match="`shape` must be a tuple"):
            getattr(initializers, name)()((-1, 2))


@pytest.mark.parametrize(
    ("shape", "axes", "fans"),
    [
        ((), (None, None), (1, 1)),
        ((5,), (None, None), (5, 5)),
        ((5, 7), (None, None), (5, 7)),
        ((2, 3, 5, 7), (None, None), (30, 42)),
        ((2, 3, 5), ([0, 1], [2]), (6, 5)),
        ((2, 3, 5), ([-1], [0]), (5, 2)),
        ((0, 3), (None, None), (0, 3)),
    ],
)
def test_fans(shape, axes, fans):
    assert compute_fans(shape, *axes) == fans


def test_axes_change_the_spread():
    wide = initializers.HeUniform(1, input_axes=[0], output_axes=[1, 2])((6, 100, 100))
    assert 0.95 < abs(wide).max() <= 1
    assert abs(initializers.HeUniform(1)((6, 100, 100))).max() < 0.11
    assert initializers.GlorotUniform(1)((0, 0)).shape == (0, 0)


@pytest.mark.parametrize(
    "made",
    [
        initializers.Zeros(),
        initializers.Constant(2),
        initializers.RandomNormal(1, 2, 3),
        initializers.RandomUniform(1, 2, 3),
        initializers.TruncatedNormal(1, 2, 3),
        initializers.VarianceScaling(2, "fan_avg", "uniform", 3, [0], [1]),
        *(getattr(initializers, name)(3, [0], [1]) for name in NAMED),
    ],
    ids=repr,
)
def test_config_makes_the_same_again(made):
    settings = made.get_config()
    for again in (type(made).from_config(settings), made.clone()):
        assert again.get_config() == settings
        np.testing.assert_array_equal(again((4, 3)), made((4, 3)))
    arguments = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    assert repr(made) == f"{type(made).__name__}({arguments})"


def test_seeds():
    made = initializers.HeNormal(random.SeedGenerator(1))
    assert (made((3,)) != made((3,))).all()
    unseeded = initializers.HeNormal()
    np.testing.assert_array_equal(unseeded((3,)), unseeded((3,)))
    assert (unseeded.clone()((3,)) != unseeded((3,))).all()
    assert unseeded.get_config()["seed"] is None


def test_the_base():
    with pytest.raises(NotImplementedError, match="must have a method `__call__"):
        initializers.Initializer()((1,))


def test_an_array_of_constants_comes_back_from_plain_values():
    values = np.array([[0.5], [2.0]])
    config = json.loads(json.dumps(initializers.Constant(values).get_config()))
    again = initializers.Constant.from_config(config)
    assert again((2, 3)).tolist() == [[0.5] * 3, [2.0] * 3]
    assert repr(initializers.Constant(0.5)) == "Constant(value=0.5)"
