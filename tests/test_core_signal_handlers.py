"""Signal handlers that run while the core works, and what they can do with its model."""

import signal

import numpy as np
import pytest

from alarm import alarm
from core_models import dense_model, finish, long_fit, long_step, predict, rows
from cornu import _core


def test_a_signal_handler_runs_and_the_fit_goes_on():
    model, _ = dense_model()
    seen = []
    # One epoch, so that the signal comes within the one call of advance.
    run = long_fit(model, 300_000, batch_size=1)

    def handler(number, frame):
        with pytest.raises(RuntimeError, match="in use"):
            run.progress()
        with pytest.raises(RuntimeError, match="in use"):
            run.advance()
        with pytest.raises(RuntimeError, match="in use"):
            run.close()
        run.stop()
        seen.append(number)

    with alarm(handler, 0.02):
        assert finish(run) == [_core.EPOCH_END, _core.DONE]
    assert seen == [signal.SIGALRM]


def test_an_exception_of_a_signal_handler_comes_through():
    class Alarm(Exception):  # noqa: N818 no error
        pass

    def handler(number, frame):
        raise Alarm

    model, _ = dense_model()
    run = long_fit(model, 10**6, batch_size=1)
    with alarm(handler, 0.1), pytest.raises(Alarm):
        finish(run)
    assert not model.in_training
    with pytest.raises(RuntimeError, match="over"):
        run.advance()


def handle_alarm_during(work, handler, after=0.2):
    """Run `work` and, in its middle, `handler`; what the handler returned or raised."""
    answers = []

    def on_alarm(number, frame):
        try:
            answers.append(handler())
        except Exception as error:
            answers.append(error)

    with alarm(on_alarm, after):
        work()
    assert answers, "the work was done before the signal came"
    return answers[0]


def test_a_signal_handler_reads_and_predicts_in_the_middle_of_a_step():
    model, layers = dense_model((600, 600, 600))
    view = layers[0].spans()[0]
    copy = np.empty_like(view)
    run = long_step(model)
    before = view.copy()

    def handler():
        model.copy([copy], [view], exclusive=False)
        return predict(model, rows(2, 600))

    answer = handle_alarm_during(lambda: finish(run), handler)
    assert isinstance(answer, np.ndarray), answer
    # The step had not come to its update.
    np.testing.assert_array_equal(copy, before)
    assert not np.array_equal(view, before)


def test_a_signal_handler_cannot_change_a_model_in_the_middle_of_a_step():
    model, layers = dense_model((600, 600, 600))
    view = layers[0].spans()[0]
    for change in (
        lambda: model.copy([view], [view.copy()], exclusive=True),
        lambda: finish(_core.Run(model, _core.TRAIN, rows(2, 600), rows(2, 600))),
    ):
        run = long_step(model)
        answer = handle_alarm_during(lambda run=run: finish(run), change)
        assert isinstance(answer, RuntimeError)
        assert "in the middle of a step" in str(answer)
    predict(model, rows(2, 600))
