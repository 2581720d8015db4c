"""Which NumPy an operation is computed by: autograd's where a derivative is being taken.

autograd hands a function boxes in place of arrays, and computes with its own `autograd.numpy`,
which notes what is done to them. Only here is it told whether something is a box. autograd itself
is never imported: where it isn't, there are no boxes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np


def is_traced(x: Any) -> bool:
    """Return whether a derivative is being taken with respect to what `x` was computed from."""
    tracer = sys.modules.get("autograd.tracer")
    return tracer is not None and tracer.isbox(x)


def any_traced(*arguments: Any) -> bool:
    """Return whether one of the arguments is traced, or has one that is in its lists and tuples."""
    if "autograd.tracer" not in sys.modules:
        return False
    return any(
        is_traced(one) or (isinstance(one, list | tuple) and any_traced(*one)) for one in arguments
    )


def numpy_of(*arguments: Any) -> Any:
    """Return the NumPy that computes with these arguments, `numpy` or `autograd.numpy`."""
    if not any_traced(*arguments):
        return np
    from cornu.ops.missing_derivatives import complete

    return complete()


def untraced(x: Any) -> Any:
    """Return what is in a box, for what has no derivative; anything else as it is."""
    while is_traced(x):
        x = x._value
    if isinstance(x, list | tuple) and any_traced(*x):
        return type(x)(map(untraced, x))
    return x


class Differentiable:
    """A function of arrays that knows its derivative.

    Args:
        function: It is given plain arrays, with options by position or name.
        *derivatives: For each of the first arguments, a function of (result, *arguments,
            **options) that returns a function from the gradient of the result to the argument's;
            None where there is none. They compute with `cornu.ops`, so that they can be derived
            in turn.

    Example:

    >>> import numpy as np
    >>> from cornu.utils.tracing import Differentiable
    >>> twice = Differentiable(lambda x: 2 * x, lambda ans, x: lambda g: 2 * g)
    >>> twice(np.ones(2))
    array([2., 2.])
    """

    def __init__(self, function: Callable[..., Any], *derivatives: Callable[..., Any] | None):
        self._function = function
        self._derivatives = derivatives

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if not any_traced(*arguments):
            return self._function(*arguments, **options)
        return _primitive(self._function, self._derivatives)(*arguments, **options)


@cache
def _primitive(function: Callable[..., Any], derivatives: tuple[Any, ...]) -> Any:
    from autograd.extend import defvjp, primitive

    known = primitive(function)
    numbers = [i for i, one in enumerate(derivatives) if one is not None]
    defvjp(known, *(derivatives[i] for i in numbers), argnums=numbers)
    return known


def as_one_array(value: Any) -> Any:
    """Return a list or tuple of numbers, some of them watched perhaps, as one array; anything else
    as it is."""
    return numpy_of(value).array(value) if isinstance(value, list | tuple) else value


def unbroadcast(gradient: Any, like: Any) -> Any:
    """Return a gradient summed over the axes along which `like` was broadcast."""
    shape = np.shape(untraced(like))
    module = numpy_of(gradient)
    extra = gradient.ndim - len(shape)
    if extra:
        gradient = module.sum(gradient, axis=tuple(range(extra)))
    ones = tuple(i for i, size in enumerate(shape) if size == 1 and gradient.shape[i] != 1)
    return module.sum(gradient, axis=ones, keepdims=True) if ones else gradient
