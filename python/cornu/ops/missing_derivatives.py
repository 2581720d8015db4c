"""Derivatives of NumPy's functions that autograd has not."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from cornu.utils.tracing import unbroadcast


@cache
def complete() -> Any:
    """Return `autograd.numpy`, after it has been told the derivatives that it lacks."""
    import autograd.numpy as anp
    from autograd.core import primitive_vjps
    from autograd.extend import defvjp

    def define(function: Any, *derivatives: Any) -> None:
        # Another package may have been first, or a later autograd.
        if function not in primitive_vjps:
            defvjp(function, *derivatives)

    define(anp.cbrt, lambda ans, x: lambda g: g / (3 * ans * ans))
    define(
        anp.fmod,
        lambda ans, x, y: lambda g: unbroadcast(g + anp.zeros_like(ans), x),
        lambda ans, x, y: lambda g: unbroadcast(-g * anp.trunc(x / y), y),
    )
    define(anp.cumprod, _cumprod_derivative(anp))
    return anp


def _cumprod_derivative(anp: Any) -> Any:
    def derivative(ans: Any, x: Any, axis: Any = None) -> Any:
        shape = np.shape(x)

        def gradient(g: Any) -> Any:
            flat = anp.reshape(x, (-1,)) if axis is None else anp.moveaxis(x, axis, -1)
            outer = anp.reshape(g, (-1,)) if axis is None else anp.moveaxis(g, axis, -1)
            # The product without one factor is made of the others, so that zeros do no harm.
            count = flat.shape[-1]
            rows = anp.where(
                np.eye(count, dtype=bool),
                anp.ones_like(flat[..., :1])[..., None],
                flat[..., None, :],
            )
            products = anp.cumprod(rows, -1) * np.tri(count, dtype=flat.dtype).T
            found = anp.sum(products * outer[..., None, :], -1)
            return anp.reshape(found, shape) if axis is None else anp.moveaxis(found, -1, axis)

        return gradient

    return derivative
