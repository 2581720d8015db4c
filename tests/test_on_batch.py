"""train_on_batch, test_on_batch, predict_on_batch, loss_and_gradients."""

import numpy as np
import pytest

import cornu as keras
from small_models import classifier, labels, make_model, regression, regressor


def test_a_step_reports_its_batch_before_the_update():
    x, y = regression()
    model = regressor()
    before = model.evaluate(x, y, verbose=0)
    weights = model.get_weights()
    got = model.train_on_batch(x, y)
    np.testing.assert_allclose(got, before, rtol=1e-6)
    assert [type(value) for value in got] == [float, float]
    assert any((a != b).any() for a, b in zip(weights, model.get_weights(), strict=True))
    assert int(model.optimizer.iterations) == 1


def test_each_call_reports_itself_alone():
    """Sums start at zero with each call, as in Keras 3.15."""
    model = classifier()
    for rows in (5, 9):
        x, y = labels(rows=rows, seed=rows)
        np.testing.assert_allclose(
            model.test_on_batch(x, y), model.evaluate(x, y, verbose=0, batch_size=rows), rtol=1e-6
        )


def test_steps_are_those_of_fit():
    x, y = regression()
    fitted, stepped = regressor("adam"), regressor("adam")
    fitted.fit(x, y, batch_size=6, epochs=2, shuffle=False, verbose=0)
    for _ in range(2):
        for begin in range(0, len(x), 6):
            stepped.train_on_batch(x[begin : begin + 6], y[begin : begin + 6])
    for a, b in zip(fitted.get_weights(), stepped.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_results_by_name_and_bare():
    x, y = regression()
    model = regressor()
    assert list(model.train_on_batch(x, y, return_dict=True)) == ["loss", "mae"]
    assert list(model.test_on_batch(x, y, return_dict=True)) == ["loss", "mae"]
    bare = regressor(metrics=())
    assert type(bare.train_on_batch(x, y)) is type(bare.test_on_batch(x, y)) is float


def test_sample_weight_weighs_the_loss():
    x, y = regression(dtype="float64")
    weight = np.linspace(0, 2, len(x))
    model = regressor(dtype="float64", metrics=())
    error = model.predict(x, verbose=0) - y
    expected = ((error**2).mean(axis=1) * weight).mean()
    assert model.test_on_batch(x, y, sample_weight=weight) == pytest.approx(expected, rel=1e-12)
    assert model.train_on_batch(x, y, weight) == pytest.approx(expected, rel=1e-12)


def test_predict_on_batch():
    model = make_model()
    x, _ = regression()
    np.testing.assert_array_equal(model.predict_on_batch(x), model.predict(x, verbose=0))


def test_loss_and_gradients_are_a_step_of_sgd():
    x, y = regression(dtype="float64")
    model = make_model(dtype="float64")
    model.compile(keras.optimizers.SGD(0.25), "mse")
    before = model.get_weights()
    loss, gradients = model.loss_and_gradients(x, y)
    for kept, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)
    assert loss == model.train_on_batch(x, y)
    for weight, gradient, now in zip(before, gradients, model.get_weights(), strict=True):
        np.testing.assert_allclose(now, weight - 0.25 * gradient, rtol=1e-12, atol=1e-15)


def test_loss_and_gradients_report_no_metrics():
    x, y = regression()
    model = regressor()
    kept = model.evaluate(x, y, verbose=0)
    model.loss_and_gradients(x[:3], y[:3])
    assert list(model.get_metrics_result().values()) == kept


@pytest.mark.parametrize("method", ["train_on_batch", "test_on_batch"])
def test_bad_numbers_change_nothing(method):
    x, y = regression()
    model = regressor("adam")
    model.train_on_batch(x, y)
    before, steps = model.get_weights(), int(model.optimizer.iterations)
    results = model.get_metrics_result()
    assert results["loss"] > 0
    odd = x.copy()
    odd[5, 2] = np.nan
    with pytest.raises(ValueError, match=r"x\[5, 2\] = nan"):
        getattr(model, method)(odd, y)
    assert int(model.optimizer.iterations) == steps
    assert model.get_metrics_result() == results
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
