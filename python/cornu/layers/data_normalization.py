"""Inputs of mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from cornu import _core
from cornu.config import epsilon
from cornu.layers.adapt_data import adapt_batches
from cornu.layers.arguments import check_row_axes
from cornu.layers.layer import Layer
from cornu.layers.moments import Moments
from cornu.layers.weights import write_weights
from cornu.utils.errors import shown
from cornu.utils.flag import check_flag
from cornu.variable import Variable


class Normalization(Layer):
    """A layer that brings its input to mean 0 and variance 1: `(x - mean) / sqrt(variance)`.

    Mean and variance are given, or learned from data by `adapt`; training does not change them. A
    deviation below 1e-7 counts as that.

    Args:
        axis: The axis of the features, or several, each place along which has a mean and a
            variance of its own; None: one of each for all elements.
        mean: A number, or an array that can be broadcast to the sizes of the axes; None: `adapt`
            finds it.
        variance: Likewise, both or none.
        invert: Whether to do the opposite: `x * sqrt(variance) + mean`.
        **kwargs: What `Layer` takes: `name`, `dtype`, `input_shape`.

    Attributes:
        mean: A `Variable` of the input's rank, of size 1 along all other axes; None before the
            layer is built.
        variance: Likewise.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> layer = cornu.layers.Normalization()
    >>> layer.adapt(np.array([[0.0, 7.0], [2.0, 9.0]]))
    >>> layer([[0.0, 10.0]])
    array([[-1.,  2.]], dtype=float32)
    >>> cornu.layers.Normalization(mean=3.0, variance=4.0)([[5.0]])
    array([[1.]], dtype=float32)

    Source: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
    """

    _supports_masking = True
    _options = ("axis", "invert", "input_mean", "input_variance")
    _state_names = ("mean", "variance", "count")
    _is_replaceable = False

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        none = axis is None or (isinstance(axis, tuple | list) and len(axis) == 0)
        self._axes = () if none else check_row_axes("axis", axis)
        self.axis = self._axes
        self.input_mean, self.input_variance = mean, variance
        self.invert = check_flag("invert", invert)
        self._given = _take_pair(mean, variance, self._axes)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.normalization(self.name, self.dtype, self._axes, epsilon(), self.invert)

    def _initializers(self) -> list[tuple[str, Callable[..., Any] | None]]:
        mean, variance = self._given or (np.zeros(()), np.ones(()))
        return [
            ("mean", lambda shape, dtype: _broadcast("mean", mean, shape)),
            ("variance", lambda shape, dtype: _broadcast("variance", variance, shape)),
            ("count", lambda shape, dtype: np.zeros(shape)),
        ]

    def _fill(self, row: tuple[int, ...], parent: str | None = None) -> None:
        super()._fill(row, parent)
        if self._given is not None:
            # Constants, as its configuration has them, and no weights.
            self._weights = []

    def _own_config(self) -> dict[str, Any]:
        plain = (None if value is None else np.asarray(value).tolist() for value in self._inputs())
        return {"axis": self.axis, "invert": self.invert, **dict(zip(_PAIR, plain, strict=True))}

    def _inputs(self) -> tuple[Any, Any]:
        return self.input_mean, self.input_variance

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Take mean and variance from data; the layer is built for them if it isn't yet.

        Args:
            data: An array, a frame or lists of numbers; or what gives batches `x` or `(x, y)`: a
                `PyDataset`, a generator, another iterable, or a list of arrays.
            batch_size: Rows that count as a step of an array; None: 32.
            steps: Batches to take, the first ones; None: all.

        Raises:
            TypeError: the data are no such thing.
            ValueError: they have no rows, another shape than the layer takes, or numbers that are
                not finite; or mean and variance were given.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Normalization(axis=None)
        >>> layer.adapt(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
        >>> float(layer.adapt_mean), float(layer.adapt_variance)
        (3.0, 2.0)

        Source: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
        """
        if self._given is not None:
            raise ValueError(
                "`adapt` is for a layer that was made without `mean` and `variance`. "
                f"Received: {self!r} with mean={shown(self.input_mean)}"
            )
        was_built = self._built
        try:
            found = self._moments_of(adapt_batches(data, batch_size, steps))
        except (TypeError, ValueError):
            if not was_built and not self._reused:
                self._forget()
            raise
        weights = self._weights[:2]
        write_weights(f'layer "{self._name}"', weights, found, self._lockable(), _PAIR)

    def _moments_of(self, parts: Iterator[np.ndarray]) -> list[np.ndarray]:
        """Mean and variance of data in parts, which the layer is built for."""
        moments = None
        for part in parts:
            if self._built and part.ndim == 1 and self._row == (1,):
                part = part[:, None]
            shape = (None, *part.shape[1:])
            if not self._built:
                self.build(shape)
            self.compute_output_shape(shape)
            if moments is None:
                moments = Moments(self._spans()[0].shape)
            moments.add(part, self._kept_axes(part.ndim))
        assert moments is not None
        return [moments.mean, moments.variance]

    def _spans(self) -> tuple[np.ndarray, ...]:
        return self._core.spans()

    def _kept_axes(self, rank: int) -> tuple[int, ...]:
        return tuple(sorted(axis % rank for axis in self._axes))

    def _shown(self, index: int) -> Variable | None:
        """A span, of the rank of an input."""
        if not self._built:
            return None
        sizes = (1, *self._row)
        kept = self._kept_axes(len(sizes))
        shape = [size if axis in kept else 1 for axis, size in enumerate(sizes)]
        return Variable.view_of(self._spans()[index].reshape(shape), _PAIR[index], trainable=False)

    @property
    def mean(self) -> Variable | None:
        """The mean, of the input's rank; None before the layer is built."""
        return self._shown(0)

    @property
    def variance(self) -> Variable | None:
        """The variance, likewise."""
        return self._shown(1)

    @property
    def adapt_mean(self) -> Variable | None:
        """The mean as a weight; None where it was given, or before the layer is built."""
        return self._weight_named("mean")

    @property
    def adapt_variance(self) -> Variable | None:
        """The variance, likewise."""
        return self._weight_named("variance")

    @property
    def count(self) -> Variable | None:
        """A weight that is always 0, which Keras's files have too."""
        return self._weight_named("count")

    def finalize_state(self) -> None:
        """Do nothing: what is written to the weights counts at once.

        Example:

        >>> import cornu
        >>> layer = cornu.layers.Normalization()
        >>> layer.build((None, 1))
        >>> layer.set_weights([[3.0], [4.0], 0])
        >>> layer.finalize_state()
        >>> layer([[5.0]])
        array([[1.]], dtype=float32)

        Source: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
        """


_PAIR = ("mean", "variance")


def _take_pair(
    mean: Any, variance: Any, axes: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray] | None:
    if (mean is None) != (variance is None):
        raise ValueError(
            "`mean` and `variance` must be given both, or neither. "
            f"Received: mean={shown(mean)}, variance={shown(variance)}"
        )
    if mean is None:
        return None
    pair = _as_numbers("mean", mean), _as_numbers("variance", variance)
    if pair[0].shape != pair[1].shape:
        raise ValueError(
            "`mean` and `variance` must have the same shape. Received: mean of shape "
            f"{pair[0].shape}, variance of shape {pair[1].shape}"
        )
    if pair[0].ndim > len(axes):
        raise ValueError(
            f"`mean` must have at most as many axes as `axis` names, {len(axes)}. "
            f"Received: mean of shape {pair[0].shape}"
        )
    if (pair[1] < 0).any():
        raise ValueError(f"`variance` must not be negative. Received: variance={shown(variance)}")
    return pair


def _as_numbers(name: str, value: Any) -> np.ndarray:
    try:
        numbers = np.asarray(value)
    except ValueError:  # ragged lists
        numbers = np.empty(0, object)
    if numbers.dtype.kind not in "biuf" or not np.isfinite(numbers).all():
        raise ValueError(
            f"`{name}` must be a finite number or an array of such. Received: {name}={shown(value)}"
        )
    return numbers.astype("float64")


def _broadcast(name: str, numbers: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    try:
        return np.broadcast_to(numbers, shape)
    except ValueError:
        raise ValueError(
            f"`{name}` must be broadcast to the sizes of the axes, {shape}. Received: {name} of "
            f"shape {numbers.shape}"
        ) from None
