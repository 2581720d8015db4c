"""A model as a file for other programs: which format, and who writes it."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from cornu.layers.arguments import refuse_unsupported
from cornu.utils.errors import shown
from cornu.utils.file_path import file_path


class Format(NamedTuple):
    """A format that models are exported in.

    Attributes:
        ending: What the names of its files end in.
        what: What it is, in words.
        writer: The module, and in it the function of a model, a path, `verbose` and whatever
            arguments are the format's own.
    """

    ending: str
    what: str
    writer: tuple[str, str]


# By the name that `format` has for it.
FORMATS = {
    "c": Format(".c", "C99, with its header beside it", ("cornu.exporting.c_file", "write_c")),
    "onnx": Format(".onnx", "ONNX", ("cornu.exporting.onnx_file", "write_onnx")),
}


def export_model(
    model: Any,
    filepath: Any,
    format: Any = None,  # noqa: A002
    verbose: Any = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> None:
    """Write a model to a file for other programs: `Model.export`.

    Args:
        model: The model, built.
        filepath: The file's path.
        format: A key of `FORMATS`; None: the path's ending tells.
        verbose: Whether to say what was written; None: yes.
        input_signature: None.
        **kwargs: The format's own arguments.

    Raises:
        TypeError: the format has no such argument.
        ValueError: there is no such format, or the model can't be written in it.
    """
    refuse_unsupported({"input_signature": input_signature})
    found = _format_of(file_path("filepath", filepath), format)
    module, name = found.writer
    write = getattr(import_module(module), name)
    for given in kwargs.keys() - write.__kwdefaults__.keys():
        raise TypeError(
            f"{type(model).__name__}.export() got an unexpected keyword argument {given!r}: files "
            f"that end in {found.ending} have {', '.join(map(repr, write.__kwdefaults__))}"
        )
    write(model, filepath, verbose in (None, True), **kwargs)


def _format_of(path: str, name: Any) -> Format:
    if name is None:
        for known in FORMATS.values():
            if path.endswith(known.ending):
                return known
        expected = "`filepath` must end in one of these, or `format` say which it is"
        given = f"filepath={path!r}"
    elif isinstance(name, str) and name in FORMATS:
        return FORMATS[name]
    else:
        expected, given = "`format` must be one of these, or None", f"format={shown(name)}"
    there = ", ".join(f"{key!r} ({one.ending}: {one.what})" for key, one in FORMATS.items())
    raise ValueError(f"{expected}: {there}. Received: {given}")
