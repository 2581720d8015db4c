"""One step of back-propagation in a network of two inputs, two hidden units and two outputs.

Every figure is of one step of the engine that `fit` uses, which `trace` keeps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu

X = np.array([[0.1, 0.2]])
TARGET = np.array([[0.4, 0.6]])
# Kernels are (inputs, units): column j holds the weights that go to unit j.
W_HIDDEN = np.array([[0.3, 0.4], [0.25, 0.35]])
W_OUTPUT = np.array([[0.45, 0.7], [0.4, 0.6]])
LEARNING_RATE = 0.5


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


def figures() -> dict[str, Any]:
    """Compute every figure of the example.

    Returns:
        Arrays by name: `z_hidden`, `h`, `z_output`, `o` (each of shape (1, 2)), `errors` (each
        output's part of E), `dE_do`, `dE_dz_output`, `dE_dh`, `dE_dz_hidden`, the gradients
        `dE_dw_hidden` and `dE_dw_output`,
        `w_hidden` and `w_output` after the step; `E` and `E_after` are numbers.
    """
    model = make_model()
    trace = model.trace(X, TARGET)
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


def _row(label: str, values: np.ndarray, meaning: str) -> str:
    numbers = "  ".join(f"{value: .8f}" for value in np.ravel(values))
    return f"  {label:<15} {numbers}   {meaning}"


def _by_weight(kernel: np.ndarray) -> np.ndarray:
    """A kernel in the order W1, W2, W3, W4: unit by unit."""
    return np.asarray(kernel).T.ravel()


def report() -> str:
    """The example in words and figures, at most 80 columns wide.

    Example:

    >>> from cornu.tour import worked_example
    >>> print(worked_example.report().splitlines()[0])
    Back-propagation by hand: one step of a 2-2-2 network
    """
    f = figures()
    w_hidden, w_output = _by_weight(W_HIDDEN), _by_weight(W_OUTPUT)
    lines = [
        "Back-propagation by hand: one step of a 2-2-2 network",
        "=====================================================",
        "Two inputs, two hidden units, two outputs; each unit is a sigmoid,",
        "o = 1 / (1 + exp(-z)), and there are no biases. Every figure below comes",
        "from the engine that fit() uses.",
        "",
        _row("x1, x2", X, "the inputs"),
        _row("t1, t2", TARGET, "the targets"),
        _row("W1, W2", w_hidden[:2], "into hidden unit 1"),
        _row("W3, W4", w_hidden[2:], "into hidden unit 2"),
        _row("W5, W6", w_output[:2], "into output 1"),
        _row("W7, W8", w_output[2:], "into output 2"),
        "",
        "Forward: from the inputs to the error",
        _row("z1, z2", f["z_hidden"], "z1 = W1 x1 + W2 x2"),
        _row("h1, h2", f["h"], "h = sigmoid(z)"),
        _row("z3, z4", f["z_output"], "z3 = W5 h1 + W6 h2"),
        _row("o1, o2", f["o"], "what the network says"),
        _row("E1, E2", f["errors"], "E1 = (t1 - o1)^2 / 2"),
        f"  E = E1 + E2 = {f['E']:.15f}, the error to be made smaller",
        "",
        "Backward: how E changes with each value, by the chain rule",
        _row("dE/do1, dE/do2", f["dE_do"], "o - t"),
        _row("dE/dz3, dE/dz4", f["dE_dz_output"], "times o (1 - o)"),
        _row("dE/dW5, dE/dW6", _by_weight(f["dE_dw_output"])[:2], "dE/dz3 times h"),
        _row("dE/dW7, dE/dW8", _by_weight(f["dE_dw_output"])[2:], "dE/dz4 times h"),
        _row("dE/dh1, dE/dh2", f["dE_dh"], "dE/dz3 W5 + dE/dz4 W7"),
        _row("dE/dz1, dE/dz2", f["dE_dz_hidden"], "times h (1 - h)"),
        _row("dE/dW1, dE/dW2", _by_weight(f["dE_dw_hidden"])[:2], "dE/dz1 times x"),
        _row("dE/dW3, dE/dW4", _by_weight(f["dE_dw_hidden"])[2:], "dE/dz2 times x"),
        "",
        "Update: each weight moves against its derivative, W - r dE/dW",
        _row("r", np.array(LEARNING_RATE), "the learning rate"),
        _row("W1, W2", _by_weight(f["w_hidden"])[:2], "into hidden unit 1"),
        _row("W3, W4", _by_weight(f["w_hidden"])[2:], "into hidden unit 2"),
        _row("W5, W6", _by_weight(f["w_output"])[:2], "into output 1"),
        _row("W7, W8", _by_weight(f["w_output"])[2:], "into output 2"),
        f"  E = {f['E_after']:.15f}, smaller than before by {f['E'] - f['E_after']:.9f}",
    ]
    return "\n".join(lines)
