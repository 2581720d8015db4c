"""The program by which an exported file tests itself."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from cornu.exporting.c_program import Program
from cornu.exporting.c_text import array, in_type
from cornu.exporting.c_training import Training
from cornu.exporting.trainable_copy import trainable_copy

# Rows that the file tests itself with, and how many of the trained weights it compares.
_TEST_ROWS, _TEST_WEIGHTS = 3, 48


def self_test(
    model: Any, program: Program, prefix: str, macro: str, training: Training | None
) -> str:
    """Return the C that compares with what cornu predicted, and with a step that it trained.

    Args:
        model: The model; a copy of it takes a step.
        program: What it is in C.
        prefix: What names begin with.
        macro: What macros begin with.
        training: What trains it.

    Raises:
        ValueError: what it gives is not finite.
    """
    x, y = _test_vector(model, program)
    arrays, functions, calls = [array("test_x", x), array("test_y", y)], [_DIFFERS], ""
    if training is not None:
        more, function = _step_of(model, program, training, x)
        arrays += more
        functions += function
        calls = "\n    wrong += test_training();"
    text = "\n\n".join([*functions, _MAIN.replace("@CALLS@", calls)])
    for word, meant in (("@ROWS@", str(_TEST_ROWS)), ("@NET@", macro), ("@net@", prefix)):
        text = text.replace(word, meant)
    head = f"#ifdef {macro}_MAIN\n#include <stdio.h>"
    return "\n\n".join([head, *arrays, in_type(text, program.dtype), "#endif"])


_FAR = "!(FABS(found - expected) <= R(1e-6) + R(1e-5) * FABS(expected))"

# @ROWS@, @NET@ and @net@: how many rows, what macros and other names begin with.
_IS_FAR = f"""/* Whether a number is not near the one that cornu has. */
static long is_far(REAL found, REAL expected) {{
    return {_FAR};
}}"""

_DIFFERS = f"""/* Whether a number is not the one that cornu has. */
static long differs(REAL found, REAL expected) {{
#ifdef @NET@_EXACT
    return memcmp(&found, &expected, sizeof found) != 0;
#else
    return {_FAR};
#endif
}}"""

_MAIN = """/* Compares with what cornu predicted: @ROWS@ rows. */
int main(void) {
    static REAL y[@NET@_OUTPUT_COUNT];
    long wrong = 0;
    for (size_t row = 0; row < @ROWS@; row++) {
        const REAL *expected = test_y + row * @NET@_OUTPUT_COUNT;
        @net@_predict(test_x + row * @NET@_INPUT_COUNT, y);
        for (size_t i = 0; i < @NET@_OUTPUT_COUNT; i++) {
            wrong += differs(y[i], expected[i]);
        }
    }@CALLS@
    printf("@net@: %s, %ld wrong\\n", wrong ? "FAILED" : "passed", wrong);
    return wrong != 0;
}"""

_TRAINING = """/* Compares a step with cornu's: the loss, some weights, and the mean size of all. */
static long test_training(void) {
    static REAL memory[@NET@_MEMORY_COUNT];
    long wrong = 0;
    double sum = 0;
    @net@_begin(memory);
    wrong += differs(@net@_train(@ROWS@, test_x, test_targets, memory), test_loss[0]);
    for (size_t i = 0; i < @COUNT@; i++) {
        sum += fabs((double)memory[1 + i]);
        wrong += i % @STRIDE@ == 0 && differs(memory[1 + i], test_weights[i / @STRIDE@]);
    }
    return wrong + differs((REAL)(sum / @COUNT@), test_loss[1]);
}"""


def _step_of(
    model: Any, program: Program, training: Training, x: np.ndarray
) -> tuple[list[str], list[str]]:
    """The arrays of what cornu has of a step, and the functions that take one."""
    targets = _targets(program, training)
    is_sparse = training.loss.startswith("sparse")
    failure = ValueError(
        f'Model "{model.name}" has NaN or infinity in a step of training, so that an export of it '
        "could not test itself."
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            y = targets.reshape(-1) if is_sparse else targets
            trace = trainable_copy(model).trace(x, y, apply=False)
    except (RuntimeWarning, FloatingPointError):
        raise failure from None
    weights = (weight for layer in trace.layers for weight in layer.weights.values())
    after = np.concatenate([weight.after.reshape(-1) for weight in weights])
    # In the order in which C adds them up.
    size = np.cumsum(np.abs(after), dtype=np.float64)[-1] / after.size
    told = np.array([trace.results["loss"], size]).astype(program.dtype)
    if not (np.isfinite(told).all() and np.isfinite(after).all()):
        raise failure
    stride = -(-after.size // _TEST_WEIGHTS)
    text = _TRAINING.replace("@COUNT@", str(after.size)).replace("@STRIDE@", str(stride))
    functions = [text]
    if training.exact_rows < _TEST_ROWS:
        functions = [_IS_FAR, text.replace("differs(", "is_far(")]
    arrays = [
        array("test_targets", targets),
        array("test_weights", after[::stride]),
        array("test_loss", told, "The loss, and the mean of the sizes of all weights"),
    ]
    return arrays, functions


def _targets(program: Program, training: Training) -> np.ndarray:
    """Targets that suit the loss."""
    rng = np.random.default_rng(21)
    columns = program.row[-1]
    if training.loss == "mean_squared_error":
        return rng.standard_normal((_TEST_ROWS, columns)).astype(program.dtype)
    ids = rng.integers(0, columns, _TEST_ROWS)
    found = ids[:, None] if training.loss.startswith("sparse") else np.eye(columns)[ids]
    return found.astype(program.dtype)


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
