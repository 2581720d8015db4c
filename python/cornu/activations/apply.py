"""From a call such as `relu(x, threshold=1)` to the core and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cornu import _core
from cornu.utils.arrays import (
    along_axes,
    as_core_array,
    as_real,
    float_type,
    is_among,
    normalize_axes,
)
from cornu.utils.errors import shown
from cornu.utils.tracing import is_traced

if TYPE_CHECKING:
    from cornu._core import ActivationSpec

Function = TypeVar("Function", bound=Callable[..., Any])

# How each function's arguments (x apart) become what the core is told.
SPECIFICATIONS: dict[Callable[..., Any], Callable[..., ActivationSpec]] = {}


def specified_by(specify: Callable[..., ActivationSpec]) -> Callable[[Function], Function]:
    """Decorate an activation with the function that turns its arguments into a specification."""

    def register(function: Function) -> Function:
        SPECIFICATIONS[function] = specify
        return function

    return register


def without_parameters(name: str) -> Callable[[], ActivationSpec]:
    """Return what specifies an activation that has no arguments but `x`."""

    def specify() -> ActivationSpec:
        return name, ()

    return specify


def last_axis_only(name: str) -> Callable[..., ActivationSpec]:
    """Return what specifies an activation that works along `axis`: within a model, the last one."""

    def specify(axis: Any = -1) -> ActivationSpec:
        if not is_among(axis, (-1,)):
            raise ValueError(
                f"`axis` of {name} must be -1, the last one, within a model: another one is not "
                f"supported yet. Received: axis={shown(axis)}"
            )
        return name, ()

    return specify


def apply(specification: ActivationSpec, x: Any) -> np.ndarray:
    """Return an elementwise activation of `x`, in its shape and float type."""
    if is_traced(x):
        from cornu.ops.traced_activations import traced_activation

        return traced_activation(specification, x)
    array = as_core_array(as_real(x))
    # The core wants an axis; a scalar has none.
    result = _core.apply_activation(specification, array.reshape(array.shape or (1,)))
    return result.reshape(array.shape).astype(float_type(x), copy=False)


def apply_along(specification: ActivationSpec, x: Any, axis: Any) -> np.ndarray:
    """Return an activation of `x` along an axis, or along several taken as one."""
    if is_traced(x):
        from cornu.ops.traced_activations import traced_activation

        return traced_activation(specification, x, axis)
    array = as_real(x)
    if array.ndim == 0:
        raise ValueError(f"`x` must have an axis for {specification[0]}. Received: x of shape ()")
    axes = normalize_axes(axis, array.ndim)
    result = along_axes(lambda rows: _core.apply_activation(specification, rows), array, axes)
    return np.ascontiguousarray(result).astype(float_type(x), copy=False)
