"""A model as C99: a file and its header."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu._version import __version__
from cornu.exporting.c_layers import add_layer
from cornu.exporting.c_program import Program, indented, placed
from cornu.exporting.c_text import array, c_type, comment, functions, identifier, in_type
from cornu.exporting.c_training import Training
from cornu.exporting.unchanged_model import unchanged
from cornu.saving.whole_file import write_text, write_whole
from cornu.utils.flag import check_flag
from cornu.utils.messages import tell

# Rows that the file tests itself with.
_TEST_ROWS = 3


def write_c(model: Any, filepath: Any, verbose: bool, *, trainable: bool = False) -> None:
    """Write a model as C99, with its header beside it, both or none.

    Args:
        model: The model, built.
        filepath: The path of the file, whose name is what the functions' names begin with.
        verbose: Whether to say what was written.
        trainable: Whether there is a function that trains.

    Raises:
        RuntimeError: the model was trained or changed meanwhile.
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
    is_trainable = check_flag("trainable", trainable)
    names = _Names(os.path.basename(stem))
    header_path = f"{stem}.h"
    with unchanged(model):
        program = program_of(model)
        training = Training(model, program) if is_trainable else None
        _, sizes = placed(program.steps)
        header = header_text(model, program, names, sum(sizes.values()), training)
        source = source_text(model, program, names, os.path.basename(header_path), training)

    def write(other: str) -> None:
        with open(other, "w", encoding="utf-8", newline="\n") as file:
            file.write(source)
        write_text(header_path, header)

    write_whole(path, True, write)
    if verbose:
        nbytes = np.dtype(program.dtype).itemsize * sum(sizes.values())
        tell(
            f"Saved artifact at '{path}': {program.constant_nbytes} bytes of constants and "
            f"{nbytes} bytes of workspace; `{names.prefix}_predict` is in '{header_path}'."
        )


class _Names:
    """What the names of a file begin with.

    Args:
        stem: Its name without what it ends in.
    """

    def __init__(self, stem: str) -> None:
        self.prefix = identifier(stem)
        self.macro = self.prefix.upper()


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
    model: Any, program: Program, names: _Names, count: int, training: Training | None
) -> str:
    """Return the header.

    Args:
        model: The model.
        program: What it is in C.
        names: What names begin with.
        count: Numbers of workspace.
        training: What trains it.
    """
    kind, macro, prefix = c_type(program.dtype), names.macro, names.prefix
    of_training = "" if training is None else training.declarations(prefix, macro)
    include = "" if training is None else "\n#include <stddef.h>\n"
    itemsize = np.dtype(program.dtype).itemsize
    steps = "\n".join(f" *   {step.title}" for step in program.steps if step.title)
    return f"""/* The model "{comment(model.name)}" as C99, written by cornu {__version__}.
 *
{steps}
 *
 * Nothing is allocated, nothing is kept between calls, and nothing but the C library and its
 * mathematics (-lm) is needed; any number of threads may call at once.
 *
 * Results are within 1e-5 relative plus 1e-6 absolute of those of `predict`. With -D{macro}_EXACT
 * they have the same bits: products are added by fmaf or fma and elementary functions are cornu's
 * own. The compiler must then fuse nothing by itself (-ffp-contract=off, or -std=c99). With
 * -D{macro}_MAIN the file is a program that tests itself. */
#ifndef {macro}_H
#define {macro}_H
{include}
/* Numbers of a row of shape {_shape(model._row)}, and of its result, of shape
 * {_shape(program.row)}, the last axis running fastest. */
#define {macro}_INPUT_COUNT {int(np.prod(model._row))}
#define {macro}_OUTPUT_COUNT {int(np.prod(program.row))}

/* Bytes of constants, and of workspace on the stack of a call. What code takes the compiler says:
 * `size {prefix}.o`. */
#define {macro}_CONSTANT_NBYTES {program.constant_nbytes}
#define {macro}_WORKSPACE_NBYTES {itemsize * count}

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


def source_text(
    model: Any, program: Program, names: _Names, header: str, training: Training | None
) -> str:
    """Return the C file.

    Args:
        model: The model.
        program: What it is in C.
        names: What names begin with.
        header: The name of the header.
        training: What trains it.
    """
    kind, macro = c_type(program.dtype), names.macro
    lines, sizes = placed(program.steps)
    if not program.steps:
        lines = [f"memcpy(y, x, {int(np.prod(program.row))} * sizeof(*x));"]
    buffers = [f"{kind} {name}[{size}];" for name, size in sorted(sizes.items())]
    body = indented([*buffers, *lines])
    code = f"void {names.prefix}_predict(const {kind} *x, {kind} *y) {{\n{body}\n}}"
    if training is not None:
        code += "\n\n" + training.text(names.prefix, macro, body)
    constants = [array(one.name, one.values, one.comment) for one in program.constants]
    blocks = [
        f'/* See {header}. */\n#include "{header}"',
        "\n".join(
            f"#include <{name}.h>" for name in ("float", "math", "stddef", "stdint", "string")
        ),
        _guards(macro),
        *constants,
        functions(code, f"{macro}_EXACT", program.dtype),
        code,
        _main(model, program, names),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _guards(macro: str) -> str:
    return f"""#ifdef {macro}_EXACT
#ifdef __FAST_MATH__
#error "with -ffast-math the bits are not those of predict"
#endif
#if FLT_EVAL_METHOD != 0
#error "numbers are kept in wider types here: the bits are not those of predict"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
#endif"""


def _main(model: Any, program: Program, names: _Names) -> str:
    """The program that tests itself."""
    x, y = _test_vector(model, program)
    kind, prefix, macro = c_type(program.dtype), names.prefix, names.macro
    test = f"""/* Compares with what cornu predicted: {_TEST_ROWS} rows. */
int main(void) {{
    {kind} y[{macro}_OUTPUT_COUNT];
    int wrong = 0;
    for (size_t row = 0; row < {_TEST_ROWS}; row++) {{
        const {kind} *expected = test_y + row * {macro}_OUTPUT_COUNT;
        {prefix}_predict(test_x + row * {macro}_INPUT_COUNT, y);
        for (size_t i = 0; i < {macro}_OUTPUT_COUNT; i++) {{
#ifdef {macro}_EXACT
            wrong += memcmp(&y[i], &expected[i], sizeof y[i]) != 0;
#else
            wrong += !(FABS(y[i] - expected[i]) <= R(1e-6) + R(1e-5) * FABS(expected[i]));
#endif
        }}
    }}
    printf("{prefix}: %s, %d wrong\\n", wrong ? "FAILED" : "passed", wrong);
    return wrong != 0;
}}"""
    parts = [
        f"#ifdef {macro}_MAIN\n#include <stdio.h>",
        array("test_x", x),
        array("test_y", y),
        in_type(test, program.dtype),
        "#endif",
    ]
    return "\n\n".join(parts)


def _test_vector(model: Any, program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Rows, the same ones each time, and what the model predicts for them."""
    rng = np.random.default_rng(20)
    x = rng.standard_normal((_TEST_ROWS, *model._row)).astype(program.dtype)
    for scale in (1, 0.125, 0):
        rows = x * np.asarray(scale, x.dtype)
        y = np.asarray(model(rows, training=False))
        if np.isfinite(y).all():
            return rows, y
    raise ValueError(
        f'Model "{model.name}" predicts NaN or infinity for zeros, so that an export of it could '
        "not test itself."
    )


def _shape(row: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, row))})"
