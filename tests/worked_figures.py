"""The figures of the worked example: as printed where it comes from, and worked out in NumPy."""

import numpy as np

from cornu.tour import worked_example

# As printed where the example comes from, to eight places.
PRINTED = {
    "z_hidden": [0.08, 0.11],
    "h": [0.51998934, 0.52747230],
    "z_output": [0.44498412, 0.68047592],
    "o": [0.60944600, 0.66384491],
    "errors": [0.02193381, 0.00203809],
    "w_output": [0.43703857, 0.69629578, 0.38685205, 0.59624247],
    "w_hidden": [0.29959556, 0.39964496, 0.24919112, 0.34928991],
}
E = 0.023971900751730026
E_AFTER = 0.023236338872291772


def by_hand():
    """The same step in NumPy, independently of the engine."""
    x, t = worked_example.X, worked_example.TARGET
    v, w = worked_example.W_HIDDEN, worked_example.W_OUTPUT

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    found = {"z_hidden": x @ v}
    found["h"] = sigmoid(found["z_hidden"])
    found["z_output"] = found["h"] @ w
    found["o"] = sigmoid(found["z_output"])
    found["errors"] = (found["o"] - t) ** 2 / 2
    found["E"] = found["errors"].sum()
    found["dE_do"] = found["o"] - t
    found["dE_dz_output"] = found["dE_do"] * found["o"] * (1 - found["o"])
    found["dE_dh"] = found["dE_dz_output"] @ w.T
    found["dE_dz_hidden"] = found["dE_dh"] * found["h"] * (1 - found["h"])
    found["dE_dw_output"] = found["h"].T @ found["dE_dz_output"]
    found["dE_dw_hidden"] = x.T @ found["dE_dz_hidden"]
    found["w_output"] = w - worked_example.LEARNING_RATE * found["dE_dw_output"]
    found["w_hidden"] = v - worked_example.LEARNING_RATE * found["dE_dw_hidden"]
    after = sigmoid(sigmoid(x @ found["w_hidden"]) @ found["w_output"])
    found["E_after"] = ((after - t) ** 2).mean()
    return found
