"""cornu.utils: one-hot rows, seeds, names and error texts."""

import gc
import random
import weakref

import numpy as np
import pytest

import cornu
from cornu import utils
from cornu.utils.arrays import match_ranks
from cornu.utils.errors import did_you_mean
from cornu.utils.naming import object_name, snake_case, unique_name


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
