"""Variables, sessions and types, by the names that Keras 2's backend had."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu import config, ops
from cornu.ops.documented import documented
from cornu.ops.promotion import as_tensor, standardize
from cornu.optimizers.scalar import Scalar
from cornu.utils.errors import shown
from cornu.utils.tracing import untraced
from cornu.variable import Variable

_helper = documented(
    "backend",
    "What was asked for.",
    x="A `Variable` or an array.",
    tensors="A list of variables and arrays.",
    tuples="A list of pairs of a variable and its new value.",
    value="Numbers.",
    dtype="A type, or its name; None: `floatx()`.",
    prefix="A name.",
    name="A name; None: one of its own.",
    constraint="None: a variable that no layer has is not trained.",
    shape="A shape.",
    new_x="The new value.",
    increment="What is added.",
    decrement="What is subtracted.",
    momentum="How much of the old value stays, from 0 to 1.",
    tensor="An array.",
)

_uids: dict[str, Iterator[int]] = {}


@_helper
def get_uid(prefix: str = "") -> Any:
    """Count up the numbers of a name, from 1 on.

    >>> from cornu import backend as K
    >>> K.get_uid("doc_example"), K.get_uid("doc_example")
    (1, 2)
    """
    return next(_uids.setdefault(prefix, itertools.count(1)))


@_helper
def reset_uids() -> Any:
    """Begin to count anew in `get_uid`.

    >>> from cornu import backend as K
    >>> K.reset_uids()
    """
    _uids.clear()


@_helper
def get_value(x: Any) -> Any:
    """Return a variable's value, a copy, as a NumPy array; a number, such as a rate, as it is.

    >>> from cornu import backend as K
    >>> K.get_value(K.variable([1.0, 2.0]))
    array([1., 2.], dtype=float32)
    """
    if isinstance(x, int | float):
        return x
    return np.array(as_tensor(untraced(x)))


@_helper
def set_value(x: Any, value: Any) -> Any:
    """Write a variable's value, or an optimizer's number: `K.set_value(optimizer.lr, 0.1)`.

    >>> from cornu import backend as K
    >>> v = K.variable([1.0, 2.0], name="v")
    >>> K.set_value(v, [3.0, 4.0])
    >>> v
    <Variable path=v, shape=(2,), dtype=float32, value=[3. 4.]>
    """
    _check_variable(x)
    # An optimizer's numbers are float64 and int64.
    array = np.asarray(value) if isinstance(x, Scalar) else as_tensor(value)
    x.assign(np.reshape(array, x.shape)[()] if np.size(array) == np.size(x) else value)


@_helper
def batch_get_value(tensors: Any) -> Any:
    """Return the values of several variables, a list of copies.

    >>> from cornu import backend as K
    >>> K.batch_get_value([K.variable([1.0])])
    [array([1.], dtype=float32)]
    """
    return [get_value(one) for one in tensors]


@_helper
def batch_set_value(tuples: Any) -> Any:
    """Write the values of several variables.

    >>> from cornu import backend as K
    >>> v = K.variable([1.0], name="v")
    >>> K.batch_set_value([(v, [2.0])])
    >>> v
    <Variable path=v, shape=(1,), dtype=float32, value=[2.]>
    """
    for variable_, value in tuples:
        set_value(variable_, value)


@_helper
def eval(x: Any) -> Any:
    """Return the value of an array, which it has at any time.

    >>> from cornu import backend as K
    >>> K.eval([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return get_value(x)


@_helper
def count_params(x: Any) -> Any:
    """Count the numbers of a variable.

    >>> from cornu import backend as K
    >>> K.count_params(K.variable([1.0, 2.0]))
    2
    """
    return int(np.prod(as_tensor(x).shape))


@_helper
def int_shape(x: Any) -> Any:
    """Tell the shape, a tuple of integers.

    >>> from cornu import backend as K
    >>> K.int_shape([[1.0, 2.0]])
    (1, 2)
    """
    shape = getattr(x, "shape", None)
    return tuple(as_tensor(x).shape if shape is None else shape)


@_helper
def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    """Make a variable.

    >>> from cornu import backend as K
    >>> K.variable([1.0, 2.0], name="v")
    <Variable path=v, shape=(2,), dtype=float32, value=[1. 2.]>
    """
    if constraint is not None:
        raise ValueError(f"`constraint` must be None. Received: constraint={shown(constraint)}")
    return Variable(as_tensor(value), dtype=config.floatx() if dtype is None else dtype, name=name)


@_helper
def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Make a variable of zeros.

    >>> from cornu import backend as K
    >>> K.zeros((2,), name="v")
    <Variable path=v, shape=(2,), dtype=float32, value=[0. 0.]>
    """
    return variable(ops.zeros(shape, dtype), dtype, name)


@_helper
def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Make a variable of ones.

    >>> from cornu import backend as K
    >>> K.ones((2,), name="v")
    <Variable path=v, shape=(2,), dtype=float32, value=[1. 1.]>
    """
    return variable(ops.ones(shape, dtype), dtype, name)


@_helper
def update(x: Any, new_x: Any) -> Any:
    """Write a variable's value and return it.

    >>> from cornu import backend as K
    >>> K.update(K.variable([1.0]), [2.0])
    array([2.], dtype=float32)
    """
    _check_variable(x)
    return x.assign(new_x)


@_helper
def update_add(x: Any, increment: Any) -> Any:
    """Add to a variable and return its value.

    >>> from cornu import backend as K
    >>> K.update_add(K.variable([1.0]), [2.0])
    array([3.], dtype=float32)
    """
    _check_variable(x)
    return x.assign_add(increment)


@_helper
def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from a variable and return its value.

    >>> from cornu import backend as K
    >>> K.update_sub(K.variable([1.0]), [2.0])
    array([-1.], dtype=float32)
    """
    _check_variable(x)
    return x.assign_sub(decrement)


@_helper
def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """Move a variable towards a value: `x * momentum + value * (1 - momentum)`.

    >>> from cornu import backend as K
    >>> K.moving_average_update(K.variable([1.0]), [2.0], 0.5)
    array([1.5], dtype=float32)
    """
    _check_variable(x)
    return x.assign(x * momentum + as_tensor(value) * (1 - momentum))


@_helper
def is_float_dtype(dtype: Any) -> Any:
    """Tell whether a type is one of floats.

    >>> from cornu import backend as K
    >>> K.is_float_dtype("float32")
    True
    """
    return standardize(dtype).kind == "f"


@_helper
def is_int_dtype(dtype: Any) -> Any:
    """Tell whether a type is one of integers.

    >>> from cornu import backend as K
    >>> K.is_int_dtype("int32")
    True
    """
    return standardize(dtype).kind in "iu"


@_helper
def standardize_dtype(dtype: Any) -> Any:
    """Return the name of a type.

    >>> from cornu import backend as K
    >>> K.standardize_dtype(float)
    'float32'
    """
    return standardize(dtype).name


@_helper
def is_sparse(tensor: Any) -> Any:
    """Tell whether an array is sparse: no.

    >>> from cornu import backend as K
    >>> K.is_sparse([1.0])
    False
    """
    return False


@_helper
def to_dense(tensor: Any) -> Any:
    """Return an array as it is: all are dense.

    >>> from cornu import backend as K
    >>> K.to_dense([1.0])
    array([1.], dtype=float32)
    """
    return as_tensor(tensor)


@contextlib.contextmanager
def name_scope(name: str) -> Iterator[str]:
    """Enter a block whose name has no effect: there is no graph to be shown.

    Args:
        name: A name.

    Example:

    >>> from cornu import backend as K
    >>> with K.name_scope("block"):
    ...     print(K.ndim([1.0]))
    1

    Source: https://keras.io/api/ops/backend/
    """
    yield name


def _check_variable(x: Any) -> None:
    if not isinstance(x, Variable | Scalar):
        raise TypeError(
            f"`x` must be a Variable. Received: {shown(x)} (of type {type(x).__name__})"
        )
