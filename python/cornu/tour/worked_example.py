"""One step of back-propagation in a network of two inputs, two hidden units and two outputs.

Every figure is of one step of the engine that `fit` uses, which `trace` keeps.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu

if TYPE_CHECKING:
    from cornu.models.traced import Trace

X = np.array([[0.1, 0.2]])
TARGET = np.array([[0.4, 0.6]])
# Kernels are (inputs, units): column j holds the weights that go to unit j.
W_HIDDEN = np.array([[0.3, 0.4], [0.25, 0.35]])
W_OUTPUT = np.array([[0.45, 0.7], [0.4, 0.6]])
LEARNING_RATE = 0.5
TITLE = "Back-propagation by hand: one step of a 2-2-2 network"
INTRODUCTION = (
    "Two inputs, two hidden units, two outputs; each unit is a sigmoid, o = 1 / (1 + exp(-z)), "
    "and there are no biases. Every figure below comes from the engine that fit() uses."
)
_WIDTH = 67


def make_model() -> Any:
    """The network of the example: 2-2-2, sigmoid, no biases, float64."""
    model = cornu.Sequential(
        [
            cornu.Input(shape=(2,), dtype="float64"),
            cornu.layers.Dense(
                2, activation="sigmoid", use_bias=False, dtype="float64", name="hidden"
            ),
            cornu.layers.Dense(
                2, activation="sigmoid", use_bias=False, dtype="float64", name="output"
            ),
        ],
        name="worked_example",
    )
    model.set_weights([W_HIDDEN, W_OUTPUT])
    model.compile(optimizer=cornu.optimizers.SGD(learning_rate=LEARNING_RATE), loss="mse")
    return model


def take_step() -> tuple[Any, Trace]:
    """Return the network after its step, and the step's trace."""
    model = make_model()
    return model, model.trace(X, TARGET)


def figures(step: tuple[Any, Trace] | None = None) -> dict[str, Any]:
    """Compute every figure of the example.

    Args:
        step: What `take_step` returned; None: it is called for it.

    Returns:
        Arrays by name: `z_hidden`, `h`, `z_output`, `o` (each of shape (1, 2)), `errors` (each
        output's part of E), `dE_do`, `dE_dz_output`, `dE_dh`, `dE_dz_hidden`, the gradients
        `dE_dw_hidden` and `dE_dw_output`,
        `w_hidden` and `w_output` after the step; `E` and `E_after` are numbers.
    """
    model, trace = take_step() if step is None else step
    hidden, output = trace
    return {
        "z_hidden": hidden.z,
        "h": hidden.a,
        "z_output": output.z,
        "o": output.a,
        "errors": trace.terms,
        "E": trace.loss,
        "dE_do": output.d_a,
        "dE_dz_output": output.delta,
        "dE_dh": hidden.d_a,
        "dE_dz_hidden": hidden.delta,
        "dE_dw_hidden": hidden.d_kernel,
        "dE_dw_output": output.d_kernel,
        "w_hidden": hidden.kernel_after,
        "w_output": output.kernel_after,
        "E_after": model.evaluate(X, TARGET, verbose=0),
    }


@dataclass(frozen=True)
class Row:
    """Figures of one kind.

    Attributes:
        symbols: What they are called.
        values: The figures, shape (count,).
        meaning: What they are, or what they come from.
    """

    symbols: str
    values: np.ndarray
    meaning: str


@dataclass(frozen=True)
class Part:
    """A part of the example.

    Attributes:
        title: What it is about, in a few words.
        rows: Its figures.
        error: The symbol of the error at its end, its figure, and what it is; None: it has none.
    """

    title: str
    rows: list[Row]
    error: tuple[str, float, str] | None = None


def _by_weight(kernel: np.ndarray) -> np.ndarray:
    """A kernel in the order W1, W2, W3, W4: unit by unit."""
    return np.asarray(kernel).T.ravel()


def _weights(hidden: np.ndarray, output: np.ndarray) -> list[Row]:
    """Eight weights, or what is there for each of them."""
    w1, w2 = _by_weight(hidden), _by_weight(output)
    return [
        Row("W1, W2", w1[:2], "into hidden unit 1"),
        Row("W3, W4", w1[2:], "into hidden unit 2"),
        Row("W5, W6", w2[:2], "into output 1"),
        Row("W7, W8", w2[2:], "into output 2"),
    ]


def parts(figures: dict[str, Any]) -> list[Part]:
    """Give the example's parts in order, with every figure: what is given, and the three passes.

    Args:
        figures: Those that `figures` computes.

    Example:

    >>> from cornu.tour import worked_example
    >>> found = worked_example.parts(worked_example.figures())
    >>> [part.title.partition(":")[0] for part in found]
    ['Given', 'Forward', 'Backward', 'Update']
    """
    f = {name: np.ravel(value) for name, value in figures.items()}
    gradients = _by_weight(figures["dE_dw_hidden"]), _by_weight(figures["dE_dw_output"])
    before, after = figures["E"], figures["E_after"]
    return [
        Part(
            "Given: inputs, targets and weights",
            [
                Row("x1, x2", X.ravel(), "the inputs"),
                Row("t1, t2", TARGET.ravel(), "the targets"),
                *_weights(W_HIDDEN, W_OUTPUT),
            ],
        ),
        Part(
            "Forward: from the inputs to the error",
            [
                Row("z1, z2", f["z_hidden"], "z1 = W1 x1 + W2 x2"),
                Row("h1, h2", f["h"], "h = sigmoid(z)"),
                Row("z3, z4", f["z_output"], "z3 = W5 h1 + W6 h2"),
                Row("o1, o2", f["o"], "what the network says"),
                Row("E1, E2", f["errors"], "E1 = (t1 - o1)^2 / 2"),
            ],
            ("E = E1 + E2", before, "the error to be made smaller"),
        ),
        Part(
            "Backward: how E changes with each value, by the chain rule",
            [
                Row("dE/do1, dE/do2", f["dE_do"], "o - t"),
                Row("dE/dz3, dE/dz4", f["dE_dz_output"], "times o (1 - o)"),
                Row("dE/dW5, dE/dW6", gradients[1][:2], "dE/dz3 times h"),
                Row("dE/dW7, dE/dW8", gradients[1][2:], "dE/dz4 times h"),
                Row("dE/dh1, dE/dh2", f["dE_dh"], "dE/dz3 W5 + dE/dz4 W7"),
                Row("dE/dz1, dE/dz2", f["dE_dz_hidden"], "times h (1 - h)"),
                Row("dE/dW1, dE/dW2", gradients[0][:2], "dE/dz1 times x"),
                Row("dE/dW3, dE/dW4", gradients[0][2:], "dE/dz2 times x"),
            ],
        ),
        Part(
            "Update: each weight moves against its derivative, W - r dE/dW",
            [
                Row("r", np.array([LEARNING_RATE]), "the learning rate"),
                *_weights(figures["w_hidden"], figures["w_output"]),
            ],
            ("E", after, f"smaller than before by {before - after:.9f}"),
        ),
    ]


def report() -> str:
    """The example in words and figures, at most 80 columns wide.

    Example:

    >>> from cornu.tour import worked_example
    >>> print(worked_example.report().splitlines()[0])
    Back-propagation by hand: one step of a 2-2-2 network
    """
    lines = [TITLE, "=" * len(TITLE), *textwrap.wrap(INTRODUCTION, _WIDTH)]
    for part in parts(figures()):
        lines += ["", part.title]
        for row in part.rows:
            numbers = "  ".join(f"{value: .8f}" for value in row.values)
            lines.append(f"  {row.symbols:<15} {numbers}   {row.meaning}")
        if part.error is not None:
            symbol, value, meaning = part.error
            lines.append(f"  {symbol} = {value:.15f}, {meaning}")
    return "\n".join(lines)
