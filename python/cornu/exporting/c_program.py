"""A network as the steps of a C function, with their constants."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from cornu.exporting.c_text import comment, identifier, literal, words_of_parts

Shape = tuple[int, ...]


class Step(NamedTuple):
    """One call of what computes numbers from numbers.

    Attributes:
        text: The call, with `{x}` and `{y}` for where these stand; an expression of `{x}[i]` where
            it is of single numbers.
        number_count: How many numbers it gives.
        in_place: Whether y may be x.
        is_elementwise: Whether the text is an expression for each number.
        title: What of the model it is, as a comment can hold it; "" for what belongs to the step
            before.
    """

    text: str
    number_count: int
    in_place: bool
    is_elementwise: bool
    title: str


class Constant(NamedTuple):
    """An array of the file.

    Attributes:
        name: Its name in C.
        values: Its numbers.
        comment: What of the model it is, as a comment can hold it.
    """

    name: str
    values: np.ndarray
    comment: str


class Program:
    """What a network is in C: layers add their steps to it.

    Args:
        dtype: The float type.
        row: The shape of a row of the input.

    Attributes:
        dtype: Likewise.
        row: The shape of a row after the steps so far.
        steps: The steps.
        constants: What they read.
    """

    def __init__(self, dtype: str, row: Shape) -> None:
        self.dtype, self.row = dtype, row
        self.steps: list[Step] = []
        self.constants: list[Constant] = []
        self._taken = words_of_parts()
        # By the layer's identity: models within a model may have layers of one name.
        self._known: dict[tuple[int, str], str] = {}
        self._title = ""
        self._layer: Any = None

    def begin(self, layer: Any) -> None:
        """Say which layer the next steps are of."""
        self._title = comment(f"{layer.name}: {type(layer).__name__}")
        self._layer = layer

    def number(self, value: float) -> str:
        """Return a number as a constant of the float type."""
        return literal(value, self.dtype)

    def name(self, text: str) -> str:
        """Return a text as a C name, which nothing else in the file gets."""
        found = identifier(text, self._taken)
        self._taken.add(found)
        return found

    def constant(self, name: str, values: Any) -> str:
        """Return the C name of an array, which the file gets once.

        Args:
            name: What it is of the layer.
            values: Its numbers; integers are sizes.

        Raises:
            ValueError: they are not finite.
        """
        key = (id(self._layer), name)
        if key in self._known:
            return self._known[key]
        numbers = np.asarray(values)
        if numbers.dtype.kind == "f":
            numbers = numbers.astype(self.dtype)
            if not np.isfinite(numbers).all():
                raise ValueError(
                    f'Layer "{self._layer.name}" has NaN or infinity in its {name}: a model with '
                    "such weights can't be exported."
                )
        # A layer's name that C can't have leaves something: `gamma` is a function of <math.h>.
        found = self._known[key] = self.name(f"{identifier(self._layer.name)}_{name}")
        shape = ", ".join(map(str, numbers.shape))
        what = comment(f"{self._layer.name}: {name} ({shape})")
        self.constants.append(Constant(found, numbers, what))
        return found

    def add(self, text: str, row: Shape | None = None, in_place: bool = False) -> None:
        """Add a step.

        Args:
            text: The call, with `{x}` and `{y}`.
            row: The shape of a row of what it gives; None: as before.
            in_place: Whether y may be x.
        """
        self._add(text, row, in_place, False)

    def add_elementwise(self, expression: str) -> None:
        """Add a step of single numbers.

        Args:
            expression: Of `{x}[i]`.
        """
        self._add(expression, None, True, True)

    def _add(self, text: str, row: Shape | None, in_place: bool, is_elementwise: bool) -> None:
        self.row = self.row if row is None else row
        title, self._title = self._title, ""
        if title:
            title += f" {self.row}".replace(",)", ")")
        self.steps.append(Step(text, math.prod(self.row), in_place, is_elementwise, title))

    def permute(self, order: Shape) -> None:
        """Add a step that brings axes in another order.

        Args:
            order: The axes of the row, from 0, in the order that they get.
        """
        if order == tuple(range(len(order))):
            return
        strides = [math.prod(self.row[axis + 1 :]) for axis in range(len(self.row))]
        row = tuple(self.row[axis] for axis in order)
        places = "_".join(map(str, (*self.row, *order)))
        sizes = self.constant(f"sizes_{places}", np.array(row, np.intp))
        steps = self.constant(f"strides_{places}", np.array([strides[a] for a in order], np.intp))
        self.add(f"permute({len(order)}, {sizes}, {steps}, {{x}}, {{y}});", row)

    def constant_of(self, layer: Any, name: str) -> str:
        """Return the C name of a constant that a layer has."""
        return self._known[id(layer), name]

    def again(self, row: Shape) -> Program:
        """Return a program without steps, for rows of a shape, which has the same constants."""
        other = Program(self.dtype, row)
        other.constants, other._taken, other._known = self.constants, self._taken, self._known
        return other

    @property
    def constant_nbytes(self) -> int:
        """How many bytes the numbers of the constants take."""
        kinds = (constant.values for constant in self.constants)
        return sum(values.nbytes for values in kinds if values.dtype.kind == "f")


def placed(steps: list[Step]) -> tuple[list[str], dict[str, int]]:
    """Return the lines of a function of x and y, and the sizes of its buffers by name.

    Args:
        steps: What it does.
    """
    lines: list[str] = []
    sizes: dict[str, int] = {}
    at = "x"
    for index, step in enumerate(steps):
        if index == len(steps) - 1:
            to = "y"
        elif step.in_place and at != "x":
            to = at
        else:
            to = "b" if at == "a" else "a"
        if to != "y":
            sizes[to] = max(sizes.get(to, 0), step.number_count)
        if step.title:
            lines.append(f"/* {step.title} */")
        text = step.text.format(x=at, y=to)
        if step.is_elementwise:
            lines += [
                f"for (size_t i = 0; i < {step.number_count}; i++) {{",
                f"    {to}[i] = {text};",
                "}",
            ]
        else:
            lines.append(text)
        at = to
    return lines, sizes


def indented(lines: list[str]) -> str:
    """Return the lines of a function's body, long ones broken."""
    found = []
    for line in lines:
        if line.lstrip().startswith("#"):
            found.append(line.lstrip())
            continue
        depth = len(line) - len(line.lstrip()) + 4
        found += wrap(
            line.strip(),
            100,
            initial_indent=" " * depth,
            subsequent_indent=" " * (depth + 8),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(found)
