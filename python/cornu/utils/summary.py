"""The table that `Sequential.summary` prints."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu import config
from cornu.utils.messages import can_print, tell
from cornu.utils.nesting import is_model
from cornu.utils.number import check_integer

# Where each column ends, as a share of the line.
_POSITIONS = (0.45, 0.80, 1.0)
_LINE_LENGTH = 88
_TRAINABLE_LENGTH = 12  # what `show_trainable` adds to the line
# Frame characters for an output that has no others.
_PLAIN_FRAME = str.maketrans("┏┳┓┡╇┩├┼┤└┴┘━─┃│…", "++++++++++++--||~")


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a table of a model's layers, with totals below.

    Args:
        model: A `Sequential`.
        line_length: Characters a line; None: 88, or what the terminal has.
        positions: Where each column ends, as a share of the line; more of them than there are
            columns count for nothing. Columns that fill less than the line are made wider, and
            those that fill more, as with positions in characters, equally wide.
        print_fn: Called once with the whole text in place of `print`.
        expand_nested: Whether to list the layers of models within the model too, below each.
        show_trainable: Whether to add a column that says whether a layer is trainable.
        layer_range: Names, or patterns, of the first and the last layer to list.

    Raises:
        ValueError: an argument is of another kind, a column has less than 4 characters, or
            `layer_range` names no layer.

    Source: https://keras.io/api/models/model/#summary-method
    """
    header = ["Layer (type)", "Output Shape", "Param #"]
    if print_fn is not None and not callable(print_fn):
        raise ValueError(f"`print_fn` must be a function. Received: print_fn={print_fn!r}")
    shares = _check_positions(positions)
    length = _LINE_LENGTH
    if show_trainable:
        header.append("Trainable")
        shares = [share * 0.90 for share in shares] + [1.0]
        length += _TRAINABLE_LENGTH
    if line_length is not None:
        length = check_integer("line_length", line_length, least=0)
    widths = _column_widths(length if line_length else _default_length(length), shares, len(header))
    first, last = _find_range(model.layers, layer_range)
    rows = layer_rows(model, slice(first, last), show_trainable, expand_nested)
    lines = [f'Model: "{model.name}"', *_table(header, rows, widths), *totals(model)]
    text = "\n".join(lines) + "\n"
    if print_fn is not None:
        print_fn(text)
    else:
        tell(_printable(text).removesuffix("\n"))


def _default_length(length: int) -> int:
    import shutil

    return min(length, shutil.get_terminal_size().columns - 4)


def _check_positions(positions: Any) -> list[float]:
    """The shares of the line at which columns end; those of a table without further columns."""
    if positions is None:
        return list(_POSITIONS)
    if isinstance(positions, list | tuple | np.ndarray):
        shares = [share for share in positions if isinstance(share, numbers.Real)]
        if len(shares) == len(positions) and all(map(math.isfinite, shares)):
            if not shares:
                return list(_POSITIONS)
            if len(shares) >= len(_POSITIONS):
                return [float(share) for share in shares]
    raise ValueError(
        f"`positions` must be a list of a number a column, {len(_POSITIONS)} or more. "
        f"Received: positions={positions!r}"
    )


def _column_widths(line_length: int, shares: list[float], count: int) -> list[int]:
    """Widths of `count` columns with a space on either side, which with their frame fill the line.

    The steps are those of the table that Keras prints with, which is rich's.
    """
    ends = [int(share * line_length) for share in shares]
    widths = [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    if min(widths) < 4:
        raise _too_narrow(line_length, widths)
    room = line_length - count - 1
    widths = [min(width + 2, room) for width in widths[:count]]
    excess = sum(widths) - room
    if excess > 0:
        # Taken from the columns alike, from left to right.
        for i in range(count):
            share = round(excess / (count - i))
            widths[i] -= share
            excess -= share
    else:
        total = sum(widths)
        for i, width in enumerate(widths):
            share = math.ceil(width * -excess / total)
            widths[i] += share
            excess += share
            total -= width
    if min(widths) < 3:
        raise _too_narrow(line_length, widths)
    return widths


def _too_narrow(line_length: int, widths: list[int]) -> ValueError:
    return ValueError(
        "`line_length` must leave each column 4 characters or more. "
        f"Received: line_length={line_length}, columns {widths}"
    )


def _output_shapes(model: Any) -> list[tuple[int | None, ...] | None]:
    """The shape that each layer gives in this model, at its last place there; None where the model
    isn't built."""
    shape = getattr(model, "input_shape", None) if model.built else None
    if shape is None:
        return [None] * len(model.layers)
    shapes = {}
    for layer in getattr(model, "_layers", model.layers):
        shapes[id(layer)] = shape = layer.compute_output_shape(shape)
    return [shapes[id(layer)] for layer in model.layers]


def layer_rows(
    model: Any, among: slice, show_trainable: bool, expand_nested: bool, prefix: str = ""
) -> list[list[str]]:
    """Return the cells of each layer; a model's own, where they are wanted, stand below it.

    Args:
        model: The model.
        among: Which of its layers.
        show_trainable: Whether the last cell says if it is trained.
        expand_nested: Whether the layers of models within it are listed.
        prefix: What stands before each name.
    """
    rows = []
    pairs = list(zip(model.layers, _output_shapes(model), strict=True))
    for layer, shape in pairs[among]:
        rows.append(_layer_cells(layer, shape, show_trainable, prefix))
        if expand_nested and hasattr(layer, "layers"):
            inner = f"{prefix[:-2]}   └ "
            rows += layer_rows(layer, slice(None), show_trainable, True, inner)
    return rows


def _layer_cells(
    layer: Any, shape: tuple[int | None, ...] | None, show_trainable: bool, prefix: str
) -> list[str]:
    cells = [
        f"{prefix}{layer.name} ({type(layer).__name__})",
        "?" if shape is None else f"({', '.join(map(str, shape))})",
    ]
    if layer.built:
        cells.append(f"{layer.count_params():,}")
    else:
        # A layer that will have no weights has all it needs, as in Keras.
        has_weights = is_model(layer) or layer._initializers()
        cells.append("0 (unbuilt)" if has_weights else "0")
    if show_trainable:
        cells.append(("Y" if layer.trainable else "N") if layer.weights else "-")
    return cells


def _find_range(layers: list[Any], layer_range: Sequence[str] | None) -> tuple[int, int]:
    if layer_range is None:
        return 0, len(layers)
    patterns = layer_range if isinstance(layer_range, list | tuple) else ()
    if len(patterns) != 2 or not all(isinstance(name, str) for name in patterns):
        raise ValueError(f"`layer_range` must be two names. Received: layer_range={layer_range!r}")
    try:
        first, last = (
            [i for i, layer in enumerate(layers) if re.match(name, layer.name)] for name in patterns
        )
    except re.error as error:
        raise ValueError(
            f"`layer_range` must be two names or regular expressions: {error}. "
            f"Received: layer_range={layer_range}"
        ) from None
    if not first or not last:
        names = [layer.name for layer in layers]
        raise ValueError(
            f"`layer_range` must name layers among {names}. Received: layer_range={layer_range}"
        )
    start, stop = (first, last) if first[0] <= last[-1] else (last, first)
    return start[0], stop[-1] + 1


def _table(header: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    lines = [_rule("┏━┳┓", widths), *_row(header, widths, "┃", bottom=True), _rule("┡━╇┩", widths)]
    for i, row in enumerate(rows):
        if i:
            lines.append(_rule("├─┼┤", widths))
        lines.extend(_row(row, widths, "│"))
    lines.append(_rule("└─┴┘", widths))
    return lines


def _rule(corners: str, widths: list[int]) -> str:
    left, line, cross, right = tuple(corners)
    return left + cross.join(line * width for width in widths) + right


def _row(cells: list[str], widths: list[int], frame: str, bottom: bool = False) -> list[str]:
    wrapped = [_wrap(cell, width - 2) for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped))
    for i, cell in enumerate(wrapped):
        missing = [""] * (height - len(cell))
        wrapped[i] = missing + cell if bottom else cell + missing
    lines = []
    for line in zip(*wrapped, strict=True):
        pieces = []
        for column, (piece, width) in enumerate(zip(line, widths, strict=True)):
            align = (str.ljust, str.ljust, str.rjust, str.center)[column]
            pieces.append(f" {align(piece, width - 2)} ")
        lines.append(frame + frame.join(pieces) + frame)
    return lines


def _wrap(text: str, width: int) -> list[str]:
    """The words in lines of at most `width`; a longer word is cut. Spaces before all stay."""
    words = text.lstrip(" ")
    lines = [" " * (len(text) - len(words))]
    for word in words.split(" "):
        is_first = not lines[-1].strip(" ")
        joined = f"{lines[-1]}{word}" if is_first else f"{lines[-1]} {word}"
        if len(joined) <= width or is_first:
            lines[-1] = joined
        else:
            lines.append(word)
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def totals(model: Any) -> list[str]:
    """Return the lines below the table: how many parameters there are, and how large they are.

    Args:
        model: The model.
    """
    trainable = _size(model.trainable_weights)
    frozen = _size(model.non_trainable_weights)
    optimizer: Any = getattr(model, "optimizer", None)
    built = optimizer is not None and optimizer.built
    state = (0, 0)
    if built:
        # Beside the slots Keras counts the number of steps, an int32, and the learning rate.
        slots = optimizer.slot_count
        rate_nbytes = np.dtype(config.floatx()).itemsize
        state = (slots * trainable[0] + 2, slots * trainable[1] + 4 + rate_nbytes)
    total = tuple(map(sum, zip(trainable, frozen, state, strict=True)))
    named = [("Total", total), ("Trainable", trainable), ("Non-trainable", frozen)]
    if built:
        named.append(("Optimizer", state))
    return [f" {name} params: {count:,} ({_readable(nbytes)})" for name, (count, nbytes) in named]


def _size(weights: Sequence[Any]) -> tuple[int, int]:
    counts = [(math.prod(weight.shape), np.dtype(weight.dtype).itemsize) for weight in weights]
    return sum(count for count, _ in counts), sum(count * nbytes for count, nbytes in counts)


def _readable(nbytes: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if nbytes < 1024:
            return f"{nbytes:.2f} {unit}"
        nbytes /= 1024
    return f"{nbytes:.2f} PB"


def _printable(text: str) -> str:
    return text if can_print(text) else text.translate(_PLAIN_FRAME)
