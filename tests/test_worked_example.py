"""The worked example: the engine's figures against the printed ones and against NumPy by hand."""

import numpy as np
import pytest

import cornu as keras
from cornu.tour import worked_example
from worked_figures import E_AFTER, PRINTED, E, by_hand


@pytest.fixture(scope="module")
def figures():
    return worked_example.figures()


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
