"""cornu.utils: one-hot rows, seeds, names, error texts, the summary, the stratified split."""

import gc
import random
import sys
import types
import weakref

import numpy as np
import pytest

import cornu
from cornu import utils
from cornu.utils.arrays import match_ranks
from cornu.utils.errors import did_you_mean
from cornu.utils.naming import object_name, snake_case, unique_name
from cornu.utils.stratified_split import stratified_split
from cornu.utils.summary import print_summary


@pytest.fixture(autouse=True)
def _fresh_names():
    utils.clear_session()
    yield
    utils.clear_session()


@pytest.mark.parametrize(
    ("shape", "result"),
    [
        ((0,), (0, 5)),
        ((1,), (1, 5)),
        ((3,), (3, 5)),
        ((3, 1), (3, 5)),
        ((4, 3), (4, 3, 5)),
        ((3, 2, 1), (3, 2, 5)),
        ((), (5,)),
        ((0, 1), (0, 5)),
    ],
)
def test_to_categorical_shapes(shape, result):
    labels = np.random.RandomState(0).randint(0, 5, shape)
    rows = utils.to_categorical(labels, 5)
    assert rows.shape == result
    assert rows.dtype == np.float64
    assert (rows.sum(axis=-1) == 1).all()
    np.testing.assert_array_equal(rows.argmax(axis=-1).reshape(shape), labels)


@pytest.mark.parametrize("kind", ["bool", "int8", "uint8", "int64", "uint64", "float16", "float64"])
def test_to_categorical_types(kind):
    rows = utils.to_categorical(np.array([0, 1, 1]).astype(kind))
    assert rows.tolist() == [[1, 0], [0, 1], [0, 1]]


def test_to_categorical_finds_the_number_of_classes():
    assert utils.to_categorical([0, 2, 5]).shape == (3, 6)
    assert utils.to_categorical([0], np.int64(3)).shape == (1, 3)
    with pytest.raises(ValueError, match="`num_classes` must be given where `x` is empty"):
        utils.to_categorical([])


@pytest.mark.parametrize(
    ("x", "row"),
    [([0, -1], 1), ([3, 0], 0), ([0, 1, 1.5], 2), ([0, np.nan], 1), ([0, np.inf], 1)],
)
def test_to_categorical_refuses_labels(x, row):
    with pytest.raises(ValueError, match=f"from 0 below num_classes=3.*at position {row}"):
        utils.to_categorical(x, 3)


def test_to_categorical_refuses_arguments():
    for count in (0, -1, True):
        with pytest.raises(ValueError, match="`num_classes` must be a positive integer"):
            utils.to_categorical([0], count)
    with pytest.raises(TypeError, match="must be whole numbers"):
        utils.to_categorical(["a"])
    with pytest.raises(ValueError, match=r"must be whole numbers from 0\. Received: -2"):
        utils.to_categorical([0, -2])


def test_set_random_seed_repeats_all_generators():
    def draw():
        return (
            random.random(),
            np.random.random(),  # noqa: NPY002
            cornu.random.make_default_seed(),
            cornu.random.normal((3,)).tolist(),
            cornu.initializers.GlorotUniform()((2, 2)).tolist(),
        )

    utils.set_random_seed(3)
    first = draw()
    assert draw() != first
    utils.set_random_seed(np.int64(3))
    assert draw() == first
    utils.set_random_seed(4)
    assert draw() != first


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "1", None, True])
def test_set_random_seed_refuses(seed):
    state = random.getstate()
    with pytest.raises(ValueError, match="`seed` must be an integer from 0 to 4294967295"):
        utils.set_random_seed(seed)
    assert random.getstate() == state


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dense", "dense"),
        ("InputLayer", "input_layer"),
        ("ReLU", "re_lu"),
        ("MyABC2Layer", "my_abc2_layer"),
        ("SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy"),
        ("a b/c", "abc"),
        ("dense_1", "dense_1"),
    ],
)
def test_snake_case(name, expected):
    assert snake_case(name) == expected


def test_unique_name():
    assert [unique_name("Dense") for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    assert unique_name("dense") == "dense_3"
    assert unique_name("Flatten") == "flatten"
    utils.clear_session(free_memory=False)
    assert unique_name("Dense") == "dense"


def test_names_of_threads_differ():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: unique_name("layer"), range(400)))
    assert len(set(names)) == 400


def test_clear_session_collects():
    class Ring:
        pass

    ring = Ring()
    ring.self = ring
    alive = weakref.ref(ring)
    gc.disable()
    try:
        del ring
        utils.clear_session(free_memory=False)
        assert alive() is not None
        utils.clear_session()
        assert alive() is None
    finally:
        gc.enable()


def test_object_name():
    class SomeThing:
        pass

    def some_function():
        pass

    assert object_name(SomeThing()) == "some_thing"
    assert object_name(some_function) == "some_function"
    assert object_name(cornu.losses.MeanSquaredError(name="x")) == "x"


def test_did_you_mean():
    assert "nearest known name is 'relu'; known are 'elu', 'relu'." in did_you_mean(
        "Relu", ["relu", "elu"]
    )
    # Of two that differ in case only, the one in the case that was asked for.
    assert "'MSE'" in did_you_mean("MSEE", ["mse", "MSE"])
    assert "'mse'" in did_you_mean("msee", ["mse", "MSE"])
    many = [f"name_{i}" for i in range(30)]
    assert did_you_mean("name_17x", many) == "The nearest known name is 'name_17'."


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((3,), (3, 1), ((3, 1), (3, 1))),
        ((3, 1), (3,), ((3, 1), (3, 1))),
        ((3, 2), (3, 2, 1), ((3, 2), (3, 2))),
        ((3, 2, 1), (3, 2), ((3, 2), (3, 2))),
        ((3,), (3, 2), ((3,), (3, 2))),
        ((1,), (), ((), ())),
        ((2, 3, 4), (2,), ((2, 3, 4), (2,))),
    ],
)
def test_match_ranks(first, second, expected):
    shapes = tuple(array.shape for array in match_ranks(np.ones(first), np.ones(second)))
    assert shapes == expected


# --- The summary -----------------------------------------------------------------------------


class Dense:
    """What the table reads of a layer."""

    def __init__(self, name, units, inputs=None, trainable=True):
        self.name = name
        self.units = units
        self.trainable = trainable
        self.built = inputs is not None
        shapes = [(inputs, units), (units,)] if self.built else []
        self.weights = [np.zeros(shape, np.float32) for shape in shapes]

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


def test_summary_of_no_build():
    text = text_of(model_of(Dense("dense", 3), Dropout("dropout"), built=False), line_length=76)
    assert "│ dense (Dense)                   │ ?                      │   0 (unbuilt) │" in text
    assert "│ dropout (Dropout)               │ ?                      │             0 │" in text
    assert " Total params: 0 (0.00 B)\n" in text


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
    for wrong in (["dense"], [1, 2]):
        with pytest.raises(ValueError, match="`layer_range` must be two names"):
            text_of(three_layers(), layer_range=wrong)


def test_summary_refuses_what_is_too_narrow():
    with pytest.raises(ValueError, match="`line_length` must leave each column 4 characters"):
        text_of(three_layers(), line_length=15)
    with pytest.raises(ValueError, match="`positions` must have one share a column, 3"):
        text_of(three_layers(), positions=[0.5, 1.0])


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


# --- The split -------------------------------------------------------------------------------


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.5, 2 / 3, 0.7, 0.99])
@pytest.mark.parametrize("counts", [(1797,), (10, 20, 30), (1, 1, 1), (7, 0, 13, 1), (178, 182)])
def test_split_keeps_proportions(counts, fraction):
    y = np.random.RandomState(0).permutation(np.repeat(np.arange(len(counts)), counts))
    first, second = stratified_split(y, fraction, seed=5)
    assert len(first) == round(len(y) * fraction)
    assert sorted([*first, *second]) == list(range(len(y)))
    for label, count in enumerate(counts):
        taken = np.count_nonzero(y[first] == label)
        assert np.floor(count * fraction - 1e-9) <= taken <= np.floor(count * fraction + 1e-9) + 1


def test_split_is_shuffled_and_repeats():
    y = np.arange(1000) % 10
    first, second = stratified_split(y, 0.7, seed=1)
    again = stratified_split(y, 0.7, seed=1)
    np.testing.assert_array_equal(first, again[0])
    np.testing.assert_array_equal(second, again[1])
    other = stratified_split(y, 0.7, seed=2)[0]
    assert (np.sort(other) != np.sort(first)).any()
    # Neither by row nor by class: in 700 random rows, ascents are 349.5 ± 7.6.
    assert abs(np.count_nonzero(np.diff(first) > 0) - 349.5) < 5 * 7.6
    assert abs(np.count_nonzero(np.diff(y[first]) > 0) - 699 * 0.45) < 5 * 14


def test_split_takes_any_labels():
    first, second = stratified_split(np.array(["a", "b"] * 4), 0.5, seed=0)
    assert len(first) == len(second) == 4
    first, second = stratified_split([], 0.5, seed=0)
    assert len(first) == len(second) == 0


def test_split_refuses():
    with pytest.raises(ValueError, match="`y` must have one axis"):
        stratified_split(np.zeros((2, 2)), 0.5, seed=0)
    for fraction in (0, 1, -0.5, np.nan):
        with pytest.raises(ValueError, match="`fraction` must be between 0 and 1"):
            stratified_split([0, 1], fraction, seed=0)
