"""cornu.Variable: a view with a name, whose results are plain arrays."""

import copy
import pickle

import numpy as np
import pytest

import cornu
from cornu.variable import Variable


@pytest.fixture
def memory():
    return np.arange(6, dtype="float32").reshape(2, 3)


@pytest.fixture
def kernel(memory):
    return Variable.view_of(memory, "kernel", "sequential/dense/kernel")


def is_plain(thing):
    return not isinstance(thing, Variable)


def test_view(kernel, memory):
    assert isinstance(kernel, np.ndarray)
    assert np.shares_memory(kernel, memory)
    assert (kernel.name, kernel.path, kernel.trainable) == (
        "kernel",
        "sequential/dense/kernel",
        True,
    )
    assert (kernel.shape, kernel.ndim, kernel.dtype) == ((2, 3), 2, "float32")
    assert str(kernel.dtype) == "float32"
    assert not Variable.view_of(memory, "a", trainable=False).trainable
    assert Variable.view_of(memory, "a").path == "a"


def test_writing_through(kernel, memory):
    kernel[...] = 0
    assert not memory.any()
    kernel[1, 2] = 7
    kernel[0] += 1
    kernel += 1
    np.multiply(kernel, 2, out=kernel)
    assert memory.tolist() == [[4, 4, 4], [2, 2, 16]]
    assert isinstance(kernel, Variable)
    assert kernel.name == "kernel"
    kernel.fill(3)
    assert memory.tolist() == [[3] * 3] * 2


def test_the_view_keeps_memory_alive():
    kernel = Variable.view_of(np.full(3, 5.0), "kernel")
    assert kernel.tolist() == [5, 5, 5]


RESULTS = {
    "add": lambda v: v + 1,
    "reflected": lambda v: 1 - v,
    "both": lambda v: v * v,
    "matmul": lambda v: v @ v.T,
    "reflected matmul": lambda v: np.ones((4, 2)) @ v,
    "negative": lambda v: -v,
    "compare": lambda v: v > 2,
    "ufunc": np.exp,
    "two results": lambda v: np.divmod(v, 2)[1],
    "reduce": lambda v: np.add.reduce(v, axis=0),
    "accumulate": np.maximum.accumulate,
    "sum": lambda v: v.sum(axis=0),
    "mean": lambda v: v.mean(axis=1),
    "std": lambda v: v.std(axis=0),
    "max": lambda v: v.max(axis=0),
    "argmax": lambda v: v.argmax(axis=0),
    "np.sum": lambda v: np.sum(v, axis=0),
    "np.mean": lambda v: np.mean(v, axis=0),
    "np.var": lambda v: np.var(v, axis=0),
    "np.clip": lambda v: np.clip(v, 1, 2),
    "np.where": lambda v: np.where(v > 1, v, 0),
    "np.concatenate": lambda v: np.concatenate([v, v]),
    "np.stack": lambda v: np.stack([v, v]),
    "np.split": lambda v: np.split(v, 3, axis=1)[0],
    "np.dot": lambda v: np.dot(v, v.T),
    "np.dot of two": lambda v: np.dot(Variable.view_of(np.ones((3, 2)), "w"), v),
    "np.outer": lambda v: np.outer(v, v),
    "np.einsum": lambda v: np.einsum("ij->j", v),
    "np.tensordot": lambda v: np.tensordot(v, v),
    "np.copy": np.copy,
    "np.array": np.array,
    "np.asarray": np.asarray,
    "np.ascontiguousarray": np.ascontiguousarray,
    "np.zeros_like": np.zeros_like,
    "np.empty_like": np.empty_like,
    "np.sort": np.sort,
    "np.argsort": np.argsort,
    "np.reshape": lambda v: np.reshape(v, -1),
    "np.ravel": np.ravel,
    "np.transpose": np.transpose,
    "np.squeeze": np.squeeze,
    "np.expand_dims": lambda v: np.expand_dims(v, 0),
    "np.atleast_3d": np.atleast_3d,
    "np.broadcast_to": lambda v: np.broadcast_to(v, (2, 2, 3)),
    "np.broadcast_arrays": lambda v: np.broadcast_arrays(v, 1)[0],
    "np.tile": lambda v: np.tile(v, 2),
    "np.repeat": lambda v: np.repeat(v, 2),
    "np.roll": lambda v: np.roll(v, 1),
    "np.diff": np.diff,
    "np.take": lambda v: np.take(v, [0, 1]),
    "np.linalg.norm": lambda v: np.linalg.norm(v, axis=0),
    "index": lambda v: v[0],
    "slice": lambda v: v[:, 1:],
    "newaxis": lambda v: v[None],
    "mask": lambda v: v[v > 1],
    "fancy": lambda v: v[[0, 1]],
    "ellipsis": lambda v: v[...],
    "iterate": lambda v: next(iter(v)),
    "unpack": lambda v: [*v][1],
    "T": lambda v: v.T,
    "real": lambda v: v.real,
    "flat": lambda v: v.flat[:],
    "astype": lambda v: v.astype("float64"),
    "copy": lambda v: v.copy(),
    "reshape": lambda v: v.reshape(3, 2),
    "ravel": lambda v: v.ravel(),
    "flatten": lambda v: v.flatten(),
    "transpose": lambda v: v.transpose(),
    "swapaxes": lambda v: v.swapaxes(0, 1),
    "squeeze": lambda v: v.squeeze(),
    "take": lambda v: v.take([0, 1]),
    "repeat": lambda v: v.repeat(2),
    "cumsum": lambda v: v.cumsum(),
    "round": lambda v: v.round(),
    "clip": lambda v: v.clip(0, 1),
    "diagonal": lambda v: v.diagonal(),
    "dot": lambda v: v.dot(v.T),
    "argsort": lambda v: v.argsort(),
    "nonzero": lambda v: v.nonzero()[0],
    "compress": lambda v: v.compress([True], axis=0),
    "value": lambda v: v.value,
    "numpy": lambda v: v.numpy(),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_plain_arrays(name, memory, kernel):
    compute = RESULTS[name]
    result = compute(kernel)
    assert is_plain(result)
    assert isinstance(result, np.ndarray | np.generic)
    if name not in ("value", "numpy", "np.empty_like"):
        np.testing.assert_array_equal(result, compute(memory))


def test_indexing_gives_views(memory, kernel):
    kernel[0][1] = 9
    kernel[:, 2][...] = 8
    kernel.T[0, 1] = 7
    kernel.value[1, 1] = 6
    assert memory.tolist() == [[0, 9, 8], [7, 6, 8]]
    assert np.shares_memory(kernel[1:], memory)
    assert kernel[0, 1] == 9
    assert isinstance(kernel[0, 1], np.float32)


def test_numpy_copies(memory, kernel):
    kernel.numpy()[...] = 5
    kernel.copy()[...] = 5
    assert memory[0, 0] == 0
    assert kernel.copy(order="F").flags.f_contiguous


def test_assign(memory, kernel):
    result = kernel.assign([[1, 2, 3], [4, 5, 6]])
    assert result.dtype == np.float32
    assert is_plain(result)
    assert memory.tolist() == [[1, 2, 3], [4, 5, 6]]
    kernel.assign_add(1)
    kernel.assign_sub([[1, 0, 0], [0, 0, 0]])
    assert memory.tolist() == [[1, 3, 4], [5, 6, 7]]
    kernel.assign(kernel.value[::-1])
    assert memory.tolist() == [[5, 6, 7], [1, 3, 4]]


@pytest.mark.parametrize("value", [0, [1, 2, 3], np.zeros((3, 2)), np.zeros((1, 2, 3))])
def test_assign_broadcasts_nothing(value, memory, kernel):
    with pytest.raises(
        ValueError, match=r"shape of the variable sequential/dense/kernel, \(2, 3\)"
    ):
        kernel.assign(value)
    assert memory.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "value", [[["1"] * 3] * 2, [[None] * 3] * 2, [[1j] * 3] * 2, [[1], [2, 3]]]
)
def test_assign_takes_numbers_only(value, memory, kernel):
    with pytest.raises(
        ValueError, match=r"numbers for the variable sequential/dense/kernel.*dtype"
    ):
        kernel.assign(value)
    assert memory.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_trainable_follows_the_layer(kernel):
    with pytest.raises(AttributeError, match=r"set `layer\.trainable`"):
        kernel.trainable = False
    assert kernel.trainable


def test_repr(kernel):
    expected = "path=sequential/dense/kernel, shape=(2, 3), dtype=float32, value=[[0. 1. 2.]"
    assert repr(kernel).startswith(f"<Variable {expected}")
    assert str(kernel) == repr(kernel)
    assert repr(kernel + 0) == repr(np.array(kernel))


@pytest.mark.parametrize(
    "make",
    [copy.copy, copy.deepcopy, *(lambda v, p=p: pickle.loads(pickle.dumps(v, p)) for p in (2, 5))],
)
def test_copies_own_their_memory(make, memory, kernel):
    frozen = Variable.view_of(memory, "kernel", "a/kernel", trainable=False)
    other = make(frozen)
    assert isinstance(other, Variable)
    assert (other.name, other.path, other.trainable) == ("kernel", "a/kernel", False)
    np.testing.assert_array_equal(other, memory)
    assert not np.shares_memory(other, memory)
    other[...] = 9
    assert memory[0, 0] == 0
    own = Variable(np.ones(2), name="own")
    own.constraint = cornu.constraints.UnitNorm()
    own.overwrite_with_gradient = True
    again = make(own)
    assert isinstance(again.constraint, cornu.constraints.UnitNorm)
    assert (again.constraint is own.constraint) == (make is copy.copy)
    assert again.overwrite_with_gradient
    # And an optimizer can move it.
    again.overwrite_with_gradient = False
    cornu.optimizers.SGD(1.0).apply_gradients([(np.array([-2.0, -3.0]), again)])
    np.testing.assert_allclose(again, [0.6, 0.8], rtol=1e-6)


def test_scalars():
    v = Variable(2.5, name="v")
    assert v.shape == ()
    assert (float(v), int(v), bool(v)) == (2.5, 2, True)
    assert v * 2 == 5
    v.assign(3)
    v.assign_add(1)
    v[...] += 1
    assert float(v) == 5
    assert isinstance(v, Variable)


def test_constructor():
    cornu.utils.clear_session()
    assert Variable([1.0]).dtype == "float32"
    assert Variable([1.0]).name == "variable_1"
    assert Variable([1]).dtype.kind == "i"
    assert Variable(np.array([1.0])).dtype == "float64"
    assert Variable([1], dtype="float64").dtype == "float64"
    assert Variable([1], dtype="int32").dtype == "int32"
    assert Variable([1], dtype="int").dtype == "int64"
    assert not Variable([1.0], trainable=False).trainable
    array = np.zeros(2)
    assert not np.shares_memory(Variable(array), array)
    made = Variable(cornu.initializers.Ones(), shape=(2, 3), dtype="float64")
    assert made.tolist() == [[1, 1, 1]] * 2
    assert made.dtype == "float64"
    with pytest.raises(ValueError, match="`shape` must be given where `initializer` is a function"):
        Variable(cornu.initializers.Ones())
    for dtype in ("float16", "complex64", "string"):
        with pytest.raises(ValueError, match="`dtype` must be"):
            Variable([1.0], dtype=dtype)


def test_numpy_takes_it_as_an_array(kernel, memory):
    assert np.array_equal(kernel, memory)
    assert np.allclose(kernel, memory)
    out = np.empty((2, 3), "float32")
    assert np.add(kernel, 1, out=out) is out
    assert np.may_share_memory(kernel, memory)
    np.copyto(kernel, 4)
    assert memory[1, 2] == 4
    assert kernel.tolist() == memory.tolist()
    assert len(kernel) == 2
    assert 4 in kernel
    assert np.isfinite(kernel).all()


@pytest.mark.parametrize("initializer", ["zeros", "Zeros", cornu.initializers.Zeros()])
def test_an_initializer_makes_the_value(initializer):
    made = cornu.Variable(initializer, shape=(2,))
    assert (made.tolist(), made.dtype) == ([0, 0], "float32")
    assert cornu.Variable(initializer, shape=(2, 1), dtype="int32").dtype == "int32"
    assert cornu.Variable(initializer, shape=()).shape == ()
    with pytest.raises(ValueError, match="`shape` must be given"):
        cornu.Variable(initializer)


@pytest.mark.parametrize("value", [["a", "b"], None, [[1, 2], [3]], {}, 1j])
def test_what_is_no_number(value):
    with pytest.raises(ValueError, match=r"`initializer` must be numbers.*Received: \w+ of dtype"):
        cornu.Variable(value)


def test_an_unknown_initializer():
    with pytest.raises(ValueError, match=r"Unknown initializer: 'zeroes'.*'zeros'"):
        cornu.Variable("zeroes", shape=(2,))


@pytest.mark.parametrize("name", ["a/b", 3])
def test_what_is_no_name(name):
    with pytest.raises(ValueError, match=f"`name` must be a string without '/'.*{name!r}"):
        cornu.Variable(1.0, name=name)


def test_arguments_of_several_devices():
    """In Keras's order; they have no effect here, and what Keras has not is refused."""
    made = cornu.Variable([1.0], None, None, False, True, "mean", "on_read", "scale", None)
    assert (made.name, made.trainable) == ("scale", False)
    for wrong in ({"aggregation": "max"}, {"synchronization": "never"}, {"layout": 3}):
        ((name, _),) = wrong.items()
        with pytest.raises(ValueError, match=f"argument `{name}`"):
            cornu.Variable([1.0], **wrong)
