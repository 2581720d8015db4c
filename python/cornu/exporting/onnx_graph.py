"""A network as the nodes of an ONNX graph, with their constants."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Shape = tuple[int, ...]

# The opset that is written unless another is asked for: the first one whose reductions take their
# axes as the later ones do; onnxruntime has it since 1.14, of 2023.
OPSET = 18
# The operators that aren't of deep learning, such as a table of words, and their version.
TABLES, TABLES_OPSET = "ai.onnx.ml", 2
# Numbers of TensorProto.DataType.
TENSOR_TYPES = {"float32": 1, "int32": 6, "int64": 7, "float64": 11}


class Node(NamedTuple):
    """One operator.

    Attributes:
        op: Which, behind the domain if that isn't ONNX's own.
        inputs: The names of what it takes.
        outputs: Those of what it gives.
        attributes: Its arguments.
        name: Its own name: the layer's, a slash and the operator's.
    """

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    name: str


class Graph:
    """What a network is in ONNX: layers add their nodes to it.

    Args:
        dtype: The float type.
        row: The shape of a row of the input.
        at: The input's name.
        opset: The version of the operators, from 13 on.

    Attributes:
        dtype: Likewise.
        opset: Likewise.
        row: The shape of a row after the nodes so far.
        at: The name of what they give.
        nodes: The nodes.
        constants: Arrays by name.
    """

    def __init__(self, dtype: str, row: Shape, at: str, opset: int = OPSET) -> None:
        self.dtype, self.row, self.at, self.opset = dtype, row, at, opset
        self.nodes: list[Node] = []
        self.constants: dict[str, np.ndarray] = {}
        # With how often each was wanted.
        self._taken = {at: 0}
        # By the layer's identity: models within a model may have layers of one name.
        self._known: dict[tuple[int, str], str] = {}
        self._layer: Any = None
        self._scope = ""

    def begin(self, layer: Any) -> None:
        """Say which layer the next nodes are of."""
        self._layer, self._scope = layer, f"{layer.name}/"

    def unique(self, name: str) -> str:
        """Return a name that nothing has yet: this one, or with a number behind it."""
        found = name
        while found in self._taken:
            self._taken[name] += 1
            found = f"{name}_{self._taken[name]}"
        self._taken[found] = 0
        return found

    def weight(self, name: str, values: Any) -> str:
        """Return the name of an array of the layer's, of the float type, which is stored once.

        Args:
            name: What it is of the layer.
            values: Its numbers.
        """
        key = (id(self._layer), name)
        if key not in self._known:
            self._known[key] = self.unique(f"{self._scope}{name}")
            self.constants[self._known[key]] = np.asarray(values, self.dtype)
        return self._known[key]

    def number(self, value: float) -> str:
        """Return the name of a number of the float type."""
        return self._constant(f"constant/{float(value)!r}", np.asarray(value, self.dtype))

    def integers(self, *values: int) -> str:
        """Return the name of a vector of integers: a shape, or axes."""
        name = "x".join(map(str, values))
        return self._constant(f"integers/{name}", np.asarray(values, np.int64))

    def integer(self, value: int) -> str:
        """Return the name of one integer."""
        return self._constant(f"integer/{value}", np.asarray(value, np.int64))

    def vector(self, name: str, values: Any) -> str:
        """Return the name of a vector of the float type, which is the same wherever it is used."""
        numbers = np.asarray(values, self.dtype)
        return self._constant(f"{name}/{len(numbers)}", numbers)

    def _constant(self, name: str, values: np.ndarray) -> str:
        if name not in self.constants:
            self._taken[name] = 0
            self.constants[name] = values
        return name

    def add(self, op: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node.

        Args:
            op: Which operator.
            *inputs: The names of what it takes.
            outputs: How many arrays it gives.
            **attributes: Its arguments.

        Returns:
            The name of what it gives; of several, a list.
        """
        name = self.unique(f"{self._scope}{op}")
        found = tuple(f"{name}:{index}" for index in range(outputs))
        self._taken |= dict.fromkeys(found, 0)
        self.nodes.append(Node(op, inputs, found, attributes, name))
        return found[0] if outputs == 1 else list(found)

    def reduce(self, op: str, x: str, places: Shape) -> str:
        """Add a reduction, and return the name of what it gives.

        Args:
            op: Which operator.
            x: The name of what it takes.
            places: The axes of the row, from 0, of which each becomes of size 1.
        """
        axes = [place + 1 for place in places]
        # Later ones have their axes as an input.
        if self.opset < (13 if op == "ReduceSum" else 18):
            return self.add(op, x, axes=axes)
        return self.add(op, x, self.integers(*axes))

    def then(self, op: str, *others: str, **attributes: Any) -> None:
        """Add a node that takes what the nodes so far give, before others; it is next."""
        self.at = self.add(op, self.at, *others, **attributes)

    def permute(self, order: Shape) -> None:
        """Bring axes in another order.

        Args:
            order: The axes of the row, from 0, in the order that they get.
        """
        if order != tuple(range(len(order))):
            self.then("Transpose", perm=[0, *(axis + 1 for axis in order)])
            self.row = tuple(self.row[axis] for axis in order)

    def reshape(self, row: Shape) -> None:
        """Give rows another shape."""
        if row != self.row:
            # 0: the batch's size stays.
            self.then("Reshape", self.integers(0, *row))
            self.row = row

    def end(self, name: str) -> str:
        """Give the output a name, and return it: another if that is taken."""
        if not self.nodes or self.at not in self.nodes[-1].outputs:
            self.then("Identity")
        name = self.unique(name)
        last = self.nodes[-1]
        self.nodes[-1] = last._replace(outputs=(name,))
        self.at = name
        return name
