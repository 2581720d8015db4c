"""Layers as steps of a C program."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu import layers
from cornu.config import epsilon
from cornu.exporting.adding import adding
from cornu.exporting.c_activations import add_activation
from cornu.exporting.c_program import Program

# As csrc/kernels/kernels.h: what the depth of a product is cut into, up to how many columns its
# sums are spread over lanes, and from which depth on.
BLOCK, _FEW_COLUMNS, LANES_DEPTH = 512, 4, 32

Add = Callable[[Program, Any], None]


def add_layer(program: Program, layer: Any) -> None:
    """Add a layer to a program.

    Args:
        program: The program.
        layer: The layer, built, with rows of `program.row` for its input.

    Raises:
        ValueError: there is no C for it.
    """
    add = _adding(layer)
    program.begin(layer)
    add(program, layer)


def _adding(layer: Any) -> Add:
    return adding(layer, _LAYERS, "C", "is no C")


def block_of(depth: int) -> int:
    """Return what the depth of a product is cut into.

    Args:
        depth: The depth.
    """
    blocks = -(-depth // BLOCK)
    return BLOCK if blocks <= 1 else (-(-depth // blocks) + 15) // 16 * 16


def is_few(columns: int) -> bool:
    """Return whether a product has so few columns that the sums of a great depth are spread.

    Args:
        columns: How many it has.
    """
    return columns <= _FEW_COLUMNS


class Product(NamedTuple):
    """What a dense layer multiplies.

    Attributes:
        rows: How often, for one row of the batch.
        inputs: The depth.
        units: What it gives.
        row: The shape of a row of that.
        call: The product with its bias in C, with `{x}` and `{y}`.
    """

    rows: int
    inputs: int
    units: int
    row: tuple[int, ...]
    call: str


def is_dense(layer: Any) -> bool:
    """Return whether a layer is a product that the core computes."""
    return isinstance(layer, layers.Dense | layers.EinsumDense) and not layer._is_own


def product_of(program: Program, layer: Any) -> Product:
    """Return the product of a dense layer, for rows of `program.row`.

    Args:
        program: What has the weights, and gets them if it has not.
        layer: The layer, of which `begin` has been told.
    """
    taken = len(layer._parts.taken) if isinstance(layer, layers.EinsumDense) else 1
    kernel, bias = np.asarray(layer.kernel), layer.bias
    kept = len(program.row) - taken
    inputs, units = math.prod(kernel.shape[:taken]), math.prod(kernel.shape[taken:])
    rows = math.prod(program.row[:kept])
    name = program.constant("kernel", kernel.reshape(inputs, units))
    numbers = ", ".join(
        map(str, (rows, inputs, units, block_of(inputs), name, _constant(program, "bias", bias)))
    )
    is_spread = is_few(units) and inputs >= LANES_DEPTH
    call = f"dense{'_few_units' * is_spread}({numbers}, {{x}}, {{y}});"
    return Product(rows, inputs, units, (*program.row[:kept], *kernel.shape[taken:]), call)


def _add_dense(program: Program, layer: Any) -> None:
    product = product_of(program, layer)
    program.add(product.call, product.row)
    add_activation(program, layer._specification)


def _add_spectral_normalization(program: Program, layer: Any) -> None:
    _adding(layer.layer)(program, layer.layer)


def _add_activation(program: Program, layer: Any) -> None:
    add_activation(program, layer._activation_in_core)


def _add_nothing(program: Program, layer: Any) -> None:
    """What acts in training only."""


def _add_shape(program: Program, layer: Any) -> None:
    program.row = tuple(layer._core.output_shape(program.row))


def _add_flatten(program: Program, layer: Any) -> None:
    rank = len(program.row)
    if layer.data_format == "channels_first":
        program.permute((*range(1, rank), *range(min(1, rank))))
    program.row = (math.prod(program.row),)


def _add_permute(program: Program, layer: Any) -> None:
    program.permute(tuple(axis - 1 for axis in layer.dims))


def _add_repeat_vector(program: Program, layer: Any) -> None:
    (count,) = program.row
    program.add(f"repeat({layer.n}, {count}, {{x}}, {{y}});", (layer.n, count))


def _places(axes: Sequence[int], rank: int) -> tuple[int, ...]:
    """Axes, which count the batch, as those of a row, in their order."""
    return tuple(sorted(axis + rank if axis < 0 else axis - 1 for axis in axes))


def _along(program: Program, axes: Sequence[int], add: Callable[[int, int], None]) -> None:
    """Steps for a matrix whose columns are the elements along some axes of a row.

    Args:
        program: The program.
        axes: Of a row, from 0, in their order.
        add: Adds the steps, which keep the shape, for so many rows and columns.
    """
    order = (*(axis for axis in range(len(program.row)) if axis not in axes), *axes)
    columns = math.prod(program.row[axis] for axis in axes)
    program.permute(order)
    add(math.prod(program.row) // columns, columns)
    program.permute(tuple(np.argsort(order).tolist()))


def _add_softmax(program: Program, layer: Any) -> None:
    def add(rows: int, columns: int) -> None:
        program.add(f"softmax({rows}, {columns}, {{x}}, {{y}});", in_place=True)

    _along(program, _places(layer._axes, len(program.row)), add)


def _add_prelu(program: Program, layer: Any) -> None:
    shared = [axis - 1 for axis in layer.shared_axes or ()]

    def add(rows: int, columns: int) -> None:
        name = program.constant("alpha", np.asarray(layer.alpha).reshape(-1))
        program.add(f"prelu({rows}, {columns}, {name}, {{x}}, {{y}});", in_place=True)

    _along(program, [axis for axis in range(len(program.row)) if axis not in shared], add)


def _constant(program: Program, name: str, values: Any) -> str:
    return "NULL" if values is None else program.constant(name, np.asarray(values).reshape(-1))


def _add_batch_normalization(program: Program, layer: Any) -> None:
    dtype = np.dtype(program.dtype).type
    # As the core computes them, rounding where it does.
    scales = dtype(1) / np.sqrt(np.asarray(layer.moving_variance) + dtype(layer.epsilon))
    if layer.scale:
        scales = scales * np.asarray(layer.gamma)

    def add(rows: int, columns: int) -> None:
        names = [
            _constant(program, "mean", layer.moving_mean),
            _constant(program, "scale", scales),
            _constant(program, "beta", layer.beta),
        ]
        call = f"normalize_columns({rows}, {columns}, {', '.join(names)}, {{x}}, {{y}});"
        program.add(call, in_place=True)

    _along(program, _places([layer.axis], len(program.row)), add)


def _add_row_normalization(program: Program, layer: Any) -> None:
    """LayerNormalization, RMSNormalization and UnitNormalization."""
    kinds = {layers.LayerNormalization: "center_rows", layers.RMSNormalization: "rms_rows"}
    kind = next((name for base, name in kinds.items() if isinstance(layer, base)), "unit_rows")
    scale = getattr(layer, "scale" if kind == "rms_rows" else "gamma", None)
    shift = getattr(layer, "beta", None)

    def add(rows: int, columns: int) -> None:
        # A length of less than 1e-12 counts as that.
        least = program.number(getattr(layer, "epsilon", 1e-12))
        program.add(f"{kind}({rows}, {columns}, {least}, {{x}}, {{y}});", in_place=True)
        # As the core does without them too: it makes 0 of -0.
        names = [_constant(program, "scale", scale), _constant(program, "beta", shift)]
        call = f"normalize_columns({rows}, {columns}, NULL, {', '.join(names)}, {{x}}, {{y}});"
        program.add(call, in_place=True)

    _along(program, _places(layer._axes, len(program.row)), add)


def _add_group_normalization(program: Program, layer: Any) -> None:
    row = program.row
    (axis,) = _places([layer.axis], len(row))
    groups = row[axis] if layer.groups < 0 else layer.groups

    def normalize(rows: int, columns: int) -> None:
        least = program.number(layer.epsilon)
        program.add(f"center_rows({rows}, {columns}, {least}, {{x}}, {{y}});", in_place=True)

    def scale(rows: int, columns: int) -> None:
        names = [_constant(program, "gamma", layer.gamma), _constant(program, "beta", layer.beta)]
        call = f"normalize_columns({rows}, {columns}, NULL, {', '.join(names)}, {{x}}, {{y}});"
        program.add(call, in_place=True)

    # With the axis split in two.
    program.row = (*row[:axis], groups, row[axis] // groups, *row[axis + 1 :])
    _along(program, [place for place in range(len(row) + 1) if place != axis], normalize)
    program.row = row
    if layer.gamma is None and layer.beta is None:
        scale(1, math.prod(row))
    else:
        _along(program, [axis], scale)


def _add_normalization(program: Program, layer: Any) -> None:
    mean, variance, _ = (np.array(span) for span in layer._spans())
    dtype = np.dtype(program.dtype).type
    # As the core computes them.
    deviation = np.maximum(np.sqrt(variance), dtype(epsilon())).reshape(-1)
    scale = deviation if layer.invert else dtype(1) / deviation

    def add(rows: int, columns: int) -> None:
        names = [_constant(program, "mean", mean), _constant(program, "scale", scale), "NULL"]
        if layer.invert:
            names.reverse()
        call = f"normalize_columns({rows}, {columns}, {', '.join(names)}, {{x}}, {{y}});"
        program.add(call, in_place=True)

    _along(program, _places(layer._axes, len(program.row)), add)


def _add_rescaling(program: Program, layer: Any) -> None:
    rank, count = len(program.row), len(layer._scales)
    channel = max(0, rank - 3) if layer._channels_first else rank - 1

    def add(rows: int, columns: int) -> None:
        names = [
            program.constant("scale", layer._scales.astype(program.dtype)),
            program.constant("offset", layer._offsets.astype(program.dtype)),
        ]
        call = f"rescale({rows}, {columns}, {', '.join(names)}, {{x}}, {{y}});"
        program.add(call, in_place=True)

    if count == 1:
        add(math.prod(program.row), 1)
    else:
        _along(program, [channel], add)


def _add_masking(program: Program, layer: Any) -> None:
    *others, columns = program.row
    value = program.number(layer.mask_value)
    call = f"mask_rows({math.prod(others)}, {columns}, {value}, {{x}}, {{y}});"
    program.add(call, in_place=True)


_LAYERS: dict[type, Add] = {
    layers.Activation: _add_activation,
    layers.ActivityRegularization: _add_nothing,
    layers.AlphaDropout: _add_nothing,
    layers.BatchNormalization: _add_batch_normalization,
    layers.Dense: _add_dense,
    layers.Dropout: _add_nothing,
    layers.EinsumDense: _add_dense,
    layers.ELU: _add_activation,
    layers.Flatten: _add_flatten,
    layers.GaussianDropout: _add_nothing,
    layers.GaussianNoise: _add_nothing,
    layers.GroupNormalization: _add_group_normalization,
    layers.Identity: _add_nothing,
    layers.LayerNormalization: _add_row_normalization,
    layers.LeakyReLU: _add_activation,
    layers.Masking: _add_masking,
    layers.Normalization: _add_normalization,
    layers.Permute: _add_permute,
    layers.PReLU: _add_prelu,
    layers.ReLU: _add_activation,
    layers.RepeatVector: _add_repeat_vector,
    layers.Rescaling: _add_rescaling,
    layers.Reshape: _add_shape,
    layers.RMSNormalization: _add_row_normalization,
    layers.Softmax: _add_softmax,
    layers.SpectralNormalization: _add_spectral_normalization,
    layers.UnitNormalization: _add_row_normalization,
}
