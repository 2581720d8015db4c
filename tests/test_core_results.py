"""Results of the core over several runs: breaks when sums don't go on, or are weighted wrong."""

import numpy as np
import pytest

from core_models import MSE, dense_model, finish, rows
from cornu import _core

METRICS = [("loss", MSE, 0.5, 1), ("binary_accuracy", None, 0.0, 1)]


@pytest.mark.parametrize("mode", [_core.TRAIN, _core.TEST])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_sums_go_on(size, mode):
    """Batches one by one are what a fit or an evaluation of all rows is."""
    x, y, weights = rows(7), rows(7, 2), np.arange(7.0)
    one, _ = dense_model(metrics=METRICS)
    whole = _core.FIT if mode == _core.TRAIN else _core.EVALUATE
    run = _core.Run(one, whole, x, y, weights, batch_size=size)
    finish(run)
    two, _ = dense_model(metrics=METRICS)
    last = None
    for start in range(0, 7, size):
        part = slice(start, start + size)
        last = _core.Run(two, mode, x[part], y[part], weights[part], after=last)
        assert finish(last) == [_core.DONE]
    assert last.results() == run.results() == two.results()


def test_a_run_in_between_changes_nothing():
    x, y = rows(7), rows(7, 2)
    model, _ = dense_model(metrics=METRICS)
    first = _core.Run(model, _core.TEST, x[:3], y[:3])
    finish(first)
    finish(_core.Run(model, _core.TEST, x[:1], y[:1]))
    last = _core.Run(model, _core.TEST, x[3:], y[3:], after=first)
    finish(last)
    finish(run := _core.Run(model, _core.EVALUATE, x, y, batch_size=4))
    np.testing.assert_allclose(last.results(), run.results(), rtol=1e-12)


def test_what_a_run_can_not_go_on_from():
    x, y = rows(7), rows(7, 2)
    model, _ = dense_model()
    with pytest.raises(TypeError, match="`after` must be a Run"):
        _core.Run(model, _core.TEST, x, y, after=3)
    run = _core.Run(model, _core.TEST, x, y)
    with pytest.raises(RuntimeError, match="before this one is done"):
        _core.Run(model, _core.TEST, x, y, after=run)
    finish(run)
    with pytest.raises(ValueError, match="TRAIN and TEST only"):
        _core.Run(model, _core.EVALUATE, x, y, after=run)
    other, _ = dense_model()
    with pytest.raises(RuntimeError, match="compiled since"):
        _core.Run(other, _core.TEST, x, y, after=run)
    model.compile(MSE, _core.Optimizer("sgd", 0.1), [])
    with pytest.raises(RuntimeError, match="compiled since"):
        _core.Run(model, _core.TEST, x, y, after=run)
    run.close()
    with pytest.raises(RuntimeError, match="closed"):
        _core.Run(model, _core.TEST, x, y, after=run)


@pytest.mark.parametrize("batch_size", [1, 3, 7])
def test_weighted_metrics(batch_size):
    """The last ones are means over the weights; the others count each row alike."""
    model, _ = dense_model(dtype="float64")
    x, y = rows(7, dtype="float64"), rows(7, 2, "float64")
    weights = np.array([0, 0.5, 1, 2, 0, 3, 0.25])
    losses = []
    for i in range(7):
        run = _core.Run(model, _core.TEST, x[i : i + 1], y[i : i + 1])
        finish(run)
        losses.append(run.results()[0])
    metric = METRICS[0]
    model.compile(MSE, None, [metric, metric], weighted_count=1)
    run = _core.Run(model, _core.EVALUATE, x, y, weights, batch_size=batch_size)
    finish(run)
    plain, weighted = run.results()[1:]
    assert plain == pytest.approx(np.mean(losses), rel=1e-12)
    assert weighted == pytest.approx(np.average(losses, weights=weights), rel=1e-12)
    run = _core.Run(model, _core.EVALUATE, x, y, weights * 0)
    finish(run)
    assert run.results()[2] == 0
