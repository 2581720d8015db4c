"""The core's layers where `autograd` takes derivatives: the core computes these too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from cornu import _core
from cornu.custom.derivatives import require_autograd
from cornu.utils.tracing import is_traced


def through(
    chain: _core.Model, x: Any, weights: Sequence[Any], training: bool, mask: np.ndarray | None
) -> Any:
    """Return the output of a layer of the core, such that its derivatives are found.

    Args:
        chain: The layer alone.
        x: Rows that it takes, an array or what `autograd` watches.
        weights: The layer's, in the core's order, or what stands for them.
        training: Whether random layers act.
        mask: Which places of `x` count; None: all.
    """
    require_autograd()
    plain = [weight if is_traced(weight) else np.asarray(weight) for weight in weights]
    return _primitive()(x, *plain, chain=chain, training=training, mask=mask, traces=[])


def _forward(
    x: Any, *weights: np.ndarray, chain: Any, training: bool, mask: Any, traces: list[Any]
) -> Any:
    rows = np.ascontiguousarray(x, dtype=chain.dtype)
    traces.append(_core.Trace(chain, rows, training, mask))
    return traces[0].output


def _backward(argnums: Any, result: np.ndarray, arguments: Any, options: Any) -> Any:
    (trace,) = options["traces"]

    def back(dy: Any) -> tuple[Any, ...]:
        dx, gradients = trace.pull_back(np.ascontiguousarray(dy, dtype=result.dtype))
        found = [dx.astype(arguments[0].dtype, copy=False), *gradients]
        return tuple(
            np.zeros_like(arguments[index]) if found[index] is None else found[index]
            for index in argnums
        )

    return back


@cache
def _primitive() -> Any:
    from autograd.extend import defvjp_argnums, primitive

    known = primitive(_forward)
    defvjp_argnums(known, _backward)
    return known
