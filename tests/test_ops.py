"""Operations: their types, what they take and refuse, and that they need no autograd."""

import subprocess
import sys

import numpy as np
import pytest

import cornu
from cornu import ops


def test_without_autograd_and_at_no_cost():
    code = (
        "import sys; sys.modules['autograd'] = None; import cornu;"
        "assert 'cornu.ops' not in sys.modules;"
        "print(cornu.ops.softmax([[1.0, 1.0]]), cornu.ops.mean([1, 2]))"
    )
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[[0.5 0.5]] 1.5\n"


def test_submodules_have_kerass_names():
    assert ops.numpy.exp is ops.exp
    assert ops.nn.relu is ops.relu is cornu.activations.relu
    assert ops.linalg.det is ops.det
    for module in (ops.numpy, ops.nn):
        assert all(getattr(module, name) is getattr(ops, name) for name in module.__all__)
        with pytest.raises(AttributeError, match="no attribute 'nope'"):
            _ = module.nope


def test_types_follow_keras():
    x32, x64 = np.ones(2, "float32"), np.ones(2, "float64")
    whole = np.ones(2, "int64")
    assert ops.add(x32, whole).dtype == "float32"
    assert ops.add(x32, 1e-8).dtype == "float32"
    # Not floatx(), as Keras on JAX has it.
    assert (
        ops.add(x64, x64).dtype == ops.add(x64, x32).dtype == ops.add(x64, 2.5).dtype == "float64"
    )
    assert ops.concatenate([x64, [1.0, 2.0]]).dtype == "float64"
    assert ops.add(whole, 0.5).dtype == ops.mean(whole).dtype == ops.exp(whole).dtype == "float32"
    assert ops.add(np.array(1, "uint64"), np.array(1, "int64")).dtype == "float32"
    assert ops.convert_to_tensor([2**40]).dtype == "int64"
    cornu.config.set_floatx("float64")
    try:
        assert ops.exp(whole).dtype == ops.convert_to_tensor(0.5).dtype == "float64"
        assert ops.zeros(2).dtype == ops.one_hot([1], 2).dtype == "float64"
    finally:
        cornu.config.set_floatx("float32")


def test_weights_are_taken_and_arrays_returned():
    v = cornu.Variable([1.0, 2.0])
    for found in (ops.exp(v), ops.add(v, 1.0), ops.reshape(v, (2, 1)), ops.convert_to_numpy(v)):
        assert type(found) is np.ndarray
    assert ops.is_tensor(v)
    assert ops.is_tensor(ops.sum(v))
    assert not ops.is_tensor([1.0])


def test_what_is_no_number_is_refused():
    for value in ("text", None, [[1], [1, 2]], {"a": 1}):
        with pytest.raises(TypeError, match=r"an operation takes numbers: .* Received: "):
            ops.exp(value)


REFUSED = {
    "`dtype` must be a bool": lambda: ops.cast([1.0], "bfloat16"),
    "`num` must be the size of the axis, 2": lambda: ops.unstack([1, 2], num=3),
    "must divide the axis into equal parts": lambda: ops.split([1, 2, 3], 2),
    "one number an axis": lambda: ops.slice([[1, 2]], (0,), (1,)),
    "within the array's shape": lambda: ops.slice([1, 2], (0,), (3,)),
    "`sparse` must be False": lambda: ops.one_hot([1], 2, sparse=True),
    "`sparse` must be None or False": lambda: ops.convert_to_tensor([1], sparse=True),
    "`synchronized` must be False": lambda: ops.moments([1.0], 0, synchronized=True),
    "`rms_scaling` must be False": lambda: ops.layer_normalization([1.0], rms_scaling=True),
    "`order` must be a positive integer": lambda: ops.normalize([1.0], order=0.5),
    "`target` and `output` must have": lambda: ops.binary_crossentropy([1.0], [0.5, 0.5]),
    "`target` must have the shape": lambda: ops.sparse_categorical_crossentropy([0, 1], [0.5, 0.5]),
    "`method` must be one of": lambda: ops.quantile([1.0], 0.5, method="cubic"),
    "matrices must be square": lambda: ops.inv([[1.0, 2.0]]),
    "`reduction` must be None": lambda: ops.scatter_update([1.0], [[0]], [1.0], reduction="sum"),
    "`indices` must be integers of shape": lambda: ops.scatter([0], [1.0], (2,)),
    "`x1` and `x2` must both be given": lambda: ops.where([True], [1.0]),
    "`mode` must be one of": lambda: ops.correlate([1.0], [1.0], mode="all"),
    "`constant_values` must be None": lambda: ops.pad([1], 1, mode="reflect", constant_values=1),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    with pytest.raises(ValueError, match=text):
        REFUSED[text]()
    with pytest.raises(IndexError):
        ops.take([1, 2], 2)
