"""The nodes of an ONNX graph, one after the other, as layers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from cornu import layers
from cornu.exporting.onnx_graph import Node, Shape
from cornu.importing.onnx_constants import FOLDED, folded
from cornu.importing.onnx_tensor import RefusedError, array_of, cut, is_too_large

# More would take seconds, to be made or refused.
_MOST_LAYERS = 1000
# What a damaged file may raise wherever its attributes are used: they may be anything.
_MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Chain:
    """The layers that nodes were taken as, so far.

    Args:
        opset: The version of the operators.
        dtype: The float type.
        row: The shape of a row of the input.
        at: The input's name.
        constants: Protocol buffers of arrays by name.
        batch: How many rows there are in every batch; None: any number.
        most_nbytes: How many bytes the layers' weights may have.

    Attributes:
        opset: Likewise.
        dtype: Likewise.
        row: The shape of a row after the nodes so far.
        at: The name of what they give.
        batch: Likewise.
        layers: The layers, each with its weights, none if it has none, and its arguments.
        nodes: All nodes but constants.
        index: The place of the node that is being taken.
        room: How many bytes may yet be taken for weights.
    """

    def __init__(
        self,
        opset: int,
        dtype: str,
        row: Shape,
        at: str,
        constants: dict[str, Any],
        batch: int | None,
        most_nbytes: int,
    ) -> None:
        self.opset, self.dtype, self.row, self.at, self.batch = opset, dtype, row, at, batch
        self.layers: list[tuple[Any, list[np.ndarray], Any]] = []
        self.nodes: list[Node] = []
        self.index = 0
        self._constants = dict(constants)
        self.room = most_nbytes
        # What has the batch's size, as 0, in it; and the rows of all that nodes gave so far.
        self._sizes: set[str] = set()
        self._rows = {at: row}
        self._prefixes: set[str] = set()
        self._used = {at: 0}
        self._last_prefix: str | None = None

    def take(self, nodes: list[Node], output: str) -> None:
        """Take all nodes of a graph.

        Args:
            nodes: The nodes, each after those whose results it takes.
            output: The name of the graph's result.

        Raises:
            ValueError: one can't be taken.
        """
        from cornu.importing.onnx_operators import take_operator
        from cornu.importing.onnx_patterns import take_pattern

        self.nodes = [node for node in nodes if not self._is_constant(node)]
        self._prefixes = {prefix for node in nodes if (prefix := _prefix(node))}
        while self.index < len(self.nodes):
            node = self.nodes[self.index]
            if self._is_size(node):
                self.index += 1
                continue
            taken = self._checked(node, take_pattern, self)
            self.index += taken or self._checked(node, take_operator, self, node)
            self.at = self.nodes[self.index - 1].outputs[0]
            self._rows[self.at] = self.row
        if self.at != output:
            raise ValueError(
                f'The model\'s output "{output}" must be what its last node gives. '
                f'Received: "{self.at}"'
            )

    def _checked(self, node: Node, take: Callable[..., Any], *arguments: Any) -> Any:
        """What a function returns; its errors name the node."""
        try:
            return take(*arguments)
        except RefusedError:
            raise
        except _MALFORMED as error:
            self.refuse(node, f"it is malformed ({error})")

    def _is_constant(self, node: Node) -> bool:
        """Whether a node is an array, or makes one of others; it then is known."""
        if node.op == "Constant":
            self._constants[node.outputs[0]] = self._checked(node, _constant_of, node)
            return True
        known = [name in self._constants or not name for name in node.inputs]
        if node.op not in FOLDED or not node.inputs or not node.inputs[0] or not all(known):
            return False
        if node.op == "Identity":
            self._constants[node.outputs[0]] = self._constants[node.inputs[0]]
            return True
        return self._fold(node)

    def _fold(self, node: Node) -> bool:
        arrays = [self._checked(node, self.constant, name) for name in node.inputs]
        found = self._checked(node, folded, node, arrays)
        if found is None:
            return False
        if not np.may_share_memory(found, arrays[0]):
            self.take_room(node, found.nbytes)
        self._constants[node.outputs[0]] = found
        return True

    def _is_size(self, node: Node) -> bool:
        """Whether a node makes a shape of the batch's; it then is known, and no layer."""
        if node.op == "Shape" and node.inputs and node.inputs[0] in self._rows:
            sizes = np.array([0, *self._rows[node.inputs[0]]], np.int64)
            ends = [node.attributes.get(name, other) for name, other in (("start", 0), ("end", 64))]
            self._constants[node.outputs[0]] = self._checked(node, sizes.__getitem__, slice(*ends))
        elif (
            self._sizes.isdisjoint(node.inputs)
            or node.attributes.get("to", 7) not in (6, 7)
            or not self._is_constant(node)
        ):
            return False
        self._sizes.add(node.outputs[0])
        return True

    def take_room(self, node: Node, nbytes: int) -> None:
        """Count memory that a node takes.

        Raises:
            ValueError: it is more than the file can mean.
        """
        self.room -= nbytes
        if self.room < 0:
            self.refuse(node, "with it the layers would have many times the file's weights")

    def refuse(self, node: Node, why: str) -> NoReturn:
        """Raise the error that a node can't be taken."""
        # A node need not have a name; what it gives has one.
        name = f'"{cut(node.name)}"' if node.name else f'of output "{cut(node.outputs[0])}"'
        raise RefusedError(
            f"Node {name} ({cut(node.op)}) can't be taken: {cut(why)}. Only chains of "
            "what layers of cornu compute are. What comes before it can be taken alone: "
            f'from_onnx(..., output="{cut(self.at)}")'
        )

    def constant(self, name: str) -> np.ndarray | None:
        """Return the array of a name; None: it is none that is known beforehand.

        Raises:
            ValueError: it is damaged.
        """
        found = self._constants.get(name)
        if found is not None and not isinstance(found, np.ndarray):
            found = self._constants[name] = array_of(found)
        return found

    def constants_of(self, node: Node, place: int = 0) -> list[np.ndarray | None]:
        """Return the arrays that a node takes beside what the nodes before it gave.

        Args:
            node: The node.
            place: Which of its inputs that is.

        Returns:
            An array for each other input; None for one that is left out.

        Raises:
            ValueError: an input is something else.
        """
        found: list[np.ndarray | None] = []
        for index, name in enumerate(node.inputs):
            values = self.constant(name) if name else None
            if index == place and name == self.at:
                continue
            if name and name == self.at:
                self.refuse(node, f'it takes "{name}" twice')
            if name and values is None:
                self.refuse(node, f'it takes "{name}", and what came before it is "{self.at}"')
            if index == place:
                self.refuse(node, f'it takes the constant "{name}" for "{self.at}"')
            if name in self._sizes and node.op != "Reshape":
                self.refuse(node, f'it takes "{name}", which depends on the size of the batch')
            kind = self.dtype if values is None or values.dtype.kind != "f" else values.dtype
            if kind != self.dtype and node.op != "Dropout":
                self.refuse(node, f'"{name}" is of {kind}, and the model of {self.dtype}')
            found.append(values)
        if len(node.inputs) <= place:
            self.refuse(node, "it has no input")
        return found

    def sizes_along(self, node: Node, values: np.ndarray, what: str) -> tuple[int, ...]:
        """Return the sizes of an array along the axes of a batch, 1 where there is one for all.

        Args:
            node: The node that it is of.
            values: The array.
            what: What it is, in errors.

        Raises:
            ValueError: it is not for rows of this shape.
        """
        sizes = (*[1] * (len(self.row) + 1 - values.ndim), *values.shape)
        of_batch = (1, *self.row)
        if len(sizes) != len(of_batch) or any(
            size not in (1, of_row) for size, of_row in zip(sizes, of_batch, strict=True)
        ):
            self.refuse(node, f"{what} of shape {values.shape} don't fit rows of {self.row}")
        return sizes

    def add(self, node: Node, kind: Any, *arguments: Any, weights: Any = (), **options: Any) -> Any:
        """Add a layer.

        Args:
            node: The node that it is of.
            kind: The layer's class.
            *arguments: Its arguments.
            weights: Its weights; none: those it starts with.
            **options: Its arguments by name.
        """
        prefix = _prefix(node)
        if kind is layers.Activation and prefix is not None and prefix == self._last_prefix:
            last = self.layers[-1][0]
            if type(last) is layers.Dense and last._specification[0] == "linear":
                last.activation = arguments[0]
                self._grow(node, last)
                return
        self._last_prefix = prefix
        if len(self.layers) == _MOST_LAYERS:
            self.refuse(node, f"a model has at most {_MOST_LAYERS} layers")
        try:
            name = self._name_for(node, prefix)
            layer = kind(*arguments, name=name, dtype=self.dtype, **options)
            self._grow(node, layer)
        except RefusedError:
            raise
        except ValueError as error:
            self.refuse(node, str(error))
        for values in weights:
            if values.dtype != self.dtype:
                self.refuse(node, f"its weights are of {values.dtype}, and not of {self.dtype}")
        self.layers.append((layer, list(weights), (arguments, options)))

    def _grow(self, node: Node, layer: Any) -> None:
        row = self.row
        if type(layer) is layers.Dense and self.layers and layer is self.layers[-1][0]:
            row = (*row[:-1], row[-1] // 2) if layer._specification[0] == "glu" else row
        else:
            row = tuple(layer.compute_output_shape((None, *row))[1:])
        if is_too_large(row):
            self.refuse(node, f"it makes rows of shape {row}, of more than 2^31 numbers")
        self.row = row

    def _name_for(self, node: Node, prefix: str | None) -> str:
        base = prefix or node.op.lower()
        name = base
        while name in self._used or (name in self._prefixes and name != prefix):
            self._used[base] = self._used.get(base, 0) + 1
            name = f"{base}_{self._used[base]}"
        self._used[name] = 0
        return name


def _prefix(node: Node) -> str | None:
    """The layer's name, in the name of a node that `export` wrote."""
    found = re.fullmatch(r"(\w[\w.-]*)/\w+", node.name)
    return found[1] if found else None


def _constant_of(node: Node) -> Any:
    for name, value in node.attributes.items():
        if name == "value" and hasattr(value, "dims"):
            return value
        if name in ("value_float", "value_floats"):
            return np.asarray(value, np.float32)
        if name in ("value_int", "value_ints"):
            return np.asarray(value, np.int64)
    raise ValueError("it is no array of numbers")
