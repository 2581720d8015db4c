"""Derivatives of operations under autograd, against finite differences."""

import numpy as np
import pytest

import cornu
from oracle.ops_call import F, smooth
from oracle.ops_calls import GROUPS
from oracle.spectra_calls import SPECTRA

autograd = pytest.importorskip("autograd")

# Of a central difference: its error falls with the square, and rounding grows with its inverse.
STEP = 1e-5


def total(call, floats):
    """A number that depends on every number of the result of a call with these arrays."""
    remaining = iter(floats)

    def given(one):
        if isinstance(one, F):
            return next(remaining)
        return [given(x) for x in one] if isinstance(one, list) else one

    arguments = [given(one) for one in call.arguments]
    options = {name: given(one) for name, one in call.options.items()}
    found = getattr(cornu.ops, call.name)(*arguments, **options)
    found = list(found) if isinstance(found, tuple | list) else [found]
    return sum(
        cornu.ops.sum(array * np.cos(np.arange(array.size)).reshape(array.shape)) for array in found
    )


def floats_of(call):
    given = [*call.arguments, *call.options.values()]
    given = [x for one in given for x in (one if isinstance(one, list) else [one])]
    return [np.array(one.numbers, "float64") for one in given if isinstance(one, F)]


def problem(call):
    """What is wrong with the gradient of a call, as text; "" when nothing is."""
    floats = floats_of(call)
    for i in range(len(floats)):

        def of_one(x, i=i):
            return total(call, [*floats[:i], x, *floats[i + 1 :]])

        gradient = autograd.grad(of_one)(floats[i])
        direction = np.cos(1.7 * np.arange(floats[i].size)).reshape(floats[i].shape)
        step = STEP * direction
        expected = (of_one(floats[i] + step) - of_one(floats[i] - step)) / (2 * STEP)
        if gradient.shape != floats[i].shape or gradient.dtype != floats[i].dtype:
            return f"{call.name}: the gradient is of shape {gradient.shape}, {gradient.dtype}"
        if not np.isclose(np.sum(gradient * direction), expected, 1e-6, 1e-7):
            return f"{call}, array {i}: {np.sum(gradient * direction)}, expected {expected}"
    return ""


@pytest.mark.parametrize("group", [*GROUPS, "spectra"])
def test_gradients_are_those_of_the_values(group):
    calls = [call for call in {**GROUPS, "spectra": SPECTRA}[group] if call.smooth]
    problems = []
    for call in calls:
        try:
            problems.append(problem(call))
        except Exception as error:
            problems.append(f"{call.name} {call.options}: {type(error).__name__}: {error}")
    assert not any(problems), "\n".join(filter(None, problems))


def test_decompositions_of_symmetric_matrices():
    def symmetric(x):
        return x @ x.T + 3 * np.eye(3)

    x = np.arange(9.0).reshape(3, 3) % 4
    call = smooth("cumsum", F(x))
    for function in (
        lambda a: cornu.ops.cholesky(symmetric(a)),
        lambda a: cornu.ops.eigh(symmetric(a))[0],
        lambda a: cornu.ops.qr(symmetric(a))[0],
        lambda a: cornu.ops.qr(symmetric(a))[1],
    ):

        def of_one(a, function=function):
            return total(call, [function(a)])

        step = STEP * np.cos(np.arange(9.0)).reshape(3, 3)
        expected = of_one(x + step) - of_one(x - step)
        assert np.sum(autograd.grad(of_one)(x) * 2 * step) == pytest.approx(expected, rel=1e-6)


# Where the second derivative is 0, the first depends on nothing.
@pytest.mark.filterwarnings("ignore:Output seems independent of input")
def test_second_derivatives_of_activations():
    x = np.array([[-1.7, -0.3, 0.2, 0.45, 1.3, 2.6]])
    for call in GROUPS["network"][: len(["celu", "elu", "gelu"]) + 22]:
        if not call.smooth:
            continue

        def slope(x, call=call):
            return total(call, [autograd.grad(lambda x: total(call, [x]))(x)])

        step = STEP * np.cos(np.arange(6.0))[None]
        expected = slope(x + step) - slope(x - step)
        found = np.sum(autograd.grad(slope)(x) * 2 * step)
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-12), call.name


def test_gradients_of_ones_own():
    @cornu.ops.custom_gradient
    def clipped(x, y):
        def gradient(*arguments, upstream=None):
            (upstream,) = arguments or (upstream,)
            return upstream * 10, upstream * y

        return x * y, gradient

    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert clipped(x, y).tolist() == [3.0, 8.0]
    found = autograd.grad(lambda x, y: cornu.ops.sum(clipped(x, y)), (0, 1))(x, y)
    assert [one.tolist() for one in found] == [[10.0, 10.0], [3.0, 4.0]]


def test_what_stops_gradients():
    found = autograd.grad(lambda x: cornu.ops.sum(x * cornu.ops.stop_gradient(x)))(np.arange(3.0))
    assert found.tolist() == [0.0, 1.0, 2.0]
    found = autograd.grad(lambda x: cornu.ops.sum(x * cornu.ops.cast(x, "int32")))(np.array([1.5]))
    assert found.tolist() == [1.0]


def test_loops_have_derivatives():
    def power(x):
        return cornu.ops.fori_loop(0, 3, lambda i, value: value * x, x)

    assert autograd.grad(power)(2.0) == pytest.approx(4 * 2.0**3)
    rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = autograd.grad(lambda x: cornu.ops.sum(cornu.ops.map(lambda row: row * row[0], x)))(rows)
    assert found.tolist() == [[4.0, 1.0], [10.0, 3.0]]
