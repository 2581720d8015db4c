"""What the docstrings of some three hundred small functions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_ARGUMENTS = {
    "x": "Numbers, of any shape.",
    "x1": "Numbers, of any shape.",
    "x2": "Numbers, whose shape broadcasts against x1's.",
    "y": "Numbers, whose shape broadcasts against x's.",
    "xs": "A list of arrays.",
    "a": "Numbers, of any shape.",
    "axis": "The axis, or a tuple of axes; None: all.",
    "axis1": "The first of two axes.",
    "axis2": "The second of two axes.",
    "keepdims": "Whether the axes stay, with size 1.",
    "dtype": "The type of the result.",
    "shape": "The shape of the result.",
    "initial": "The number to begin with, which an empty axis needs.",
    "epsilon": "A small number that keeps a division finite; None: `epsilon()`.",
    "k": "Which diagonal: 0 the main one, above it positive, below it negative.",
    "offset": "Which diagonal: 0 the main one, above it positive, below it negative.",
    "indices_or_sections": "The number of equal parts, or the indices where parts begin.",
    "N": "The number of rows.",
    "M": "The number of columns; None: N.",
    "num": "How many numbers.",
    "endpoint": "Whether `stop` is the last of them.",
    "method": "How to interpolate: `linear`, `lower`, `higher`, `midpoint` or `nearest`.",
    "from_logits": "Whether `output` are logits, not probabilities.",
    "segment_ids": "The segment of each row of `data`, integers of shape (rows,).",
    "data": "Numbers, of shape (rows, ...).",
    "num_segments": "How many segments; None: the largest number plus one.",
    "sorted": "Whether the numbers ascend; the result is the same.",
}
_OLD_SOURCE = "Source: https://keras.io/2.16/api/utils/backend_utils/"
_SOURCE = "Source: https://keras.io/api/ops/{group}/#{name}-function"


def documented(group: str, returns: str, **arguments: str) -> Callable[[Function], Function]:
    """Return a decorator that completes the docstring of an operation.

    The docstring as written is a sentence, perhaps more, and an example, which may do without the
    import. Arguments, result and source are put in.

    Args:
        group: The page of Keras's documentation: `core`, `numpy`, `nn` or `linalg`; `backend` for
            Keras 2's, whose example has an import of its own.
        returns: What the function returns.
        **arguments: What its arguments are, where it isn't what they are elsewhere.
    """

    def complete(function: Function) -> Function:
        written = function.__doc__
        if written is None:  # python -OO
            return function
        text, _, example = written.partition(">>> ")
        code = function.__code__
        count = code.co_argcount + code.co_kwonlyargcount
        names = [*code.co_varnames[:count]]
        if code.co_flags & 0x04:
            names.append(code.co_varnames[count])
        lines = [f"    {name}: {arguments.get(name) or _ARGUMENTS[name]}" for name in names]
        parts = [text.strip()]
        if lines:
            parts.append("\n".join(["Args:", *lines]))
        parts.append(f"Returns:\n    {returns}")
        example = "\n".join(line.removeprefix("    ") for line in example.rstrip().split("\n"))
        if group == "backend":
            parts += ["Example:\n\n>>> " + example, _OLD_SOURCE]
        else:
            parts.append("Example:\n\n>>> from cornu import ops\n>>> " + example)
            parts.append(_SOURCE.format(group=group, name=function.__name__.replace("_", "")))
        function.__doc__ = "\n\n".join(parts) + "\n"
        return function

    return complete
