"""Helpers that prepare data: breaks when rows, windows or parts are others than were asked for."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import regression, regressor

pad = keras.utils.pad_sequences
normalize = keras.utils.normalize
windows = keras.utils.timeseries_dataset_from_array
split = keras.utils.split_dataset


def test_normalize_along_the_first_axis():
    """Keras takes axis 0 for the last one."""
    x = np.array([[3.0, 0.0], [4.0, 2.0]])
    np.testing.assert_allclose(normalize(x, axis=0), [[0.6, 0], [0.8, 1]])
    assert normalize(np.array([[3, 4]])).dtype == np.float32
    with pytest.raises(TypeError, match="`axis`"):
        normalize(x, axis=1.5)


def test_sequences_of_no_length():
    assert pad([]).shape == (0, 0)
    assert pad([[1, 2], [3]], maxlen=0).shape == (2, 0)
    assert pad(([1], (2, 3))).tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sequences": 3}, ("`sequences`", "3", "int")),
        ({"sequences": [[1], 2]}, ("sequences[1]=2", "int")),
        ({"sequences": [[[1]], [[1, 2]]]}, ("one shape", "(1,)", "sequences[1]", "(2,)")),
        ({"padding": "left"}, ("`padding`", "'left'")),
        ({"truncating": None}, ("`truncating`", "None")),
        ({"maxlen": -1}, ("`maxlen`", "-1")),
        ({"value": "x"}, ("`dtype`", "int32", "'x'")),
    ],
)
def test_what_pad_sequences_refuses(arguments, words):
    refused(lambda: pad(**{"sequences": [[1]]} | arguments), *words)


# ---- Windows


def expected_windows(data, targets, length, stride=1, rate=1, start=0, end=None):
    data = data[start:end]
    goals = None if targets is None else targets[start:end]
    count = len(data) - (length - 1) * rate
    if targets is not None:
        count = min(count, len(targets))
    at = range(0, count, stride)
    found = np.array([data[i : i + length * rate : rate][:length] for i in at])
    return found, None if goals is None else np.array([goals[i] for i in at])


@pytest.mark.parametrize("batch_size", [1, 3, 128])
@pytest.mark.parametrize(
    "options",
    [
        {"length": 4},
        {"length": 1, "stride": 3},
        {"length": 3, "rate": 4},
        {"length": 2, "stride": 2, "rate": 3, "start": 5, "end": 18},
    ],
)
def test_windows(options, batch_size):
    data, targets = np.arange(40.0).reshape(20, 2), np.arange(20) * 10
    given = {
        "sequence_length": options["length"],
        "sequence_stride": options.get("stride", 1),
        "sampling_rate": options.get("rate", 1),
        "start_index": options.get("start"),
        "end_index": options.get("end"),
        "batch_size": batch_size,
    }
    x, y = expected_windows(data, targets, **options)
    found = list(windows(data, targets, **given))
    assert [len(batch[0]) for batch in found[:-1]] == [batch_size] * (len(found) - 1)
    np.testing.assert_array_equal(np.concatenate([batch[0] for batch in found]), x)
    np.testing.assert_array_equal(np.concatenate([batch[1] for batch in found]), y)
    np.testing.assert_array_equal(np.concatenate(list(windows(data, None, **given))), x)
    shuffled = [windows(data, targets, shuffle=True, seed=3, **given) for _ in range(2)]
    orders = [np.concatenate([batch[1] for batch in each]) for each in shuffled]
    assert orders[0].tolist() == orders[1].tolist()
    assert sorted(orders[0]) == y.tolist()


def test_windows_train():
    series = np.sin(np.arange(50.0))
    data = windows(series, series[5:], 5, batch_size=8)
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    losses = model.fit(data, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]
    assert model.predict(windows(series, None, 5), verbose=0).shape == (46, 1)
    single = windows(series, series[5:], 5, batch_size=None)
    assert (len(single), single[0][0].shape, single[0][1].shape) == (45, (5,), ())
    with pytest.raises(IndexError, match="45"):
        single[45]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sequence_length": 0}, ("`sequence_length`", "0")),
        ({"sequence_stride": 0}, ("`sequence_stride`", "0")),
        ({"sequence_stride": 10}, ("`sequence_stride`", "10", "10")),
        ({"sampling_rate": 10}, ("`sampling_rate`", "10", "10")),
        ({"start_index": 10}, ("`start_index`", "10", "10")),
        ({"start_index": 4, "end_index": 4}, ("`end_index`", "4", "4")),
        ({"end_index": 10}, ("`end_index`", "10", "10")),
        ({"format": "csv"}, ("`format`", "'csv'")),
        ({"batch_size": 0}, ("`batch_size`", "0")),
        ({"shuffle": True, "seed": "a"}, ("`seed`", "'a'")),
    ],
)
def test_what_windows_refuse(options, words):
    refused(lambda: windows(np.arange(10), None, **{"sequence_length": 2} | options), *words)


# ---- Two parts


def test_parts():
    x, y = regression()
    for sizes, first, second in (
        ({"left_size": 0.8}, 18, 5),
        ({"right_size": 0.2}, 18, 5),
        ({"left_size": 5}, 5, 18),
        ({"right_size": 5}, 18, 5),
        ({"left_size": 3, "right_size": 4}, 3, 4),
        ({"left_size": 0.5, "right_size": 0.25}, 12, 6),
    ):
        (left, goals), (right, others) = split((x, y), **sizes)
        assert (len(left), len(goals), len(right), len(others)) == (first, first, second, second)
        np.testing.assert_array_equal(np.concatenate([left, right]), x[: first + second])
        assert np.shares_memory(left, x)
    train, test = split((x, y), 0.8)
    regressor().fit(*train, validation_data=test, verbose=0)


def test_drawn_parts():
    x = np.arange(20)
    one, two = split(x, left_size=0.5, shuffle=True, seed=1)
    assert sorted([*one, *two]) == x.tolist()
    assert one.tolist() != x[:10].tolist()
    np.testing.assert_array_equal(split(x, left_size=0.5, shuffle=True, seed=1)[0], one)
    y = x * 2
    (a, b), _ = split([x, y], 0.5, shuffle=True)
    np.testing.assert_array_equal(2 * a, b)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, ("both None",)),
        ({"left_size": 0}, ("`left_size`", "0")),
        ({"left_size": 10}, ("`left_size`", "10")),
        ({"right_size": 1.5}, ("`right_size`", "1.5")),
        ({"left_size": 6, "right_size": 6}, ("10", "left_size=6", "right_size=6")),
        ({"left_size": 0.01}, ("a row each", "0.01")),
    ],
)
def test_sizes_that_are_refused(arguments, words):
    refused(lambda: split(np.arange(10), **arguments), *words)


def test_what_is_no_array():
    for bad in (3, [], {"a": 1}, iter([])):
        with pytest.raises(TypeError, match="`dataset`"):
            split(bad, 0.5)
    with pytest.raises(TypeError, match="`left_size`"):
        split(np.arange(3), "half")
    refused(lambda: split((np.arange(3), np.arange(4)), 0.5), "as many rows", "[3, 4]")
