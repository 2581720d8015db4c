"""Derivatives of what users write, taken by the package `autograd`."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.utils.tracing import is_traced as is_traced

Pullback = Callable[[Any], Sequence[np.ndarray]]


def require_autograd() -> Any:
    """Return the package `autograd`, whose arrays NumPy's own functions take too.

    Raises:
        ImportError: it is not installed.
    """
    try:
        autograd = importlib.import_module("autograd")
    except ImportError:
        raise ImportError(
            "The derivatives of a loss, an activation or a layer written in Python are taken by "
            "the package autograd. Install it with: pip install 'cornu[custom]'"
        ) from None
    box = importlib.import_module("autograd.numpy.numpy_boxes").ArrayBox
    if not hasattr(box, "__array_function__"):
        box.__array_function__ = _array_function
        box.__array__ = _refuse_array
    return autograd


def value_of(thing: Any) -> Any:
    """Return what is behind an array that is watched; anything else as it is."""
    tracer = sys.modules.get("autograd.tracer")
    return thing if tracer is None else tracer.getval(thing)


def pull_back(function: Callable[..., Any], *values: np.ndarray) -> tuple[Any, Pullback]:
    """Return a function's value, and what takes derivatives by the value to those by the arguments.

    Args:
        function: What is called with the arguments; of what it returns only numbers that were
            computed from them have derivatives.
        *values: The arguments, arrays of floats.

    Raises:
        ImportError: `autograd` is not installed.

    Example:

    >>> import numpy as np
    >>> from cornu.custom.derivatives import pull_back
    >>> value, back = pull_back(lambda x, y: np.sum(x * y), np.array([1.0, 2.0]), np.array([3.0]))
    >>> float(value), back(1.0)
    (9.0, (array([3., 3.]), array([3.])))

    Source: https://github.com/HIPS/autograd
    """
    autograd = require_autograd()
    with warnings.catch_warnings():
        # What does not depend on an argument has a derivative of zero, as in Keras on JAX.
        warnings.filterwarnings("ignore", "Output seems independent of input", UserWarning)
        back, value = autograd.make_vjp(function, argnum=tuple(range(len(values))))(*values)
    return value, back


# ---- What autograd's arrays answer NumPy


def _array_function(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """NumPy's functions as autograd has them: `np.mean(x)` of a watched array is watched too."""
    inner = function.__module__.partition(".")[2]
    module = importlib.import_module("autograd.numpy" + (f".{inner}" if inner else ""))
    own = getattr(module, function.__name__, None)
    if own is None:
        return NotImplemented
    return own(*args, **kwargs)


def _refuse_array(self: Any, *args: Any, **kwargs: Any) -> Any:
    raise TypeError(
        "What derivatives are taken of can't be made a plain array: compute with cornu.ops or "
        "with NumPy's functions only."
    )
