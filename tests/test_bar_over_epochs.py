"""One bar over many brief epochs, and what stands beside it on a terminal."""

import pytest

import cornu as keras
from clocked_fit import Clock, fit_by
from cornu.callbacks import progbar_logger, progress
from cornu.utils import messages


@pytest.fixture
def terminal(monkeypatch, capsys):
    for module in (progress, progbar_logger):
        monkeypatch.setattr(module, "is_live", lambda: True)

    def shown():
        """The lines as they stand at last, and how often one was written over."""
        written = capsys.readouterr().out
        lines = [line.split("\r")[-1].rstrip() for line in written.split("\n")]
        return [line for line in lines if line], written.count("\r")

    return shown


def test_many_brief_epochs_share_one_bar(monkeypatch, terminal):
    fit_by(Clock(monkeypatch, lambda epoch: 0.1), keras.callbacks.ProgbarLogger(), 500)
    lines, over = terminal()
    assert [line for line in lines if line.startswith("Epoch")] == [
        f"Epoch {epoch}/500" for epoch in (1, 2, 3)
    ]
    assert len(lines) == 7
    bar = "━" * 20
    assert lines[-1] == f"500/500 {bar} 50s 100ms/epoch - loss: 499.0000 - val_loss: 2.0000"
    assert over > 400


@pytest.mark.parametrize("seconds", [0.1, 0.3])
def test_few_or_longer_epochs_have_bars_of_their_own(seconds, monkeypatch, terminal):
    epochs = 22 if seconds < 0.25 else 40
    fit_by(Clock(monkeypatch, lambda epoch: seconds), keras.callbacks.ProgbarLogger(), epochs)
    lines, _ = terminal()
    assert len(lines) == 2 * epochs


def test_a_long_epoch_among_brief_ones_has_a_bar_of_its_own(monkeypatch, terminal):
    clock = Clock(monkeypatch, lambda epoch: 3.0 if epoch in (50, 90) else 0.01)
    fit_by(clock, keras.callbacks.ProgbarLogger(), 100)
    lines, _ = terminal()
    bar, part = "━" * 20, "━" * 10
    assert lines[6:9] == [
        f" 50/100 {part}           0s 10ms/epoch - loss: 49.0000 - val_loss: 2.0000",
        "Epoch 51/100",
        f"2/2 {bar} 3s 2s/step - loss: 50.0000 - val_loss: 2.0000",
    ]
    # Three more, then one bar to the next long one; the last epochs are few.
    assert lines[9:15:2] == [f"Epoch {epoch}/100" for epoch in (52, 53, 54)]
    assert lines[15].startswith(" 90/100 ")
    assert lines[16] == "Epoch 91/100"
    assert len(lines) == 18 + 2 * 9


def test_an_interrupted_bar_over_epochs_stands_with_its_last_epoch(monkeypatch, terminal):
    clock = Clock(monkeypatch, lambda epoch: 0.001)
    fit_by(clock, keras.callbacks.ProgbarLogger(), 100, until=40)
    lines, _ = terminal()
    assert lines[-1].startswith(" 40/100 ━")
    assert lines[-1].endswith("1ms/epoch - loss: 39.0000 - val_loss: 2.0000")


def test_a_message_while_a_bar_is_drawn_begins_on_an_empty_line(monkeypatch, terminal):
    clock = Clock(monkeypatch, lambda epoch: 0.1)
    logger = keras.callbacks.ProgbarLogger()
    logger.on_train_end = lambda: messages.tell("Epoch 50: early stopping")
    fit_by(clock, logger, 50)
    logger.close()
    lines, _ = terminal()
    assert lines[-2] == "Epoch 50: early stopping"
    assert lines[-1].startswith("50/50 ")
