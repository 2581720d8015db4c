"""Numbers in bins, by boundaries."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from cornu.layers.adapt_data import adapt_batches
from cornu.layers.arguments import refuse_unsupported
from cornu.layers.data_layer import (
    DataLayer,
    as_numbers,
    check_mode,
    encode_categories,
    encoded_shape,
)
from cornu.utils.errors import shown
from cornu.utils.number import as_float, check_integer


class Discretization(DataLayer):
    """A layer that puts numbers into bins: x is in bin i where i boundaries are at most x.

    It stands before all layers that compute, or alone.

    Args:
        bin_boundaries: The boundaries, in order; None: `adapt` finds them.
        num_bins: How many bins `adapt` makes; one of the two is given.
        epsilon: How near the quantiles come that `adapt` takes, as a share of the rows.
        output_mode: `"int"`: the bin's number; `"one_hot"`, `"multi_hot"` or `"count"`, as
            `CategoryEncoding` has them.
        sparse: False.
        dtype: The float type; None: `floatx()`. Bins' numbers are int32.
        name: A name.
        **kwargs: `input_shape`.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> layer = cornu.layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
    >>> layer([[-1.5, 1.0, 3.4, 0.5]])
    array([[0, 2, 3, 1]], dtype=int32)

    Source: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
    """

    _options = ("num_bins", "epsilon", "output_mode", "sparse")

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        refuse_unsupported({"sparse": sparse}, default=False)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError(
                "One of `bin_boundaries` and `num_bins` must be given. Received: "
                f"bin_boundaries={shown(bin_boundaries)}, num_bins={shown(num_bins)}"
            )
        self.num_bins = None if num_bins is None else check_integer("num_bins", num_bins)
        self.epsilon = as_float(epsilon)
        if not 0.0 < self.epsilon < 1.0:
            raise ValueError(
                f"`epsilon` must be a number between 0 and 1. Received: epsilon={shown(epsilon)}"
            )
        self.output_mode = check_mode(output_mode)
        self.sparse = False
        self.bin_boundaries = None if bin_boundaries is None else _check_boundaries(bin_boundaries)
        super().__init__(dtype=dtype, name=name, **kwargs)

    def _own_config(self) -> dict[str, Any]:
        return {"bin_boundaries": self.bin_boundaries, **super()._own_config()}

    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes a layer like this one of."""
        # Keras's takes no `trainable`, and reads no file that has it here.
        return {name: value for name, value in super().get_config().items() if name != "trainable"}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Discretization:
        """Make a layer from what `get_config` returned, with the boundaries that it had found."""
        found = None
        if config.get("bin_boundaries") is not None and config.get("num_bins") is not None:
            found = config["bin_boundaries"]
            config = {**config, "bin_boundaries": None}
        layer: Any = super().from_config(config)
        if found is not None:
            layer.bin_boundaries = _check_boundaries(found)
        return layer

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Take as boundaries what cuts data into `num_bins` bins of about as many numbers each.

        Args:
            data: An array, a frame or lists of numbers; or what gives batches of such.
            batch_size: Rows that count as a step of an array; None: 32.
            steps: Batches to take, the first ones; None: all.

        Raises:
            TypeError: the data are no such thing.
            ValueError: there are none; or the boundaries were given.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Discretization(num_bins=4, epsilon=0.01)
        >>> layer.adapt(np.arange(1, 101))
        >>> layer([10.0, 30.0, 60.0, 90.0])
        array([0, 1, 2, 3], dtype=int32)

        Source: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
        """
        if self.num_bins is None:
            raise ValueError(
                "`adapt` is for a layer that was made with `num_bins`. Received: one with "
                f"bin_boundaries={shown(self.bin_boundaries)}"
            )
        summary = None
        whole = steps is None and isinstance(data, np.ndarray)
        parts = [as_numbers(data, "data")] if whole else adapt_batches(data, batch_size, steps)
        for part in parts:
            if part.size == 0:
                continue
            added = _summarize(part, self.epsilon)
            joined = added if summary is None else np.concatenate((added, summary), axis=1)
            joined = joined[:, np.argsort(joined[0])]
            summary = _compress(joined, self.epsilon)
        if summary is None:
            raise ValueError(f"`data` must have a number to adapt to. Received: {shown(data)}")
        self.bin_boundaries = _compress(summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def _transform(self, array: np.ndarray) -> np.ndarray:
        bounds = np.asarray(self._boundaries(), self.dtype)
        ids = np.digitize(array.astype(self.dtype), bounds)
        dtype = "int32" if self.output_mode == "int" else self.dtype
        return encode_categories(ids, self.output_mode, len(bounds) + 1, dtype)

    def _boundaries(self) -> list[float]:
        if self.bin_boundaries is None:
            raise ValueError(
                f'Layer "{self.name}" has no boundaries yet: give it `bin_boundaries`, or call '
                "`adapt(data)` first."
            )
        return self.bin_boundaries

    def _output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        bins = self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1
        assert bins is not None
        return encoded_shape(shape, self.output_mode, bins)


def _check_boundaries(boundaries: Any) -> list[float]:
    numbers = [as_float(number) for number in boundaries] if np.ndim(boundaries) == 1 else []
    # A NaN is in no order.
    if not numbers or not all(a <= b for a, b in itertools.pairwise([*numbers, numbers[-1]])):
        raise ValueError(
            "`bin_boundaries` must be numbers in order. "
            f"Received: bin_boundaries={shown(boundaries)}"
        )
    return numbers


def _summarize(numbers: np.ndarray, epsilon: float) -> np.ndarray:
    """Some of the numbers, in order, with how many each stands for: (2, count) of float32."""
    ordered = np.sort(numbers.reshape(-1).astype(np.float32))
    step = max(len(ordered) / (1.0 / epsilon), 1)
    chosen = ordered[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def _compress(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary of at most 1 / epsilon numbers, by interpolation."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    totals = summary[1].cumsum()
    places = totals / totals[-1]
    numbers = np.interp(shares, places, summary[0])
    totals = np.interp(shares, places, totals)
    return np.stack((numbers, np.diff(totals, prepend=0.0))).astype(np.float32)
