"""Branches, loops and derivatives, as plain Python runs them."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import tree
from cornu.ops.core import unstack
from cornu.ops.documented import documented
from cornu.ops.joining import stack
from cornu.ops.promotion import as_tensor
from cornu.utils.errors import shown
from cornu.utils.tracing import any_traced, numpy_of, untraced

_branches = documented(
    "core",
    "What the function returns.",
    pred="Whether to call the first function: a bool, or an array of one.",
    true_fn="A function without arguments.",
    false_fn="A function without arguments.",
    index="Which function to call; out of range, the first or the last.",
    branches="A list of functions.",
    operands="What it is called with.",
)
_loops = documented(
    "core",
    "What the last call returned.",
    cond="A function of the variables that says whether to go on.",
    body="A function from the variables to their next values.",
    loop_vars="The variables: one, or a tuple or list.",
    maximum_iterations="How often at most; None: as often as `cond` says so.",
    lower="The first number.",
    upper="What all numbers are below.",
    body_fun="A function of a number and a value that returns the next value.",
    init_val="The value to begin with.",
)
_over_slices = documented(
    "core",
    "The results, put together along a new first axis.",
    f="A function of a slice.",
    xs="An array, or a nested structure of arrays, of one size along the first axis.",
    function="A function of a slice.",
    elements="An array, or a nested structure of arrays, of one size along the first axis.",
    pyfunc="A function of numbers, or of the core dimensions in `signature`.",
    excluded="Which arguments are passed as they are: their numbers and names; None: none.",
    signature="Core dimensions, such as `(n),(n)->()`; None: there are none.",
)
_scans = documented(
    "core",
    "The last carried value, and the results put together along a new first axis.",
    f="A function of what is carried and of a slice, which returns what is carried next and a"
    "\n        result.",
    init="What is carried first.",
    xs="An array, or a nested structure of arrays; None: `length` calls without a slice.",
    length="How many slices; None: as xs has it.",
    elems="An array, or a nested structure of arrays.",
    axis="The axis of the slices.",
    reverse="Whether to begin with the last slice.",
    unroll="How many steps a compiler should join: there is none, so it has no effect.",
)
_derived = documented(
    "core",
    "What is said above.",
    variable="An array.",
    f="A function that returns its value and a function from the gradient of the value to"
    "\n        those of its arguments.",
    fun="A function of arrays.",
    primals="A list of its arguments.",
    tangents="A list of the directions, one an argument.",
    has_aux="Whether it returns a pair, whose second part is passed on as it is.",
)


@_branches
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Call one function or another.

    >>> ops.cond(True, lambda: 1, lambda: 2)
    1
    """
    return true_fn() if untraced(pred) else false_fn()


@_branches
def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """Call one of several functions.

    >>> ops.switch(1, [lambda x: x, lambda x: 2 * x], 5)
    10
    """
    number = int(untraced(index))
    return branches[min(max(number, 0), len(branches) - 1)](*operands)


@_loops
def while_loop(cond: Any, body: Any, loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """Call a function of variables again and again while a condition holds.

    >>> ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0)
    array(12, dtype=int32)
    """
    several = isinstance(loop_vars, list | tuple)
    values = tuple(loop_vars) if several else (loop_vars,)
    count = 0
    while (maximum_iterations is None or count < maximum_iterations) and untraced(cond(*values)):
        found = body(*values)
        values = tuple(found) if isinstance(found, list | tuple) else (found,)
        count += 1
    values = tuple(as_tensor(one) if np.isscalar(one) else one for one in values)
    return values if several else values[0]


@_loops
def fori_loop(lower: int, upper: int, body_fun: Callable[[int, Any], Any], init_val: Any) -> Any:
    """Call a function with each number from one to another, and with its last result.

    >>> ops.fori_loop(0, 4, lambda i, value: value + i, 0)
    6
    """
    for i in range(int(untraced(lower)), int(untraced(upper))):
        init_val = body_fun(i, init_val)
    return init_val


@_over_slices
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Call a function with each slice along the first axis.

    >>> ops.map(lambda row: ops.sum(row), [[1, 2], [3, 4]])
    array([3, 7], dtype=int32)
    """
    slices = _slices_of(xs)
    if not slices:
        raise ValueError(
            "`xs` must have a slice, for the result to be known. Received: xs of size 0"
        )
    return _stacked([f(one) for one in slices])


@_over_slices
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Call a function with each slice along the first axis, as `map`.

    >>> ops.vectorized_map(lambda row: ops.sum(row), [[1, 2], [3, 4]])
    array([3, 7], dtype=int32)
    """
    return map(function, elements)


@_over_slices
def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None
) -> Any:
    """Make a function of numbers one of arrays that broadcast against each other.

    >>> square = ops.vectorize(lambda x: x * x)
    >>> square([1, 2])
    array([1, 4])
    """
    if not callable(pyfunc):
        raise ValueError(f"`pyfunc` must be a function. Received: pyfunc={shown(pyfunc)}")
    return np.vectorize(pyfunc, excluded=excluded, signature=signature)


@_scans
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> Any:
    """Call a function with each slice, and with what the call before carried on.

    >>> ops.scan(lambda total, x: (total + x, total), 0, [1, 2, 3])
    (array(6, dtype=int32), array([0, 1, 3], dtype=int32))
    """
    if not callable(f):
        raise TypeError(f"`f` must be a function. Received: f={shown(f)}")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(
            f"`unroll` must be a positive integer or a bool. Received: unroll={shown(unroll)}"
        )
    if xs is None and length is None:
        raise ValueError("`length` must be given where `xs` is None. Received: length=None")
    slices = [None] * int(length or 0) if xs is None else _slices_of(xs)
    if length is not None and len(slices) != length:
        raise ValueError(
            f"`length` must be the size of xs, {len(slices)}. Received: length={length}"
        )
    results = []
    init = tree.map_structure(as_tensor, init)
    for one in reversed(slices) if reverse else slices:
        init, result = f(init, one)
        results.append(result)
    if reverse:
        results.reverse()
    carried = tree.map_structure(as_tensor, init)
    return carried, (_stacked(results) if results else None)


@_scans
def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """Join slices one after another by an associative function of two, and keep each step.

    >>> ops.associative_scan(lambda a, b: a + b, ops.array([1, 2, 3]))
    array([1, 3, 6], dtype=int32)
    """
    if not callable(f):
        raise TypeError(f"`f` must be a function. Received: f={shown(f)}")
    parts = _slices_of(elems, axis)
    if reverse:
        parts.reverse()
    results = parts[:1]
    for one in parts[1:]:
        # A function of arrays that have the axis, as Keras calls it with many slices at once.
        results.append(_without(f(_with(results[-1], axis), _with(one, axis)), axis))
    if reverse:
        results.reverse()
    return _stacked(results, axis)


@_derived
def stop_gradient(variable: Any) -> Any:
    """Return an array on which derivatives do not depend.

    >>> ops.stop_gradient([1.0])
    array([1.], dtype=float32)
    """
    return as_tensor(untraced(variable))


@_derived
def custom_gradient(f: Callable[..., Any]) -> Any:
    """Decorate a function that brings its own derivative, and return the function of its value.

    >>> square = ops.custom_gradient(lambda x: (x * x, lambda g: 2 * x * g))
    >>> square(3.0)
    9.0
    """

    def derived(*arguments: Any) -> Any:
        if not any_traced(*arguments):
            return f(*arguments)[0]
        return _primitive_of(f)(*arguments)

    return derived


@_derived
def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """Return a function's value and its derivative in a direction (and what else it returned).

    >>> [float(x) for x in ops.jvp(lambda x: x * x, [3.0], [1.0])]
    [9.0, 6.0]
    """
    if len(primals) != len(tangents):
        raise ValueError(
            "`primals` and `tangents` must be of one length. "
            f"Received: {len(primals)} and {len(tangents)}"
        )
    from cornu.custom.derivatives import pull_back

    arguments = [as_tensor(one) for one in primals]
    kept: list[Any] = []

    def alone(*values: Any) -> Any:
        found = fun(*values)
        if has_aux:
            found, aux = found
            kept.append(aux)
        return found

    value, back = pull_back(alone, *arguments)
    # What takes gradients back is linear, so its own derivative takes directions forth.
    zero = np.zeros(np.shape(value), np.asarray(value).dtype)
    _, forth = pull_back(lambda g: _dot_of(back(g), tangents), zero)
    derivative = np.asarray(forth(1.0)[0])
    return (value, derivative, untraced(kept[0])) if has_aux else (value, derivative)


def _slices_of(xs: Any, axis: int = 0) -> list[Any]:
    """Structures like xs, of the slices of its arrays."""
    arrays = tree.flatten(xs) if _nested(xs) else [xs]
    leaves = [unstack(as_tensor(one), axis=axis) for one in arrays]
    sizes = {len(one) for one in leaves}
    if len(sizes) != 1:
        raise ValueError(f"arrays must be of one size along the axis. Received: {sorted(sizes)}")
    slices = zip(*leaves, strict=True)
    if not _nested(xs):
        return [one for (one,) in slices]
    return [tree.pack_sequence_as(xs, list(one)) for one in slices]


def _nested(xs: Any) -> bool:
    """Whether it is a structure of arrays, not a list of numbers that stands for one."""
    if isinstance(xs, dict):
        return True
    return isinstance(xs, list | tuple) and builtins.any(
        hasattr(one, "shape") or isinstance(one, dict) for one in xs
    )


def _stacked(results: list[Any], axis: int = 0) -> Any:
    if results[0] is None:
        return None
    leaves = [tree.flatten(one) for one in results]
    joined = [stack(list(column), axis) for column in zip(*leaves, strict=True)]
    return tree.pack_sequence_as(results[0], joined)


def _with(structure: Any, axis: int) -> Any:
    return tree.map_structure(lambda x: numpy_of(x).expand_dims(x, axis), structure)


def _without(structure: Any, axis: int) -> Any:
    return tree.map_structure(lambda x: numpy_of(x).squeeze(x, axis=axis), structure)


def _dot_of(gradients: Any, tangents: Any) -> Any:
    terms = [
        numpy_of(gradient).sum(gradient * as_tensor(tangent))
        for gradient, tangent in zip(gradients, tangents, strict=True)
    ]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _primitive_of(f: Callable[..., Any]) -> Any:
    from autograd.extend import defvjp_argnums, primitive

    @primitive  # type: ignore[untyped-decorator]  # autograd has no annotations
    def known(*arguments: Any) -> Any:
        return f(*arguments)[0]

    def derivative(argnums: Any, ans: Any, args: Any, kwargs: Any) -> Any:
        gradient = f(*args)[1]

        def back(g: Any) -> Any:
            found = gradient(g)
            several = found if isinstance(found, list | tuple) else (found,)
            return [several[number] for number in argnums]

        return back

    defvjp_argnums(known, derivative)
    return known
