"""The worked example: the engine's figures against the printed ones and against NumPy by hand."""

import numpy as np
import pytest

import cornu as keras
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


@pytest.fixture(scope="module")
def figures():
    return worked_example.figures()


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


@pytest.mark.parametrize("name", PRINTED)
def test_printed_figures(figures, name):
    np.testing.assert_allclose(np.ravel(figures[name]), PRINTED[name], rtol=0, atol=5e-9)


def test_printed_derivatives(figures):
    assert abs(figures["dE_dw_output"][0, 0] - 0.02592286) < 5e-9
    assert abs(figures["dE_dh"][0, 0] - 0.03240681) < 5e-9
    assert abs(figures["dE_dw_hidden"][0, 0] - 0.00080888) < 5e-9


def test_energies(figures):
    assert abs(figures["E"] - E) < 1e-12
    assert abs(figures["E_after"] - E_AFTER) < 1e-12


def test_every_figure_by_hand(figures):
    expected = by_hand()
    assert expected.keys() == figures.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(figures[name], value, rtol=0, atol=1e-12, err_msg=name)


def test_through_fit_evaluate_and_get_weights():
    """As a user types it: nothing but the public methods."""
    x, t = worked_example.X, worked_example.TARGET
    model = keras.Sequential(
        [
            keras.layers.Dense(
                2, activation="sigmoid", use_bias=False, input_shape=(2,), dtype="float64"
            ),
            keras.layers.Dense(2, activation="sigmoid", use_bias=False, dtype="float64"),
        ]
    )
    model.set_weights([worked_example.W_HIDDEN, worked_example.W_OUTPUT])
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(learning_rate=0.5))
    history = model.fit(x, t, batch_size=1, epochs=1, verbose=0)
    assert abs(history.history["loss"][0] - E) < 1e-12
    assert abs(model.evaluate(x, t, verbose=0) - E_AFTER) < 1e-12
    expected = by_hand()
    for came, name in zip(model.get_weights(), ("w_hidden", "w_output"), strict=True):
        np.testing.assert_allclose(came, expected[name], rtol=0, atol=1e-12)


def test_report_is_at_most_80_columns_wide():
    lines = worked_example.report().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("0.023971900751730" in line for line in lines)
    assert any("0.023236338872291" in line or "0.023236338872292" in line for line in lines)
