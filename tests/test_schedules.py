"""Learning rate schedules as objects, in optimizers and in training.

Their values are compared with Keras's in test_oracle_schedules.py.
"""

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.optimizers import SGD, schedules
from signatures import bare_signature

MADE = [
    schedules.ExponentialDecay(0.1, 10, 0.5, True),
    schedules.InverseTimeDecay(0.1, 10, 0.5),
    schedules.PolynomialDecay(0.1, 10, 0.01, 2.0, True),
    schedules.PiecewiseConstantDecay([3, 5], [0.1, 0.2, 0.3]),
    schedules.CosineDecay(0.1, 10, 0.1, warmup_target=0.2, warmup_steps=4),
    schedules.CosineDecayRestarts(0.1, 3, 1.5, 0.5, 0.1),
]


class Own(schedules.LearningRateSchedule):
    def __init__(self, first=0.1):
        self.first = first
        self.steps = []

    def __call__(self, step):
        self.steps.append(int(step))
        return self.first / (step + 1)

    def get_config(self):
        return {"first": self.first}


@pytest.fixture(params=MADE, ids=lambda made: type(made).__name__)
def made(request):
    return request.param


def compiled(rate, **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.ones((1, 1))])
    model.compile(SGD(rate, **options), "mse")
    return model


X, Y = np.ones((6, 1)), np.zeros((6, 1))


def test_signatures_are_kerass():
    for name, expected in {
        "ExponentialDecay": "(initial_learning_rate, decay_steps, decay_rate, staircase=False, "
        "name=ExponentialDecay)",
        "InverseTimeDecay": "(initial_learning_rate, decay_steps, decay_rate, staircase=False, "
        "name=InverseTimeDecay)",
        "PolynomialDecay": "(initial_learning_rate, decay_steps, end_learning_rate=0.0001, "
        "power=1.0, cycle=False, name=PolynomialDecay)",
        "PiecewiseConstantDecay": "(boundaries, values, name=PiecewiseConstant)",
        "CosineDecay": "(initial_learning_rate, decay_steps, alpha=0.0, name=CosineDecay, "
        "warmup_target=None, warmup_steps=0)",
        "CosineDecayRestarts": "(initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, "
        "alpha=0.0, name=SGDRDecay)",
    }.items():
        assert bare_signature(getattr(schedules, name)).replace("'", "") == expected


def test_each_step_of_a_training_has_its_own_rate(made):
    """As the rate set by hand before each step, in Python."""
    scheduled, by_hand = compiled(made), compiled(0.0)
    for step in range(12):
        by_hand.optimizer.learning_rate = np.float64(
            keras._core.Optimizer.schedule_rate(made._kind, made._numbers(), step)
        )
        by_hand.train_on_batch(X[:1], Y[:1])
    scheduled.fit(X, Y, batch_size=1, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(scheduled.get_weights(), by_hand.get_weights())
    assert float(scheduled.optimizer.learning_rate) == float(made(12))


def test_values_are_of_floatx(made):
    for dtype in ("float32", "float64"):
        keras.config.set_floatx(dtype)
        try:
            assert made(3).dtype == dtype
        finally:
            keras.config.set_floatx("float32")
    for wrong in (-1, -0.5, None, True, "3", np.nan, np.inf, [1, -1], [[1], [1, 2]]):
        with pytest.raises(ValueError, match="`step` must be a number of at least 0"):
            made(wrong)


def test_rates_of_many_steps_at_once(made):
    """As a tutorial asks for the curve that it plots; each is that of its step alone."""
    steps = np.linspace(0, 30, 14).reshape(7, 2)
    rates = made(steps)
    assert rates.shape == (7, 2)
    np.testing.assert_array_equal(rates, [[made(step) for step in row] for row in steps])
    np.testing.assert_array_equal(made([0, 5, 9]), [made(0), made(5), made(9)], strict=False)
    assert isinstance(made(np.array(5)), np.float32)
    assert made(np.zeros((0, 3))).shape == (0, 3)


def test_a_fit_calls_none_of_cornus_own(made, monkeypatch):
    monkeypatch.setattr(type(made), "__call__", None)
    compiled(made).fit(X, Y, batch_size=1, verbose=0)


def test_config_and_serialize(made):
    again = type(made).from_config(made.get_config())
    assert again.get_config() == made.get_config()
    packed = schedules.serialize(made)
    assert packed["module"] == "keras.optimizers.schedules"
    assert schedules.deserialize(packed).get_config() == made.get_config()
    optimizer = SGD(made, name="a")
    assert optimizer.get_config()["learning_rate"] == packed
    for other in (
        SGD.from_config(optimizer.get_config()),
        copy.deepcopy(optimizer),
        pickle.loads(pickle.dumps(optimizer)),
    ):
        assert other.get_config() == optimizer.get_config()
        assert float(other.learning_rate) == float(made(0))
    assert repr(optimizer) == f"<SGD name=a, learning_rate={type(made).__name__}>"


def test_a_schedule_can_be_changed_and_replaced():
    schedule = schedules.PiecewiseConstantDecay([100], [0.25, 1.0])
    model = compiled(schedule)
    model.fit(X, Y, batch_size=6, verbose=0)
    assert model.get_weights()[0] == 0.5
    schedule.values = [0.5, 1.0]
    model.fit(X, Y, batch_size=6, verbose=0)
    assert model.get_weights()[0] == 0.0
    model.optimizer.learning_rate = Own(0.5)
    assert float(model.optimizer.learning_rate) == 0.5 / 3
    with pytest.raises(TypeError, match="given by a schedule, so it can't be set"):
        model.optimizer.learning_rate = 0.1


def test_a_number_gives_way_to_a_schedule():
    optimizer = SGD(0.5)
    optimizer.learning_rate = schedules.InverseTimeDecay(0.25, 1, 1.0)
    optimizer.iterations = 1
    assert float(optimizer.learning_rate) == 0.125


def test_decay_and_a_schedule():
    model, other = (
        compiled(schedules.PiecewiseConstantDecay([9], [0.25, 1]), decay=1),
        compiled(1.0),
    )
    for rate in (0.25, 0.125):
        other.optimizer.learning_rate = rate
        other.train_on_batch(X, Y)
        model.train_on_batch(X, Y)
    np.testing.assert_array_equal(model.get_weights(), other.get_weights())


def test_ones_own_is_asked_once_a_step():
    own = Own(0.25)
    model = compiled(own)
    model.fit(X, Y, batch_size=2, epochs=2, verbose=0)
    model.train_on_batch(X, Y)
    assert own.steps == list(range(7))
    weight = 1.0
    for step in range(7):
        weight -= 2 * 0.25 / (step + 1) * weight
    np.testing.assert_allclose(model.get_weights()[0], weight, rtol=1e-6)


def test_one_derived_from_cornus_is_asked():
    class Doubled(schedules.PiecewiseConstantDecay):
        def __call__(self, step):
            return 2 * super().__call__(step)

    model = compiled(Doubled([9], [0.125, 1.0]))
    model.fit(X, Y, batch_size=6, verbose=0)
    assert model.get_weights()[0] == 0.5


def test_functions_are_asked():
    rates = iter([0.25, 0.5])
    model = compiled(lambda: next(rates))
    model.fit(X, Y, batch_size=6, verbose=0)
    assert model.get_weights()[0] == 0.5
    model.train_on_batch(X, Y)
    assert model.get_weights()[0] == 0.0


def test_batches_from_a_generator():
    own, made = Own(0.25), schedules.InverseTimeDecay(0.25, 1, 1.0)
    for rate in (own, made):
        fed, whole = compiled(rate), compiled(made)
        fed.fit(((X[:2], Y[:2]) for _ in range(6)), steps_per_epoch=3, epochs=2, verbose=0)
        whole.fit(X, Y, batch_size=2, epochs=2, verbose=0)
        np.testing.assert_allclose(fed.get_weights(), whole.get_weights(), rtol=1e-6)
    assert own.steps == list(range(6))


@pytest.mark.parametrize("first", [0.0, schedules.PiecewiseConstantDecay([9], [0.0, 1.0])])
def test_one_set_in_training_is_asked_from_the_next_step(first):
    def set_at_second(batch, logs):
        if batch == 1:
            model.optimizer.learning_rate = own

    for moment, begin in (("on_train_batch_begin", 1), ("on_train_batch_end", 2)):
        own, model = Own(0.25), compiled(first)
        callback = keras.callbacks.LambdaCallback(**{moment: set_at_second})
        model.fit(X, Y, batch_size=1, verbose=0, callbacks=callback)
        assert own.steps == list(range(begin, 6))
        assert model.get_weights()[0] < 1.0


def test_the_rate_can_be_read_by_another_thread():
    class Read(Own):
        def __call__(self, step):
            with ThreadPoolExecutor(1) as other:
                seen.append(other.submit(lambda: float(model.optimizer.iterations)).result())
                seen.append(other.submit(lambda: float(twin.optimizer.learning_rate)).result())
            return 0.25

    seen, twin, model = [], compiled(schedules.InverseTimeDecay(0.5, 1, 1.0)), compiled(Read())
    model.fit(X, Y, batch_size=3, verbose=0)
    assert seen == [0.0, 0.5, 1.0, 0.5]
    with ThreadPoolExecutor(1) as other:
        other.submit(twin.fit, X, Y, batch_size=1, epochs=50, verbose=0)
        rates = [float(twin.optimizer.learning_rate) for _ in range(200)]
    assert rates == sorted(rates, reverse=True)
    assert float(twin.optimizer.learning_rate) == np.float32(0.5 / 301)


def test_saved_with_its_model(made, tmp_path):
    model = compiled(made)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.optimizer.get_config()["learning_rate"] == schedules.serialize(made)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_errors_end_in_the_line_that_raised(error):
    class Failing(Own):
        def __call__(self, step):
            if step == 1:
                raise error("here")
            return 0.25

    data = (lambda: (X, Y)), (lambda: (((X[:2], Y[:2]) for _ in range(3)),))
    for make in data:
        model = compiled(Failing())
        with pytest.raises(error, match=r"^here$") as caught:
            model.fit(*make(), verbose=0, **({"batch_size": 2} if make is data[0] else {}))
        assert caught.traceback[-1].name == "__call__"
        model.optimizer.iterations = 2
        model.train_on_batch(X, Y)
        assert model.get_weights()[0] == 0.25


def test_negative_rates_of_cornus_own_read_and_train():
    model = compiled(schedules.PiecewiseConstantDecay([9], [-0.25, 1.0]))
    model.train_on_batch(X, Y)
    assert model.get_weights()[0] == 1.5
    assert float(model.optimizer.learning_rate) == -0.25


def test_odd_lengths_stay_finite():
    """A quotient rounded down, a factor near 1: no root of a negative, no endless search."""
    for length in (0.1, 0.3, 0.7, 1.1):
        polynomial = schedules.PolynomialDecay(0.1, length, 0.0, 0.5, True)
        restarts = schedules.CosineDecayRestarts(0.1, length, 1.0 + 1e-9, 1.0)
        for step in (*range(200), 10**12):
            for schedule in (polynomial, restarts):
                assert 0 <= schedule(step) <= np.float32(0.1)


@pytest.mark.parametrize("rate", [math.nan, -1.0, "a", None])
def test_what_ones_own_gives_is_checked(rate):
    class Wrong(Own):
        def __call__(self, step):
            return 0.25 if step < 2 else rate

    model = compiled(Wrong())
    with pytest.raises(ValueError, match=r"`learning_rate` must be a number at least 0\. Received"):
        model.fit(X, Y, batch_size=2, verbose=0)
    assert model.get_weights()[0] == 0.25
    assert int(model.optimizer.iterations) == 2


def test_an_error_in_ones_own_leaves_a_model_that_works():
    class Failing(Own):
        def __call__(self, step):
            if step == 1:
                raise RuntimeError("no rate")
            return 0.25

    model = compiled(Failing())
    with pytest.raises(RuntimeError, match="no rate"):
        model.fit(X, Y, batch_size=2, verbose=0)
    assert model.get_weights()[0] == 0.5
    with pytest.raises(RuntimeError, match="no rate"):
        model.train_on_batch(X, Y)
    model.optimizer.iterations = 5
    model.fit(X, Y, batch_size=6, verbose=0)
    assert model.get_weights()[0] == 0.25


def test_one_without_a_call_or_config():
    bare = schedules.LearningRateSchedule()
    with pytest.raises(NotImplementedError, match="must override `__call__"):
        float(SGD(bare).learning_rate)
    with pytest.raises(NotImplementedError, match="must override `get_config"):
        schedules.serialize(bare)
    packed = schedules.serialize(Own(0.5))
    assert (packed["module"], packed["registered_name"]) == (__name__, "Own")
    assert schedules.deserialize(packed, {"Own": Own}).first == 0.5
    settings = SGD(Own(0.5)).get_config()
    assert float(SGD.from_config(settings, {"Own": Own}).learning_rate) == 0.5
    with pytest.raises(ValueError, match=r"without its class\. Pass custom_objects"):
        schedules.deserialize(packed)
    for wrong in (None, {"class_name": "serialize"}, {"class_name": []}):
        with pytest.raises(ValueError, match="`config` must be what `serialize` returned"):
            schedules.deserialize(wrong)


def test_wrong_arguments():
    wrong = [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "`decay_steps`"),
        (lambda: schedules.ExponentialDecay(0.1, 1, -0.5), "`decay_rate`"),
        (lambda: schedules.InverseTimeDecay(math.nan, 1, 0.5), "`initial_learning_rate`"),
        (lambda: schedules.PolynomialDecay(0.1, -1), "`decay_steps`"),
        (lambda: schedules.PolynomialDecay(0.1, 1, power=-1), "`power`"),
        (lambda: schedules.CosineDecay(0.1, True), "`decay_steps`"),
        (lambda: schedules.CosineDecay(0.1, 1, alpha="a"), "`alpha`"),
        (lambda: schedules.CosineDecayRestarts(0.1, 0), "`first_decay_steps`"),
        (lambda: schedules.CosineDecayRestarts(0.1, 1, 0.5), "`t_mul`"),
        (lambda: schedules.PiecewiseConstantDecay([1], [0.1]), "`boundaries`"),
        (lambda: schedules.PiecewiseConstantDecay([2, 1], [0.1] * 3), "`boundaries`"),
    ]
    for make, word in wrong:
        refused(make, word)


def test_the_core_checks_numbers():
    optimizer = keras._core.Optimizer("sgd", 0.1)
    for call in (
        lambda: optimizer.set_schedule("CosineDecay", [0.1]),
        lambda: optimizer.set_schedule("Linear", [0.1]),
        lambda: optimizer.schedule_rate("PiecewiseConstantDecay", [0.1, 0.2], 0),
    ):
        with pytest.raises(ValueError, match=r"schedule|kind|numbers"):
            call()
