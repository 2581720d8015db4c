"""What all constraints share."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.config import floatx


class Constraint:
    """The base of the constraints: `constraint(w)` is what a weight becomes after each step.

    One of one's own overrides `__call__`, and `get_config` where its constructor has arguments. It
    is given a copy of the weight, and called after each step of training. What a layer is given
    counts as it is then: changing the numbers of one of cornu's later changes nothing in the layer.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> class Whole(cornu.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return np.round(w)
    >>> Whole()(np.array([1.2, -0.7]))
    array([ 1., -1.])

    Source: https://keras.io/api/layers/constraints/
    """

    def __call__(self, w: Any) -> Any:
        """Return what a weight is to be. For subclasses to write; here it is the weight."""
        return w

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a constraint again.

        Example:

        >>> import cornu
        >>> cornu.constraints.UnitNorm(axis=1).get_config()
        {'axis': 1}

        Source: https://keras.io/api/layers/constraints/
        """
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constraint:
        """Make a constraint from what `get_config` returned.

        Example:

        >>> import cornu
        >>> cornu.constraints.UnitNorm.from_config({"axis": 1})
        UnitNorm(axis=1)

        Source: https://keras.io/api/layers/constraints/
        """
        return cls(**config)


class CoreConstraint(Constraint):
    """The base of those that the core puts weights under."""

    def _core_arguments(self) -> tuple[Any, ...] | None:
        """What the core's `set_constraint` takes after the index; None: it can't do these."""
        raise NotImplementedError

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def as_weight(w: Any) -> np.ndarray:
    """Return a plain array of a float type."""
    array = np.asarray(w)
    return array if array.dtype.kind == "f" else array.astype(floatx())
