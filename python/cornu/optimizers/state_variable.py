"""A vector that an optimizer keeps for a weight, read and written where the core keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.optimizers.scalar import Scalar
from cornu.utils.errors import shown


class StateVariable(Scalar):
    """An array that is looked up at each use, and can be written to.

    Args:
        name: Such as `dense_kernel_momentum`.
        path: Such as `adam/dense_kernel_momentum`.
        weight: The weight that it is kept for.
        read: Returns a copy of the array.
        write: Takes another one of the weight's shape and dtype.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> weight = cornu.Variable([1.0, 2.0], name="weight")
    >>> optimizer = cornu.optimizers.SGD(0.5, momentum=0.5)
    >>> optimizer.build([weight])
    >>> velocity = optimizer.variables[2]
    >>> velocity.assign([1.0, 1.0])
    array([1., 1.], dtype=float32)
    >>> velocity.path, velocity.shape
    ('sgd/weight_momentum', (2,))
    """

    def __init__(
        self,
        name: str,
        path: str,
        weight: np.ndarray,
        read: Callable[[], np.ndarray],
        write: Callable[[np.ndarray], None],
    ) -> None:
        super().__init__(name, path, read, write)  # type: ignore[arg-type]
        self.shape = weight.shape
        self.ndim = weight.ndim
        self._dtype = weight.dtype

    @property
    def value(self) -> Any:
        """A copy of the array now."""
        return self._read()

    @property
    def dtype(self) -> str:
        """The weight's."""
        return self._dtype.name

    def numpy(self) -> np.ndarray:
        """Return a copy of the array now."""
        return self.value

    def assign(self, value: Any) -> Any:
        """Write another array and return a copy.

        Raises:
            ValueError: it has another shape, or is no numbers.
        """
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or array.shape != self.shape:
            raise ValueError(
                f"`value` must be numbers of the shape of {self.path}, {self.shape}. "
                f"Received: value={shown(value)} of shape {array.shape}"
            )
        self._write(np.ascontiguousarray(array, self._dtype).reshape(self.shape))
        return self.value

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, place: Any) -> Any:
        return self.value[place]
