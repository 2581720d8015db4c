"""One number of an optimizer's, read and written where the core keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Scalar(np.lib.mixins.NDArrayOperatorsMixin):
    """A number that is looked up at each use, and can be written to.

    It behaves as a NumPy number in arithmetic, comparisons, formatting and `float(...)`; results
    are plain numbers.

    Args:
        name: Such as `learning_rate`.
        path: Such as `sgd/learning_rate`.
        read: Returns the number.
        write: Takes another one, and raises what is wrong with it.

    Example:

    >>> import cornu
    >>> optimizer = cornu.optimizers.SGD(learning_rate=0.1)
    >>> rate = optimizer.learning_rate
    >>> rate.assign(0.2)
    0.2
    >>> float(rate), float(optimizer.learning_rate * 2), rate < 1
    (0.2, 0.4, True)
    """

    # Comparisons are by value and the value changes, so it can be no key.
    __hash__ = None  # type: ignore[assignment]

    shape: tuple[int, ...] = ()
    ndim = 0
    trainable = False

    def __init__(
        self, name: str, path: str, read: Callable[[], float | int], write: Callable[[Any], None]
    ) -> None:
        self.name = name
        self.path = path
        self._read = read
        self._write = write

    @property
    def value(self) -> float | int:
        """The number now."""
        return self._read()

    @property
    def dtype(self) -> str:
        """`"float64"` or `"int64"`."""
        return str(np.asarray(self.value).dtype)

    def numpy(self) -> Any:
        """Return the number now, as a NumPy number."""
        return np.asarray(self.value)[()]

    def assign(self, value: Any) -> float | int:
        """Write another number and return it.

        Raises:
            ValueError: it can't be this one's.
        """
        self._write(value)
        return self.value

    def assign_add(self, value: Any) -> float | int:
        """Add to the number and return the sum."""
        return self.assign(self.value + value)

    def assign_sub(self, value: Any) -> float | int:
        """Subtract from the number and return the difference."""
        return self.assign(self.value - value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        # `rate *= 0.5` makes `rate` another number, as with a Keras variable;
        # `optimizer.learning_rate *= 0.5` then sets that number.
        if any(isinstance(target, Scalar) for target in kwargs.get("out", ())):
            del kwargs["out"]
        values = [thing.value if isinstance(thing, Scalar) else thing for thing in inputs]
        result = getattr(ufunc, method)(*values, **kwargs)
        return result.item() if isinstance(result, np.generic) else result

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return self.value.__index__()  # type: ignore[union-attr]

    def __bool__(self) -> bool:
        return bool(self.value)

    def __round__(self, digits: int | None = None) -> float | int:
        return round(self.value, digits)

    def __format__(self, specification: str) -> str:
        return format(self.value, specification)

    def __repr__(self) -> str:
        described = f"path={self.path}, shape={self.shape}, dtype={self.dtype}"
        return f"<Variable {described}, value={self.value}>"
