"""The nodes of an ONNX graph, one after the other, as layers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from cornu import layers
from cornu.exporting.onnx_graph import Node, Shape
from cornu.importing.onnx_tensor import array_of

# As TensorProto.DataType has them.
_KINDS = {"float32": 1, "float64": 11}


def most_elements(sizes: Sequence[int]) -> bool:
    """Whether a row of these sizes is larger than any that is taken."""
    return math.prod(sizes) > 2**31


class RefusedError(ValueError):
    """The error that names a node."""


class Chain:
    """The layers that nodes were taken as, so far.

    Args:
        opset: The version of the operators.
        dtype: The float type.
        row: The shape of a row of the input.
        at: The input's name.
        constants: Protocol buffers of arrays by name.

    Attributes:
        opset: Likewise.
        dtype: Likewise.
        row: The shape of a row after the nodes so far.
        at: The name of what they give.
        layers: The layers, each with its weights; an empty list: it keeps those it starts with.
        nodes: All nodes but constants.
        index: The place of the node that is being taken.
    """

    def __init__(
        self, opset: int, dtype: str, row: Shape, at: str, constants: dict[str, Any]
    ) -> None:
        self.opset, self.dtype, self.row, self.at = opset, dtype, row, at
        self.layers: list[tuple[Any, list[np.ndarray]]] = []
        self.nodes: list[Node] = []
        self.index = 0
        self._constants = dict(constants)
        self._arrays: dict[str, np.ndarray] = {}
        self._prefixes: set[str] = set()
        self._used: set[str] = set()
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
            try:
                self.index += take_pattern(self) or take_operator(self, node)
            except RefusedError:
                raise
            # An attribute of a damaged file may be anything.
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                self.refuse(node, f"it is malformed ({error})")
            self.at = self.nodes[self.index - 1].outputs[0]
        if self.at != output:
            raise ValueError(
                f'The model\'s output "{output}" must be what its last node gives. '
                f'Received: "{self.at}"'
            )

    def _is_constant(self, node: Node) -> bool:
        """Whether a node is an array, or another name of one; it then is known."""
        if node.op == "Constant":
            self._constants[node.outputs[0]] = self._constant_of(node)
            return True
        if node.op in ("Identity", "Cast") and node.inputs and node.inputs[0] in self._constants:
            tensor = self._constants[node.inputs[0]]
            if node.op == "Identity" or node.attributes.get("to") == _type_of(tensor):
                self._constants[node.outputs[0]] = tensor
                return True
        return False

    def _constant_of(self, node: Node) -> Any:
        for name, value in node.attributes.items():
            if name == "value" and hasattr(value, "dims"):
                return value
            if name in ("value_float", "value_floats"):
                return np.asarray(value, np.float32)
            if name in ("value_int", "value_ints"):
                return np.asarray(value, np.int64)
        self.refuse(node, "it is no array of numbers")

    def refuse(self, node: Node, why: str) -> NoReturn:
        """Raise the error that a node can't be taken."""
        raise RefusedError(
            f'Node "{node.name}" ({node.op}) can\'t be taken: {why}. Only chains of what layers of '
            "cornu compute are; cut the model before it, for example with "
            "onnx.utils.extract_model."
        )

    def constant(self, name: str) -> np.ndarray | None:
        """Return the array of a name; None: it is none that is known beforehand.

        Raises:
            ValueError: it is damaged.
        """
        if name not in self._constants:
            return None
        if name not in self._arrays:
            tensor = self._constants[name]
            self._arrays[name] = tensor if isinstance(tensor, np.ndarray) else array_of(tensor)
        return self._arrays[name]

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
            if name and values is None:
                self.refuse(node, f'it takes "{name}", and what came before it is "{self.at}"')
            if index == place:
                self.refuse(node, f'it takes the constant "{name}" for "{self.at}"')
            found.append(values)
        if len(node.inputs) <= place:
            self.refuse(node, "it has no input")
        return found

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
        name = self._name_for(node, prefix)
        try:
            layer = kind(*arguments, name=name, dtype=self.dtype, **options)
            self._grow(node, layer)
        except ValueError as error:
            self.refuse(node, str(error))
        self.layers.append((layer, [np.asarray(values, self.dtype) for values in weights]))

    def _grow(self, node: Node, layer: Any) -> None:
        row = self.row
        if type(layer) is layers.Dense and self.layers and layer is self.layers[-1][0]:
            row = (*row[:-1], row[-1] // 2) if layer._specification[0] == "glu" else row
        else:
            row = tuple(layer.compute_output_shape((None, *row))[1:])
        if most_elements(row):
            self.refuse(node, f"it makes rows of shape {row}, of more than 2^31 numbers")
        self.row = row

    def _name_for(self, node: Node, prefix: str | None) -> str:
        base = prefix or node.op.lower()
        name, count = base, 0
        while name in self._used or (name in self._prefixes and name != prefix):
            count += 1
            name = f"{base}_{count}"
        self._used.add(name)
        return name


def _prefix(node: Node) -> str | None:
    """The layer's name, in the name of a node that `export` wrote."""
    found = re.fullmatch(r"(\w[\w.-]*)/\w+", node.name)
    return found[1] if found else None


def _type_of(tensor: Any) -> int | None:
    if isinstance(tensor, np.ndarray):
        return {"f": 1, "i": 7}.get(tensor.dtype.kind)
    return tensor.data_type
