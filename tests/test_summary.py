"""The summary's table, character by character as Keras prints it."""

import sys
import types

import numpy as np
import pytest

import cornu
from cornu.utils.summary import print_summary


class Dense:
    """What the table reads of a layer."""

    def __init__(self, name, units, inputs=None, trainable=True):
        self.name = name
        self.units = units
        self.trainable = trainable
        self.built = inputs is not None
        shapes = [(inputs, units), (units,)] if self.built else []
        self.weights = [np.zeros(shape, np.float32) for shape in shapes]

    def _initializers(self):
        return (("kernel", np.zeros), ("bias", np.zeros))

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.units)

    def count_params(self):
        return sum(weight.size for weight in self.weights)


class Dropout(Dense):
    def __init__(self, name):
        self.name, self.trainable, self.built, self.weights = name, True, True, []

    def compute_output_shape(self, shape):
        return shape


def model_of(*layers, built=True, name="sequential", optimizer=None):
    seen = {id(weight): weight for layer in layers for weight in layer.weights}
    frozen = {id(weight) for layer in layers if not layer.trainable for weight in layer.weights}
    return types.SimpleNamespace(
        name=name,
        layers=list(layers),
        built=built,
        input_shape=(None, 4) if built else None,
        trainable_weights=[weight for key, weight in seen.items() if key not in frozen],
        non_trainable_weights=[weight for key, weight in seen.items() if key in frozen],
        optimizer=optimizer,
    )


def three_layers(first="dense"):
    return model_of(Dense(first, 3000, 4), Dropout("dropout"), Dense("dense_1", 2, 3000, False))


def text_of(model, **options):
    printed = []
    print_summary(model, print_fn=printed.append, **options)
    assert len(printed) == 1
    return printed[0]


# Printed by Keras 3.15.1 for the same models.
PLAIN = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense (Dense)                   │ (None, 3000)           │        15,000 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dropout (Dropout)               │ (None, 3000)           │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_1 (Dense)                 │ (None, 2)              │         6,002 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 21,002 (82.04 KB)
 Trainable params: 15,000 (58.59 KB)
 Non-trainable params: 6,002 (23.45 KB)
"""
TRAINABLE = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)                ┃ Output Shape          ┃    Param # ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ dense (Dense)               │ (None, 3000)          │     15,000 │   Y   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ dropout (Dropout)           │ (None, 3000)          │          0 │   -   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ dense_1 (Dense)             │ (None, 2)             │      6,002 │   N   │
└─────────────────────────────┴───────────────────────┴────────────┴───────┘
"""
NARROW = """\
┏━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━┓
┃ Layer      ┃ Output  ┃ Pa… ┃
┃ (type)     ┃ Shape   ┃   # ┃
┡━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━┩
│ a_very_lo… │ (None,  │ 15… │
│ (Dense)    │ 3000)   │     │
├────────────┼─────────┼─────┤
│ dropout    │ (None,  │   0 │
│ (Dropout)  │ 3000)   │     │
├────────────┼─────────┼─────┤
│ dense_1    │ (None,  │ 6,… │
│ (Dense)    │ 2)      │     │
└────────────┴─────────┴─────┘
"""
# More positions than columns, and columns that end before the line does.
THREE_OF_FOUR = """\
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┓
┃ Layer (type)                 ┃ Output Shape                 ┃    Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━┩
│ dense (Dense)                │ (None, 3000)                 │     15,000 │
"""
IN_CHARACTERS = """\
┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)      ┃ Output Shape     ┃           Param # ┃
┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ dense (Dense)     │ (None, 3000)     │            15,000 │
"""
LOW_HEADERS = """\
┏━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━┳━━━━━━━━━━━━━━━━━━┓
┃                ┃                ┃ Pa… ┃                  ┃
┃ Layer (type)   ┃ Output Shape   ┃   # ┃    Trainable     ┃
┡━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━╇━━━━━━━━━━━━━━━━━━┩
"""
POSITIONED = """\
┏━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type) ┃ Output Shape        ┃                             Param # ┃
┡━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
│ dense        │ (None, 3000)        │                              15,000 │
│ (Dense)      │                     │                                     │
"""


def test_summary_is_kerass():
    assert text_of(three_layers(), line_length=76) == PLAIN
    assert TRAINABLE in text_of(three_layers(), line_length=76, show_trainable=True)
    long = "a_very_long_layer_name_that_does_not_fit_into_the_column_of_the_table"
    assert NARROW in text_of(three_layers(long), line_length=30)
    assert POSITIONED in text_of(three_layers(), line_length=76, positions=[0.2, 0.5, 1.0])
    four = [0.3, 0.6, 0.7, 1.0]
    assert THREE_OF_FOUR in text_of(three_layers(), line_length=76, positions=four)
    assert IN_CHARACTERS in text_of(three_layers(), line_length=60, positions=[30, 50, 70])
    low = text_of(three_layers(), line_length=60, positions=four, show_trainable=True)
    assert LOW_HEADERS in low


def test_summary_of_no_build():
    text = text_of(model_of(Dense("dense", 3), Dropout("dropout"), built=False), line_length=76)
    assert "│ dense (Dense)                   │ ?                      │   0 (unbuilt) │" in text
    assert "│ dropout (Dropout)               │ ?                      │             0 │" in text
    assert " Total params: 0 (0.00 B)\n" in text


def test_summary_of_layers_that_will_have_no_weights():
    layers = cornu.layers
    given = [layers.Dense(2), layers.Dropout(0.5), layers.Activation("relu"), layers.Reshape((2,))]
    text = text_of(cornu.Sequential(given))
    assert text.count("(unbuilt)") == 1
    assert text.count(" 0 │\n") == 3


def test_summary_of_no_layers():
    lines = text_of(model_of(name="empty"), line_length=76).splitlines()
    assert lines[0] == 'Model: "empty"'
    assert lines[3].startswith("┡")
    assert lines[4].startswith("└")


def test_summary_of_a_shared_layer_counts_it_once():
    layer = Dense("dense", 4, 4)
    text = text_of(model_of(layer, layer))
    assert text.count("│ dense (Dense)") == 2
    assert " Total params: 20 (80.00 B)\n" in text


def test_summary_counts_the_optimizer_once_it_has_taken_a_step():
    optimizer = cornu.optimizers.Adam()
    model = three_layers()
    model.optimizer = optimizer
    assert "Optimizer" not in text_of(model)
    optimizer.iterations = 1
    text = text_of(model)
    assert " Total params: 51,004 (199.23 KB)\n" in text
    assert text.endswith(" Optimizer params: 30,002 (117.20 KB)\n")
    model.optimizer = cornu.optimizers.SGD()
    model.optimizer.iterations = 1
    assert text_of(model).endswith(" Optimizer params: 2 (8.00 B)\n")


def test_summary_of_a_range():
    text = text_of(three_layers(), layer_range=["dropout.*", "dense_.*"])
    assert "dense (Dense)" not in text
    assert "dropout" in text
    assert "dense_1" in text
    assert text_of(three_layers(), layer_range=["dense_1", "dropout"]) == text
    with pytest.raises(ValueError, match="`layer_range` must name layers among"):
        text_of(three_layers(), layer_range=["nope", "dense"])
    with pytest.raises(ValueError, match=r"two names or regular expressions: missing \)"):
        text_of(three_layers(), layer_range=["(", "dense"])
    for wrong in (["dense"], [1, 2], 5, "de"):
        with pytest.raises(ValueError, match="`layer_range` must be two names"):
            text_of(three_layers(), layer_range=wrong)


def test_summary_refuses_what_is_too_narrow():
    with pytest.raises(ValueError, match="`line_length` must leave each column 4 characters"):
        text_of(three_layers(), line_length=15)
    # Wide enough at first, but not beside two others that are too wide for the line.
    with pytest.raises(ValueError, match="`line_length` must leave each column 4 characters"):
        text_of(three_layers(), line_length=30, positions=[0.2, 0.5, 3.0])


@pytest.mark.parametrize("wrong", [[0.5, 1.0], "abc", 5, ["a", "b", "c"], [0.3, np.nan, 1.0]])
def test_summary_refuses_wrong_positions(wrong):
    with pytest.raises(ValueError, match=r"`positions` must be a list of a number a column, 3.*="):
        text_of(three_layers(), positions=wrong)


def test_summary_refuses_other_wrong_arguments():
    for wrong in ("a", 76.5, -1, True):
        with pytest.raises(ValueError, match=r"`line_length` must be an integer.*line_length="):
            text_of(three_layers(), line_length=wrong)
    with pytest.raises(ValueError, match=r"`print_fn` must be a function.*print_fn=5"):
        print_summary(three_layers(), print_fn=5)


def test_summary_prints(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_summary(three_layers())
    assert capsys.readouterr().out == PLAIN
    monkeypatch.setenv("COLUMNS", "200")
    print_summary(three_layers())
    assert len(capsys.readouterr().out.splitlines()[1]) == 88


def test_summary_on_a_plain_output(monkeypatch):
    class Plain:
        encoding = "ascii"
        text = ""

        def write(self, text):
            text.encode("ascii")
            self.text += text

        def flush(self):
            pass

    plain = Plain()
    monkeypatch.setattr(sys, "stdout", plain)
    print_summary(three_layers(), line_length=76)
    assert "| dense (Dense)" in plain.text
    assert plain.text.splitlines()[1] == "+" + "-" * 33 + "+" + "-" * 24 + "+" + "-" * 15 + "+"
