"""cornu.activations as functions of arrays: formulas, conversions, axes and errors.

Values recorded from Keras are in test_oracle_activations.py; here the formulas are NumPy's.
"""

import math

import numpy as np
import pytest

from activation_formulas import FORMULAS, KERAS_NAMES, ROWWISE, sigmoid
from cornu import activations, config
from cornu.variable import Variable

# Around every vector length, and primes.
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 33)


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


def numbers(shape, dtype, seed=0):
    return (3 * np.random.RandomState(seed).standard_normal(shape)).astype(dtype)


def assert_near(actual, expected, dtype):
    tolerance = 4e-6 if dtype == "float32" else 1e-13
    assert actual.dtype == dtype
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name, dtype):
    function = getattr(activations, name)
    for size in SIZES:
        x = numbers((2, size), dtype, seed=size)
        assert_near(function(x), FORMULAS[name](x.astype(np.float64)), dtype)


@pytest.mark.parametrize("name", [name for name in KERAS_NAMES if name != "threshold"])
def test_shapes(name):
    function = getattr(activations, name)
    last = 2 if name == "glu" else 4
    for shape in [(4,), (0, 4), (3, 0), (2, 3, 4), (1, 1, 1, 1, 1, 1, 4), (2, 0, 4)]:
        result = function(np.ones(shape))
        expected = shape if shape[-1] == 0 else (*shape[:-1], last)
        assert result.shape == expected
        assert result.flags.c_contiguous
        assert type(result) is np.ndarray


def test_relu_parameters(dtype):
    x = np.array([-10, -3, -0.5, 0, 0.5, 1, 1.5, 3, 10], dtype)

    def reference(slope, largest, threshold):
        above = np.where(x > threshold, x, 0)
        # Keras clips the part above the threshold, from 0 up, and adds the part below.
        kept = np.clip(above, 0, largest) if largest is not None else above
        if threshold == 0:
            kept = np.clip(x, 0, largest)
        return kept - slope * np.maximum(threshold - x, 0)

    for slope in (0, 0.1, 2):
        for largest in (None, 0, 2, 6):
            for threshold in (0, 0.5, 1):
                result = activations.relu(x, slope, largest, threshold)
                assert_near(result, reference(slope, largest, threshold), dtype)


def test_parameters_are_used():
    x = np.array([-2.0, -0.25, 0.25, 2.0])
    np.testing.assert_allclose(activations.leaky_relu(x, 0.5), [-1, -0.125, 0.25, 2])
    np.testing.assert_allclose(activations.elu(x, 3)[0], 3 * math.expm1(-2))
    np.testing.assert_allclose(activations.celu(x, 4)[0], 4 * math.expm1(-0.5))
    np.testing.assert_allclose(activations.soft_shrink(x, 1), [-1, 0, 0, 1])
    np.testing.assert_allclose(activations.hard_shrink(x, 0.1), x)
    np.testing.assert_allclose(activations.squareplus(x, 0), [0, 0, 0.25, 2], atol=1e-15)
    np.testing.assert_allclose(activations.threshold(x, 0.25, -9), [-9, -9, -9, 2])
    tanh_form = 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    np.testing.assert_allclose(activations.gelu(x, approximate=True), tanh_form, rtol=1e-13)
    assert not np.allclose(activations.gelu(x), tanh_form, rtol=1e-13)


def test_extremes(dtype):
    x = np.array([-1000, 1000], dtype)
    with np.errstate(all="raise"):
        assert activations.sigmoid(x).tolist() == [0, 1]
        assert activations.tanh(x).tolist() == [-1, 1]
        assert activations.softmax(x).tolist() == [0, 1]
        assert activations.log_softmax(x).tolist() == [-2000, 0]
        assert activations.softplus(x).tolist() == [0, 1000]
        assert activations.log_sigmoid(x).tolist() == [-1000, 0]
        assert activations.silu(x).tolist() == [0, 1000]
        assert activations.mish(x).tolist() == [0, 1000]
        assert activations.gelu(x).tolist() == [0, 1000]
        assert activations.elu(x).tolist() == [-1, 1000]
        assert activations.exponential(x).tolist() == [0, np.inf]


@pytest.mark.parametrize("name", [name for name in FORMULAS if name not in ROWWISE])
def test_nan_stays(name):
    assert np.isnan(getattr(activations, name)(np.array([1.0, np.nan, 2.0]))).tolist() == [
        False,
        True,
        False,
    ]


def test_result_type_follows_input():
    x = [-1, 2]
    for kind in ("bool", "int8", "uint8", "int16", "int64", "uint64"):
        assert activations.relu(np.array(x).astype(kind)).dtype == np.float32
    for kind in ("float16", "float32", "float64"):
        assert activations.relu(np.array(x, kind)).dtype == kind
    for kind in (">f4", ">f8", ">f2"):
        result = activations.relu(np.array(x, kind))
        assert result.dtype == np.dtype(kind).newbyteorder("=")
        assert result.dtype.isnative
        assert result.tolist() == [0, 2]
    assert activations.relu(x).dtype == np.float32
    assert activations.relu([-1.0, 2.0]).dtype == np.float32
    assert activations.relu(3).dtype == np.float32
    assert activations.relu(np.float64(3)).dtype == np.float64


def test_lists_follow_floatx():
    config.set_floatx("float64")
    try:
        assert activations.tanh([0.5]).dtype == np.float64
        assert activations.tanh(np.array([1])).dtype == np.float64
        assert activations.tanh(np.array([0.5], "float32")).dtype == np.float32
    finally:
        config.set_floatx("float32")


def test_integers_are_not_rounded():
    # hard_tanh of uint8 in uint8 would wrap round.
    assert activations.hard_tanh(np.array([1, 254], "uint8")).tolist() == [1, 1]
    assert activations.sigmoid(np.array([0])).tolist() == [0.5]


def test_scalars():
    for name in KERAS_NAMES:
        if name in (*ROWWISE, "threshold", "linear"):
            continue
        result = getattr(activations, name)(0.5)
        assert isinstance(result, np.ndarray)
        assert result.shape == ()
    for name in ROWWISE:
        with pytest.raises(ValueError, match="must have an axis"):
            getattr(activations, name)(0.5)


def unaligned(x):
    raw = np.empty(x.nbytes + 1, np.uint8)[1:]
    moved = raw.view(x.dtype).reshape(x.shape)
    moved[...] = x
    assert not moved.flags.aligned
    return moved


LAYOUTS = {
    "fortran": np.asfortranarray,
    "reversed": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "strided": lambda x: np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3],
    "unaligned": unaligned,
    "swapped": lambda x: x.astype(x.dtype.newbyteorder()),
    "list": lambda x: x.tolist(),
    "variable": lambda x: Variable.view_of(x.copy(), "v"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["gelu", "softmax", "glu", "sparsemax"])
def test_layout_changes_no_bit(name, layout):
    x = numbers((5, 6), "float32")
    other = LAYOUTS[layout](x)
    before = np.array(other)
    result = getattr(activations, name)(other)
    np.testing.assert_array_equal(result, getattr(activations, name)(x))
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(np.array(other), before)


def test_read_only_input():
    x = numbers((3, 4), "float64")
    x.flags.writeable = False
    assert activations.relu(x).flags.writeable


def test_linear_returns_the_same_object():
    x = [1, "a"]
    assert activations.linear(x) is x


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_axis(name):
    function = getattr(activations, name)
    x = numbers((2, 3, 4), "float64")
    reference = FORMULAS[name]
    np.testing.assert_allclose(
        function(x, axis=1), np.moveaxis(reference(np.moveaxis(x, 1, -1)), -1, 1)
    )
    np.testing.assert_allclose(function(x, axis=-3), function(x, axis=0))
    np.testing.assert_allclose(
        function(x, axis=(1, 2)), reference(x.reshape(2, 12)).reshape(2, 3, 4)
    )
    np.testing.assert_allclose(function(x, axis=(2, 0)), function(x, axis=(0, 2)), rtol=1e-14)
    np.testing.assert_allclose(function(x, axis=None), reference(x.reshape(24)).reshape(x.shape))


def test_sparsemax_is_the_nearest_point_of_the_simplex():
    x = numbers((7, 5), "float64")
    y = activations.sparsemax(x)
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-14)
    assert y.min() >= 0
    # y = max(x - tau, 0): the difference is one number where y is positive, no less elsewhere.
    for row, result in zip(x, y, strict=True):
        tau = (row - result)[result > 0]
        np.testing.assert_allclose(tau, tau[0], atol=1e-14)
        assert (row[result == 0] <= tau[0] + 1e-14).all()
    np.testing.assert_array_equal(activations.sparsemax(x, axis=0), activations.sparsemax(x.T).T)


def test_glu():
    x = numbers((3, 6), "float64")
    np.testing.assert_allclose(activations.glu(x), x[:, :3] * sigmoid(x[:, 3:]), rtol=1e-14)
    y = numbers((4, 3), "float64")
    np.testing.assert_allclose(activations.glu(y, axis=0), y[:2] * sigmoid(y[2:]), rtol=1e-14)
    with pytest.raises(ValueError, match=r"even size.*\(2, 3\)"):
        activations.glu(np.ones((2, 3)))


@pytest.mark.parametrize(
    ("axis", "error"),
    [(2, ValueError), (-3, ValueError), ((0, 0), ValueError), (1.0, TypeError), (True, TypeError)],
)
def test_bad_axis(axis, error):
    with pytest.raises(error, match="axis"):
        activations.softmax(np.ones((2, 3)), axis=axis)


@pytest.mark.parametrize(
    "x",
    [
        np.array([1j]),
        np.array(["1"]),
        np.array([None]),
        None,
        "relu",
        np.array(["2024-01-01"], "datetime64[D]"),
        np.array([1], np.longdouble),
        {"a": 1},
    ],
    ids=["complex", "string", "object", "none", "word", "date", "longdouble", "dict"],
)
@pytest.mark.parametrize("name", ["relu", "softmax", "sigmoid"])
def test_no_numbers(name, x):
    if isinstance(x, np.ndarray) and x.dtype == np.longdouble and x.dtype.itemsize == 8:
        pytest.skip("long double is double here")
    with pytest.raises(TypeError, match="`x` must be numbers"):
        getattr(activations, name)(x)


def test_ragged_list():
    with pytest.raises(ValueError, match="inhomogeneous"):
        activations.relu([[1.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("relu", {"negative_slope": math.nan}),
        ("relu", {"max_value": -1}),
        ("relu", {"max_value": math.inf}),
        ("relu", {"threshold": "1.x"}),
        ("leaky_relu", {"negative_slope": None}),
        ("elu", {"alpha": math.inf}),
        ("celu", {"alpha": 0}),
        ("squareplus", {"b": -1}),
        ("soft_shrink", {"threshold": [1, 2]}),
        ("hard_shrink", {"threshold": math.nan}),
        ("threshold", {"threshold": 0, "default_value": math.nan}),
    ],
)
def test_bad_parameters(name, arguments):
    argument = list(arguments)[-1]
    with pytest.raises(ValueError, match=f"`{argument}` must.*Received: {argument}="):
        getattr(activations, name)(np.ones(3), **arguments)
