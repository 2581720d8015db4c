"""The loss's derivative by one weight, as the product that the chain rule makes of it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu import _core
from cornu.layers.dense import Dense
from cornu.utils.errors import shown

if TYPE_CHECKING:
    from cornu.models.traced import LayerTrace, WeightTrace

# Rows and summands that the text lists one by one.
_MOST_LISTED = 8


class Explanation:
    """Why the loss changes with a weight as it does: ∂E/∂w = ∂E/∂a · ∂a/∂z · ∂z/∂w.

    E is the loss, a what a unit gives, z what goes into its activation, w the weight. Over several
    rows the products are added up. Where the loss took its derivative by z at once, or each output
    depends on all z (softmax), ∂E/∂z stands for the first two.

    Args:
        weight: The weight's name and place.
        factors: From symbols to figures, one a row of the batch (one a step of each row, where the
            rows have steps), in the order of the product.
        meanings: What each of them is, in words.
        summands: What ∂E/∂a is the sum of, by row: (∂E/∂z, weight) of each unit of the layer
            behind; None: it is not such a sum.
        penalty: The part of the weight's regularizer; 0: none.
        value: The derivative, as the engine has it.
        shape: Of what the figures are of: (rows,), or (rows, steps) and the like.

    Attributes:
        weight: Likewise, as the others.
    """

    def __init__(
        self,
        weight: str,
        factors: dict[str, np.ndarray],
        meanings: dict[str, str],
        summands: tuple[np.ndarray, np.ndarray] | None,
        penalty: float,
        value: float,
        shape: tuple[int, ...],
    ) -> None:
        self.weight, self.factors, self.meanings = weight, factors, meanings
        self.summands, self.penalty, self.value = summands, penalty, value
        self.shape = shape

    @property
    def formula(self) -> str:
        """The product in symbols."""
        product = " · ".join(self.factors)
        several = len(self.products) > 1
        total = f"Σ {product}" if several else product
        return f"∂E/∂w = {total}{' + ∂penalty/∂w' if self.penalty else ''}"

    @property
    def products(self) -> np.ndarray:
        """The product of the factors, one for each figure of them."""
        return np.prod(list(self.factors.values()), axis=0)

    def __str__(self) -> str:
        lines = [f"{self.formula} for w = {self.weight}"]
        if len(self.products) == 1:
            lines += [
                _line(symbol, values[0], self.meanings[symbol])
                for symbol, values in self.factors.items()
            ]
            lines[2:2] = self._sum_of_units()
        else:
            lines += self._rows()
        if self.penalty:
            lines.append(_line("penalty", self.penalty, "the weight's regularizer"))
        lines.append(f"  ∂E/∂w = {_number(self.value)}".rstrip())
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Explanation of {self.weight}: {self.value:.6g}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Its lines, which IPython and notebooks show."""
        printer.text(str(self))

    def _sum_of_units(self) -> list[str]:
        """How ∂E/∂a comes from the layer behind."""
        if self.summands is None or self.summands[0].shape[1] > _MOST_LISTED:
            return []
        pairs = zip(self.summands[0][0], self.summands[1], strict=True)
        terms = " + ".join(f"({_short(delta)}) · ({_short(weight)})" for delta, weight in pairs)
        return [f"        = {terms}", "          over the units behind: their ∂E/∂z · the weight"]

    def _rows(self) -> list[str]:
        count = len(self.products)
        lines = [f"  {symbol} is {meaning}" for symbol, meaning in self.meanings.items()]
        for row in range(min(count, _MOST_LISTED)):
            figures = " · ".join(f"({_short(values[row])})" for values in self.factors.values())
            lines.append(f"  {self._place(row)}: {figures} = {_short(self.products[row])}")
        if count > _MOST_LISTED:
            first, last = self._place(_MOST_LISTED), self._place(count - 1)
            rest = self.products[_MOST_LISTED:].sum()
            lines.append(f"  {first} to {last}: together {_short(rest)}")
        return lines

    def _place(self, figure: int) -> str:
        """Which row a figure is of, and which step of it."""
        row, *steps = np.unravel_index(figure, self.shape)
        return f"row {row}" + (f", step {', '.join(map(str, steps))}" if steps else "")


# The sign of a zero says nothing here: added to 0.0, it has none.
def _number(value: float) -> str:
    return f"{value + 0.0: .8g}"


def _short(value: float) -> str:
    return f"{value + 0.0:.6g}"


def _line(symbol: str, value: float, meaning: str) -> str:
    return f"  {symbol:<5} = {_number(value):<15} {meaning}"


def explain(layer: LayerTrace, following: LayerTrace | None, name: str, index: Any) -> Explanation:
    """Take the derivative by one weight of a Dense layer apart.

    Args:
        layer: The layer's trace.
        following: That of the layer behind; None: there is none.
        name: The weight: `"kernel"` or `"bias"`.
        index: Its place.

    Raises:
        ValueError: the layer is no `Dense`, or has no such weight that is trained.
        IndexError: there is no such place.
    """
    weight = _find(layer, name)
    place = _check_index(index, weight.before.shape)
    unit = place[-1]
    factors, meanings = _outer_factors(layer, unit)
    if name == "kernel":
        factors["∂z/∂w"] = _column(layer.x, place[0])
        meanings["∂z/∂w"] = f"input {place[0]}"
    else:
        factors["∂z/∂w"] = np.ones_like(_column(layer.delta, unit))
        meanings["∂z/∂w"] = "1, as a bias is added"
    value = float(weight.gradient[place])  # type: ignore[index]
    places = ", ".join(map(str, place))
    made = Explanation(
        f"{layer.name}/{name}[{places}]",
        factors,
        meanings,
        _summands(layer, following, unit) if "∂E/∂a" in factors else None,
        0.0,
        value,
        layer.x.shape[:-1],
    )
    if getattr(layer.layer, f"{name}_regularizer", None) is not None:
        made.penalty = value - float(made.products.sum())
    return made


def _find(layer: LayerTrace, name: str) -> WeightTrace:
    weight = layer.weights.get(name)
    if type(layer.layer) is not Dense or weight is None:
        known = ", ".join(layer.weights) if type(layer.layer) is Dense else ""
        raise ValueError(
            "`weight` must be the kernel or the bias of a `Dense` layer"
            f"{f' (here {known})' if known else ''}. "
            f"Received: {name!r} of layer {layer.name!r} ({type(layer.layer).__name__})"
        )
    if weight.gradient is None:
        raise ValueError(
            f"`weight` must be trained: layer {layer.name!r} is frozen. Received: {name!r}"
        )
    return weight


def _check_index(index: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    places = index if isinstance(index, tuple | list) else (index,)
    try:
        found = tuple(operator.index(place) for place in places)
    except TypeError:
        found = ()
    if len(found) != len(shape) or not all(
        -size <= i < size for i, size in zip(found, shape, strict=False)
    ):
        raise IndexError(
            f"`index` must be a place in a weight of shape {shape}. Received: index={shown(index)}"
        )
    return tuple(i % size for i, size in zip(found, shape, strict=True))


def _column(values: Any, column: int) -> np.ndarray:
    """A column of a matrix, or of what has more axes, taken as one."""
    return values.reshape(-1, values.shape[-1])[:, column].astype(np.float64)


def _outer_factors(layer: LayerTrace, unit: int) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """∂E/∂a and ∂a/∂z, where there are such; else ∂E/∂z."""
    specification = layer.layer._specification
    derivative = _derivative(layer, specification, unit)
    if derivative is None:
        what = "the loss by what goes into the activation, taken at once"
        return {"∂E/∂z": _column(layer.delta, unit)}, {"∂E/∂z": what}
    return (
        {"∂E/∂a": _column(layer.d_a, unit), "∂a/∂z": derivative},
        {
            "∂E/∂a": f"the loss by what unit {unit} gives",
            "∂a/∂z": f"the activation's derivative ({specification[0]})",
        },
    )


def _derivative(layer: LayerTrace, specification: Any, unit: int) -> np.ndarray | None:
    """The activation's derivative by a unit's z alone; None: there is none, or it says nothing."""
    if layer.d_a is None or layer.z is None or specification is None or layer.a is None:
        return None
    if specification[0] == "linear":
        return np.ones(layer.z.size // layer.z.shape[-1])
    if layer.z.shape != layer.a.shape:
        return None
    # Where a unit's output depends on other units too, its own derivative is not all there is.
    z, a = (np.ascontiguousarray(v.reshape(-1, v.shape[-1])) for v in (layer.z, layer.a))
    by_unit = np.zeros_like(z)
    by_unit[:, unit] = 1
    found = _core.activation_derivative(specification, z, a, by_unit)
    if np.any(np.delete(found, unit, axis=1)):
        return None
    return found[:, unit].astype(np.float64)


def _summands(
    layer: LayerTrace, following: LayerTrace | None, unit: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """∂E/∂z of the units behind, one a row, and the weights that lead there."""
    if following is None or type(following.layer) is not Dense or following.delta is None:
        return None
    if layer.layer.activity_regularizer is not None:
        return None
    deltas = following.delta.reshape(-1, following.delta.shape[-1])
    return deltas.astype(np.float64), following.kernel_before[unit].astype(np.float64)
