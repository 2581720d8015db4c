"""Initializers against the distributions that Keras documents, and their seeds.

Every random test has a fixed seed, so it always gives the same answer. Tolerances are sampling
errors: with n draws a mean is off by spread/sqrt(n), a standard deviation by spread/sqrt(2n) at
most, and the largest distance between the sample's and the true distribution function exceeds
2.5/sqrt(n) with probability 2 exp(-2 * 2.5²) = 7e-6 (Kolmogorov; Massart's bound). Means and
standard deviations are allowed 5 of their errors.
"""

import math

import numpy as np
import pytest

from oracle import harness

SHAPE = (150, 400)
COUNT = 60_000
# The standard deviation of a normal distribution cut at two of its standard deviations.
TRUNCATED = 0.87962566103423978


@pytest.fixture(params=harness.DTYPES)
def dtype(request):
    return request.param


@pytest.fixture
def keras(dtype):
    keras = harness.target()
    with harness.float_type(keras, dtype):
        keras.utils.set_random_seed(11)
        yield keras


def uniform(low, high):
    """(distribution function, mean, standard deviation, lowest, highest)."""

    def below(x):
        return np.clip((x - low) / (high - low), 0, 1)

    return below, (low + high) / 2, (high - low) / math.sqrt(12), low, high


def gaussian(x):
    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in x])


def normal(mean, stddev):
    return lambda x: gaussian((x - mean) / stddev), mean, stddev, -np.inf, np.inf


def truncated(mean, stddev):
    low, high = gaussian([-2, 2])

    def below(x):
        return np.clip((gaussian((x - mean) / stddev) - low) / (high - low), 0, 1)

    return below, mean, TRUNCATED * stddev, mean - 2 * stddev, mean + 2 * stddev


def scaled(scale, distribution):
    """VarianceScaling's distribution for a variance of `scale`."""
    if distribution == "uniform":
        return uniform(-math.sqrt(3 * scale), math.sqrt(3 * scale))
    if distribution == "untruncated_normal":
        return normal(0.0, math.sqrt(scale))
    return truncated(0.0, math.sqrt(scale) / TRUNCATED)


IN, OUT = SHAPE
MEAN_FAN = (IN + OUT) / 2
DISTRIBUTIONS = [
    ("RandomUniform", {}, uniform(-0.05, 0.05)),
    ("RandomUniform", {"minval": -1.0, "maxval": 3.0}, uniform(-1.0, 3.0)),
    ("RandomNormal", {}, normal(0.0, 0.05)),
    ("RandomNormal", {"mean": 2.0, "stddev": 0.5}, normal(2.0, 0.5)),
    ("TruncatedNormal", {}, truncated(0.0, 0.05)),
    ("TruncatedNormal", {"mean": -1.0, "stddev": 2.0}, truncated(-1.0, 2.0)),
    ("GlorotUniform", {}, scaled(1 / MEAN_FAN, "uniform")),
    ("GlorotNormal", {}, scaled(1 / MEAN_FAN, "truncated_normal")),
    ("HeUniform", {}, scaled(2 / IN, "uniform")),
    ("HeNormal", {}, scaled(2 / IN, "truncated_normal")),
    ("LecunUniform", {}, scaled(1 / IN, "uniform")),
    ("LecunNormal", {}, scaled(1 / IN, "truncated_normal")),
    ("VarianceScaling", {}, scaled(1 / IN, "truncated_normal")),
    ("VarianceScaling", {"distribution": "normal"}, scaled(1 / IN, "truncated_normal")),
    (
        "VarianceScaling",
        {"scale": 0.5, "mode": "fan_out", "distribution": "untruncated_normal"},
        scaled(0.5 / OUT, "untruncated_normal"),
    ),
    (
        "VarianceScaling",
        {"scale": 3.0, "mode": "fan_avg", "distribution": "uniform"},
        scaled(3 / MEAN_FAN, "uniform"),
    ),
]
NAMES = [
    "-".join([name, *(f"{k}={v}" for k, v in options.items())])
    for name, options, _ in DISTRIBUTIONS
]
BY_NAME = [
    "random_uniform",
    "random_normal",
    "truncated_normal",
    "variance_scaling",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
]


def sample(keras, name, dtype, shape=SHAPE, **options):
    return np.asarray(getattr(keras.initializers, name)(**options)(shape, dtype=dtype))


@pytest.mark.parametrize(("name", "options", "truth"), DISTRIBUTIONS, ids=NAMES)
def test_distribution(keras, dtype, name, options, truth):
    below, mean, spread, lowest, highest = truth
    drawn = sample(keras, name, dtype, seed=5, **options)
    assert drawn.shape == SHAPE
    assert drawn.dtype == dtype
    drawn = np.sort(drawn.astype("float64").reshape(-1))
    # Rounding to float32 may carry a draw onto or just over the bound.
    slack = 1e-6 * spread
    assert lowest - slack <= drawn[0]
    assert drawn[-1] <= highest + slack
    assert abs(drawn.mean() - mean) < 5 * spread / math.sqrt(COUNT)
    assert abs(drawn.std() - spread) < 5 * spread / math.sqrt(2 * COUNT)
    steps = np.arange(1, COUNT + 1) / COUNT
    distance = max(
        np.abs(below(drawn) - steps).max(), np.abs(below(drawn) - steps + 1 / COUNT).max()
    )
    assert distance < 2.5 / math.sqrt(COUNT)


@pytest.mark.parametrize("name", ["RandomUniform", "RandomNormal", "TruncatedNormal"])
def test_draws_are_uncorrelated(keras, dtype, name):
    """Neighbours in rows and in columns: a correlation is off by 1/sqrt(pairs)."""
    drawn = sample(keras, name, dtype, seed=6).astype("float64")
    for first, second in ((drawn[1:], drawn[:-1]), (drawn[:, 1:], drawn[:, :-1])):
        correlation = np.corrcoef(first.reshape(-1), second.reshape(-1))[0, 1]
        assert abs(correlation) < 5 / math.sqrt(first.size)


FANS = [
    ((), 1, 1),
    ((7,), 7, 7),
    ((7, 50), 7, 50),
    ((5, 7, 50), 35, 250),
    ((2, 3, 5, 20), 30, 120),
]


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), FANS)
def test_fans(keras, dtype, shape, fan_in, fan_out):
    """The largest of at least 5,000 uniform draws reaches 0.997 of the limit (else 3e-7)."""
    draws = max(1, math.ceil(5000 / max(1, math.prod(shape))))
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    for mode, fan in fans.items():
        largest = max(
            np.abs(
                sample(
                    keras,
                    "VarianceScaling",
                    dtype,
                    shape=shape,
                    mode=mode,
                    distribution="uniform",
                    seed=seed,
                )
            ).max()
            for seed in range(draws)
        )
        limit = math.sqrt(3 / fan)
        assert 0.997 * limit < largest <= limit * (1 + 1e-6), mode


@pytest.mark.parametrize("name", ["RandomNormal", "TruncatedNormal", "GlorotUniform"])
def test_seeds(keras, dtype, name):
    build = getattr(keras.initializers, name)
    one = build(seed=1)
    first = np.asarray(one((4, 5), dtype=dtype))
    # An initializer with a number for a seed gives the same values at every call.
    assert np.array_equal(first, np.asarray(one((4, 5), dtype=dtype)))
    assert np.array_equal(first, np.asarray(build(seed=1)((4, 5), dtype=dtype)))
    assert not np.any(first == np.asarray(build(seed=2)((4, 5), dtype=dtype)))
    assert not np.any(
        np.asarray(build()((4, 5), dtype=dtype)) == np.asarray(build()((4, 5), dtype=dtype))
    )
    assert len(np.unique(first)) == 20


def test_set_random_seed_repeats_models_and_layers_differ(keras):
    kernels = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        layers = keras.layers
        model = keras.Sequential([keras.Input((6,)), layers.Dense(6), layers.Dense(6)])
        kernels.append([model.layers[i].get_weights()[0] for i in (0, 1)])
    assert np.array_equal(kernels[0], kernels[1])
    assert not np.any(kernels[0][0] == kernels[2][0])
    assert not np.any(kernels[0][0] == kernels[0][1])


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5), (2, 0, 3)])
def test_constants(keras, dtype, shape):
    for name, options, value in (
        ("Zeros", {}, 0),
        ("Ones", {}, 1),
        ("Constant", {}, 0),
        ("Constant", {"value": 0.1}, 0.1),
    ):
        made = sample(keras, name, dtype, shape=shape, **options)
        assert made.dtype == dtype
        assert made.shape == shape
        assert np.array_equal(made, np.full(shape, value, dtype))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty_shapes(keras, dtype, shape):
    for name in ("RandomUniform", "RandomNormal", "GlorotUniform", "TruncatedNormal"):
        assert sample(keras, name, dtype, shape=shape, seed=1).shape == shape


def test_dtype_defaults_to_floatx(keras, dtype):
    for name in ("Zeros", "Constant", "RandomNormal", "GlorotUniform"):
        made = np.asarray(getattr(keras.initializers, name)()((2, 2)))
        assert made.dtype == dtype


@pytest.mark.parametrize("name", BY_NAME)
def test_names_stand_for_classes_with_defaults(keras, name):
    initializer = keras.initializers.get(name)
    camel = "".join(word.capitalize() for word in name.split("_"))
    assert isinstance(initializer, getattr(keras.initializers, camel))
    assert isinstance(keras.initializers.get(camel), type(initializer))
    assert getattr(keras.initializers, name) is getattr(keras.initializers, camel)


def test_dense_uses_its_initializers(keras, dtype):
    """The kernel is Glorot's uniform by default, zeros are the bias's."""
    layers = keras.layers
    plain = layers.Dense(300)
    plain.build((None, 100))
    limit = math.sqrt(6 / 400)
    kernel, bias = plain.get_weights()
    assert 0.999 * limit < np.abs(kernel).max() <= limit * (1 + 1e-6)
    assert abs(kernel.std() - limit / math.sqrt(3)) < 5 * limit / math.sqrt(3) / math.sqrt(60_000)
    assert not np.any(bias)
    named = layers.Dense(
        4, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(0.25)
    )
    named.build((None, 3))
    kernel, bias = named.get_weights()
    assert np.array_equal(kernel, np.ones((3, 4), dtype))
    assert np.array_equal(bias, np.full(4, 0.25, dtype))


@pytest.mark.parametrize(
    "options",
    [{"scale": 0.0}, {"scale": -1.0}, {"mode": "fan"}, {"distribution": "cauchy"}],
)
def test_bad_arguments_are_refused(keras, options):
    with pytest.raises(ValueError, match=str(next(iter(options.values())))):
        keras.initializers.VarianceScaling(**options)


def test_unknown_names_are_refused(keras):
    with pytest.raises(ValueError, match="glorot_unifrom"):
        keras.initializers.get("glorot_unifrom")


def test_orthogonal_rows_are_the_same_everywhere(keras):
    """By sums of NumPy's in a fixed order, so a seed's matrix is known to the last bit."""
    made = keras.initializers.Orthogonal(seed=5)((2, 3), dtype="float64")
    np.testing.assert_allclose(made @ made.T, np.eye(2), atol=1e-15)
    normal = keras.random.normal((2, 3), dtype="float64", seed=5)
    first = normal[0] / np.sqrt(np.square(normal[0]).sum())
    np.testing.assert_array_equal(made[0], first)
    with pytest.raises(
        ValueError, match=r"at least two-dimensional. Received: shape=.3,. of rank 1"
    ):
        keras.initializers.Orthogonal()((3,))
    with pytest.raises(ValueError, match=r"2D matrices. Received: shape=.3,. of rank 1"):
        keras.initializers.Identity()((3,))
