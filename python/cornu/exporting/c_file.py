"""A model as C99: a file and its header."""

from __future__ import annotations

import math
import os
import re
import zlib
from typing import Any, NamedTuple

import numpy as np

from cornu._version import __version__
from cornu.exporting.c_layers import add_layer
from cornu.exporting.c_program import Program, indented, placed
from cornu.exporting.c_self_test import self_test
from cornu.exporting.c_text import (
    Needed,
    array,
    c_type,
    comment,
    functions,
    identifier,
    needed,
)
from cornu.exporting.c_training import Training
from cornu.exporting.code_size import code_nbytes, measured, rounded_up
from cornu.exporting.unchanged_model import read_unchanged
from cornu.saving.whole_file import write_together
from cornu.utils.flag import check_flag
from cornu.utils.messages import tell

# Headers of C that the file includes.
_INCLUDED = ("float", "math", "stddef", "stdint", "string")
# Others that C has: a file of such a name, in whatever case, might be taken for one of them.
_OTHERS = (
    *("assert", "complex", "ctype", "errno", "fenv", "inttypes", "iso646", "limits", "locale"),
    *("setjmp", "signal", "stdarg", "stdbool", "stdio", "stdlib", "tgmath", "time", "wchar"),
    "wctype",
)


def write_c(model: Any, filepath: Any, verbose: bool, *, trainable: bool = False) -> None:
    """Write a model as C99, with its header beside it, both or none.

    Args:
        model: The model, built.
        filepath: The path of the file, whose name is what the functions' names begin with.
        verbose: Whether to say what was written.
        trainable: Whether there is a function that trains.

    Raises:
        RuntimeError: a layer of the model was changed meanwhile.
        ValueError: a layer can't be exported; the message names it.
    """
    path = os.fsdecode(filepath)
    stem, ending = os.path.splitext(path)
    if ending == ".h":
        raise ValueError(
            "`filepath` must be that of the C file; its header stands beside it. "
            f"Received: {path!r}"
        )
    if not (os.path.basename(path).isprintable() and '"' not in os.path.basename(path)):
        raise ValueError(
            "`filepath` must have a name that C can include: printable characters but quotes. "
            f"Received: {path!r}"
        )
    if os.path.basename(stem).lower() in (*_INCLUDED, *_OTHERS):
        raise ValueError(
            "`filepath` must be such that its header isn't taken for one of C's own. "
            f"Received: {path!r}"
        )
    is_trainable = check_flag("trainable", trainable)
    names = _Names(os.path.basename(stem))
    header_path = f"{stem}.h"

    def texts() -> tuple[dict[str, str], _Sizes, int | None]:
        program = program_of(model)
        training = Training(model, program) if is_trainable else None
        code = _functions_of(program, names, training)
        parts = needed(code, program.dtype)
        sizes = _sizes_of(program, code, parts)
        header = header_text(model, program, names, sizes, training)
        test = self_test(model, program, names.prefix, names.macro, training)
        source = source_text(program, names, os.path.basename(header_path), code, parts, test)
        memory = None if training is None else training.count * np.dtype(program.dtype).itemsize
        return {header_path: header, path: source}, sizes, memory

    made, sizes, memory = read_unchanged(model, texts)
    files = _paired(made, names)
    write_together({path: text.encode("utf-8") for path, text in files.items()}, True)
    if verbose:
        in_memory, functions_there = "", f"`{names.prefix}_predict` is"
        if memory is not None:
            in_memory = f", {memory} bytes of memory to train in"
            functions_there = f"`{names.prefix}_predict` and `{names.prefix}_train` are"
        tell(
            f"Saved artifact at '{path}': about {sizes.code} bytes of code "
            f"({measured()['compiler']}), {sizes.constants} bytes of constants and "
            f"{sizes.workspace} bytes of workspace{in_memory}; {functions_there} in "
            f"'{header_path}'."
        )


class _Names:
    """What the names of a file begin with.

    Args:
        stem: Its name without what it ends in.
    """

    def __init__(self, stem: str) -> None:
        self.prefix = identifier(stem)
        self.macro = self.prefix.upper()


class _Sizes(NamedTuple):
    """What a file takes, in bytes.

    Attributes:
        code: Of code, about.
        exact: Likewise, with cornu's own bits.
        constants: Of constants.
        workspace: Of a call's workspace.
    """

    code: int
    exact: int
    constants: int
    workspace: int


def _sizes_of(program: Program, code: str, parts: Needed) -> _Sizes:
    kind = program.dtype
    plain, exact = (rounded_up(code_nbytes(code, parts, kind, way)) for way in (False, True))
    count = sum(placed(program.steps)[1].values())
    return _Sizes(plain, exact, program.constant_nbytes, np.dtype(kind).itemsize * count)


def _paired(files: dict[str, str], names: _Names) -> dict[str, str]:
    """Header and file so that neither compiles with the other one of another export, as a process
    that ends between the two would leave them."""
    (header_path, header), (path, source) = files.items()
    macro, mark = f"{names.macro}_EXPORT", f"0x{zlib.crc32((header + source).encode()):08x}"
    guard, include = f"#define {names.macro}_H\n", f'#include "{os.path.basename(header_path)}"\n'
    check = f'#if {macro} != {mark}\n#error "the header is of another export"\n#endif\n'
    return {
        header_path: header.replace(guard, f"{guard}#define {macro} {mark}\n", 1),
        path: source.replace(include, include + check, 1),
    }


def program_of(model: Any) -> Program:
    """Return what a model computes outside training, as steps of C.

    Args:
        model: The model, built.

    Raises:
        ValueError: a layer can't be exported.
    """
    model._require_built("exported")
    for layer in model._before_core:
        raise ValueError(
            f'Layer "{layer.name}" ({type(layer).__name__}) can\'t be exported as C: it prepares '
            "data. Export a model of the layers behind it, and prepare the data before."
        )
    program = Program(model.dtype, tuple(model._row))
    for layer in model._chain():
        add_layer(program, layer)
    if 0 in (*model._row, *program.row):
        raise ValueError(
            f'Model "{model.name}" takes or gives no numbers: there is nothing to export. '
            f"Received: rows of shape {tuple(model._row)}, results of shape {program.row}"
        )
    return program


def header_text(
    model: Any, program: Program, names: _Names, sizes: _Sizes, training: Training | None
) -> str:
    """Return the header.

    Args:
        model: The model.
        program: What it is in C.
        names: What names begin with.
        sizes: What it takes.
        training: What trains it.
    """
    kind, macro, prefix = c_type(program.dtype), names.macro, names.prefix
    of_training = "" if training is None else training.declarations(prefix, macro)
    include = "" if training is None else "\n#include <stddef.h>\n"
    steps = "\n".join(f" *   {step.title}" for step in program.steps if step.title)
    return f"""/* The model "{comment(model.name)}" as C99, written by cornu {__version__}.
 *
{steps}
 *
 * Nothing is allocated, nothing is kept between calls, and nothing but the C library and its
 * mathematics (-lm) is needed; any number of threads may call at once.
 *
 * Results are within 1e-5 relative plus 1e-6 absolute of those of `predict`; -ffast-math takes that
 * promise back. With -D{macro}_EXACT they have the same bits, wherever numbers are rounded to the
 * nearest, subnormal ones are kept, and the C library's fmaf or fma rounds once (newlib's does not
 * on processors without the instruction): products are added by it, and elementary functions are
 * cornu's own. Compilers other than gcc and clang must be told to fuse nothing by themselves.
 *
 * With -D{macro}_STATIC the workspace is static memory in place of the stack, and one thread may
 * call at a time. With -D{macro}_MAIN the file is a program that tests itself. */
#ifndef {macro}_H
#define {macro}_H
{include}
/* Numbers of a row of shape {_shape(model._row)}, and of its result, of shape
 * {_shape(program.row)}, the last axis running fastest. */
#define {macro}_INPUT_COUNT {math.prod(model._row)}
#define {macro}_OUTPUT_COUNT {math.prod(program.row)}

/* Bytes of constants, and of workspace on the stack of a call, beside some 300 for frames.
 *
 * About {sizes.code} bytes of code, {sizes.exact} with {macro}_EXACT, without the C library's: an
 * estimate of what {measured()["compiler"]} makes of it.
 * `size {prefix}.o` says what another does. */
#define {macro}_CONSTANT_NBYTES {sizes.constants}
#define {macro}_WORKSPACE_NBYTES {sizes.workspace}

#ifdef __cplusplus
extern "C" {{
#endif

/* y = what the model predicts for one row x. They must not overlap. */
void {prefix}_predict(const {kind} *x, {kind} *y);
{of_training}
#ifdef __cplusplus
}}
#endif

#endif
"""


def _functions_of(program: Program, names: _Names, training: Training | None) -> str:
    """The functions that are the file's own."""
    kind, macro = c_type(program.dtype), names.macro
    lines, sizes = placed(program.steps)
    if not program.steps:
        lines = [f"memcpy(y, x, {math.prod(program.row)} * sizeof(*x));"]
    buffers = [f"{macro}_BUFFER {kind} {name}[{size}];" for name, size in sorted(sizes.items())]
    body = [*buffers, *lines]
    code = f"void {names.prefix}_predict(const {kind} *x, {kind} *y) {{\n{indented(body)}\n}}"
    if training is not None:
        code += "\n\n" + training.text(names.prefix, macro, body)
    return code


def source_text(
    program: Program, names: _Names, header: str, code: str, parts: Needed, test: str
) -> str:
    """Return the C file.

    Args:
        program: What it is in C.
        names: What names begin with.
        header: The name of the header.
        code: The functions that are the file's own.
        parts: What these need.
        test: What it tests itself with.
    """
    macro = names.macro
    of_parts = functions(parts, f"{macro}_EXACT", program.dtype)
    constants = [array(one.name, one.values, one.comment) for one in program.constants]
    blocks = [
        f'/* See {header}. */\n#include "{header}"',
        "\n".join(f"#include <{name}.h>" for name in _INCLUDED),
        _guards(macro, of_parts + code),
        *constants,
        of_parts,
        _buffers(macro) if f"{macro}_BUFFER" in code else "",
        code,
        test,
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _guards(macro: str, text: str) -> str:
    kinds = {"float": "FLT_MANT_DIG != 24", "double": "DBL_MANT_DIG != 53"}
    digits = [digits for kind, digits in kinds.items() if re.search(rf"\b{kind}\b", text)]
    return f"""#ifdef {macro}_EXACT
#if {" || ".join(["FLT_RADIX != 2", *digits])}
#error "numbers have other digits here: the bits are not those of predict"
#endif
#ifdef __FAST_MATH__
#error "with -ffast-math the bits are not those of predict"
#endif
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16 /* where only _Float16 is wider */
#error "numbers are kept in wider types here: the bits are not those of predict"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#elif defined __GNUC__
#pragma GCC optimize("fp-contract=off")
#endif
#endif"""


def _buffers(macro: str) -> str:
    return f"""#ifdef {macro}_STATIC
#define {macro}_BUFFER static
#else
#define {macro}_BUFFER
#endif"""


def _shape(row: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, row))})"
