"""cornu.random: seeds, streams, shapes and errors. Distributions are in test_initializers.py."""

import math
import random as python_random

import numpy as np
import pytest

from cornu import config, random, utils
from cornu.random.seed_generator import check_seed, draw_stream

DRAWS = (random.normal, random.truncated_normal, random.uniform)


@pytest.fixture(params=DRAWS, ids=lambda draw: draw.__name__)
def draw(request):
    return request.param


@pytest.mark.parametrize("shape", [(), (0,), (1,), (7,), [2, 3], (np.int64(4), 1), (2, 0, 3)])
def test_shapes(draw, shape):
    result = draw(shape, seed=1)
    assert result.shape == tuple(shape)
    assert result.dtype == np.float32
    assert result.flags.owndata
    assert result.flags.writeable


def test_types(draw):
    assert draw((2,), dtype="float64", seed=1).dtype == np.float64
    config.set_floatx("float64")
    try:
        assert draw((2,), seed=1).dtype == np.float64
    finally:
        config.set_floatx("float32")
    with pytest.raises(ValueError, match="`dtype` must be"):
        draw((2,), dtype="int32", seed=1)


def test_integer_seeds_repeat(draw):
    first = draw((5,), seed=3)
    np.testing.assert_array_equal(draw((5,), seed=3), first)
    np.testing.assert_array_equal(draw((5,), seed=np.int32(3)), first)
    assert (draw((5,), seed=4) != first).all()
    # Element i depends on the seed and i only.
    np.testing.assert_array_equal(draw((2, 2), seed=3).reshape(4), first[:4])
    assert (draw((5,), seed=-1) != first).all()
    assert (draw((5,), seed=2**64 + 3) == first).all()


def test_generators_go_on(draw):
    one, other = random.SeedGenerator(3), random.SeedGenerator(3)
    first = draw((5,), seed=one)
    second = draw((5,), seed=one)
    assert (first != second).all()
    np.testing.assert_array_equal(draw((5,), seed=other), first)
    np.testing.assert_array_equal(draw((5,), seed=other), second)
    np.testing.assert_array_equal(draw((5,), seed=3), first)


def test_the_common_generator_goes_on(draw):
    utils.set_random_seed(5)
    first, second = draw((5,)), draw((5,))
    assert (first != second).all()
    utils.set_random_seed(5)
    np.testing.assert_array_equal(draw((5,)), first)
    np.testing.assert_array_equal(draw((5,)), second)


def test_parameters():
    assert (random.normal((9,), mean=3, stddev=0, seed=1) == 3).all()
    assert (random.uniform((9,), 2, 2, seed=1) == 2).all()
    standard = random.normal((9,), dtype="float64", seed=1)
    wide = random.normal((9,), 1, 2, dtype="float64", seed=1)
    np.testing.assert_allclose(wide, 1 + 2 * standard, rtol=1e-12)
    unit = random.uniform((9,), dtype="float64", seed=1)
    np.testing.assert_allclose(
        random.uniform((9,), -1, 3, dtype="float64", seed=1), -1 + 4 * unit, rtol=1e-12
    )


@pytest.mark.parametrize("shape", [3, (-1,), (1.5,), (True,), None, "ab", ((2,),)])
def test_bad_shapes(draw, shape):
    with pytest.raises(ValueError, match="`shape` must be a tuple of integers of at least 0"):
        draw(shape)


@pytest.mark.parametrize("number", [math.nan, math.inf, None, "a"])
def test_bad_parameters(number):
    for name in ("mean", "stddev"):
        for draw in (random.normal, random.truncated_normal):
            with pytest.raises(ValueError, match=f"`{name}` must be a finite number"):
                draw((2,), **{name: number})
    for name in ("minval", "maxval"):
        with pytest.raises(ValueError, match=f"`{name}` must be a finite number"):
            random.uniform((2,), **{name: number})


def test_parameters_out_of_order():
    with pytest.raises(ValueError, match="`stddev` must be at least 0"):
        random.normal((2,), stddev=-1)
    with pytest.raises(ValueError, match="`minval` must not be above `maxval`"):
        random.uniform((2,), 1, 0)


@pytest.mark.parametrize("seed", [1.0, "1", True, [1]])
def test_bad_seeds(draw, seed):
    with pytest.raises(ValueError, match="`seed` must be an integer, a SeedGenerator or None"):
        draw((2,), seed=seed)
    with pytest.raises(ValueError, match="`seed` must be an integer"):
        random.SeedGenerator(seed)


def test_streams_start_far_from_those_of_layers():
    seed, stream = draw_stream(7)
    assert seed == 7
    assert stream >= 2**62
    assert draw_stream(-1)[0] == 2**64 - 1
    assert check_seed(np.uint8(3)) == 3


def test_seed_generator_config():
    utils.clear_session()
    generator = random.SeedGenerator(9)
    assert generator.name == "seed_generator"
    assert generator.next() == (9, 0)
    assert generator.next() == (9, 1)
    settings = generator.get_config()
    assert settings == {"seed": 9, "name": "seed_generator"}
    assert random.SeedGenerator.from_config(settings).next() == (9, 0)
    assert random.SeedGenerator(name="mine").name == "mine"


def test_default_seeds_come_from_python():
    python_random.seed(2)
    first = [random.make_default_seed() for _ in range(3)]
    generated = random.SeedGenerator().next()[0]
    python_random.seed(2)
    assert [random.make_default_seed() for _ in range(4)] == [*first, generated]
    assert all(1 <= seed <= 10**9 for seed in first)
