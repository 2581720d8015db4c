"""cornu.optimizers as objects: arguments, learning rate, names and errors.

The steps themselves are compared with Keras's in test_oracle_optimizers.py.
"""

import copy
import math
import pickle

import numpy as np
import pytest

import cornu as keras
from cornu import optimizers, utils
from cornu.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    RMSprop,
    ScheduleFreeAdamW,
)
from signatures import bare_signature

COMMON = {
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}


@pytest.fixture(params=[SGD, Adam, AdamW, RMSprop, Ftrl])
def kind(request):
    return request.param


def test_signatures_are_kerass():
    tail = "".join(f", {name}={value}" for name, value in COMMON.items()) + ", name=None, **kwargs)"
    assert bare_signature(SGD) == f"(learning_rate=0.01, momentum=0.0, nesterov=False{tail}"
    adam = "(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False"
    assert bare_signature(Adam) == adam + tail
    _, rest = tail.split(", clipnorm")
    adamw = adam.replace("0.001", "0.001, weight_decay=0.004")
    assert bare_signature(AdamW) == f"{adamw}, clipnorm{rest}"
    rmsprop = "(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False"
    assert bare_signature(RMSprop) == rmsprop + tail
    for one, own in (
        (Adagrad, "initial_accumulator_value=0.1, epsilon=1e-07"),
        (Adadelta, "rho=0.95, epsilon=1e-07"),
        (Adamax, "beta_1=0.9, beta_2=0.999, epsilon=1e-07"),
        (Nadam, "beta_1=0.9, beta_2=0.999, epsilon=1e-07"),
        (
            Ftrl,
            "learning_rate_power=-0.5, initial_accumulator_value=0.1, "
            "l1_regularization_strength=0.0, l2_regularization_strength=0.0, "
            "l2_shrinkage_regularization_strength=0.0, beta=0.0",
        ),
        (Lion, "beta_1=0.9, beta_2=0.99"),
        (Lamb, "beta_1=0.9, beta_2=0.999, epsilon=1e-07"),
        (
            Adafactor,
            "beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=0.001, clip_threshold=1.0, "
            "relative_step=True",
        ),
    ):
        assert bare_signature(one) == f"(learning_rate=0.001, {own}{tail}"
    free = "(learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-08, warmup_steps=0"
    assert bare_signature(ScheduleFreeAdamW) == free + tail
    muon = "(learning_rate=0.001, adam_beta_1=0.9, adam_beta_2=0.999, adam_weight_decay=0.004, "
    own = (
        ", exclude_layers=None, exclude_embeddings=True, muon_a=3.4445, muon_b=-4.775, "
        "muon_c=2.0315, adam_lr_ratio=1, momentum=0.95, ns_steps=5, nesterov=True, rms_rate=0.2"
    )
    shared = tail.replace("weight_decay=None", "weight_decay=0.004", 1)
    assert bare_signature(Muon) == (
        f"{muon}epsilon=1e-07{shared.removesuffix(', **kwargs)')}{own}, **kwargs)"
    )


def test_defaults():
    assert float(SGD().learning_rate) == 0.01
    assert float(Adam().learning_rate) == 0.001
    assert (SGD().momentum, SGD().nesterov) == (0.0, False)
    adam = Adam()
    assert (adam.beta_1, adam.beta_2, adam.epsilon, adam.amsgrad) == (0.9, 0.999, 1e-7, False)
    for name, value in COMMON.items():
        assert getattr(adam, name) == value


def test_all_common_arguments_at_their_defaults(kind):
    kind(**COMMON | ({"weight_decay": 0.004} if kind is AdamW else {}))


@pytest.mark.parametrize("decay", [-0.1, math.nan, math.inf, True, "a"])
def test_bad_weight_decay(kind, decay):
    with pytest.raises(ValueError, match=r"`weight_decay` must be a number at least 0\. Received"):
        kind(weight_decay=decay)


@pytest.mark.parametrize("name", ["clipnorm", "clipvalue", "global_clipnorm"])
@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, True, "a"])
def test_bad_clipping(kind, name, value):
    with pytest.raises(ValueError, match=rf"`{name}` must be a number at least 0\. Received"):
        kind(**{name: value})


def test_unknown_argument(kind):
    with pytest.raises(ValueError, match=r"Unknown argument of the optimizer: momentun=0\.9"):
        kind(momentun=0.9)


@pytest.mark.parametrize("momentum", [-0.1, 1.1, math.nan, True, "a", None])
def test_bad_momentum(momentum):
    with pytest.raises(ValueError, match=r"`momentum` must be a float between \[0, 1\]\. Received"):
        SGD(momentum=momentum)


def test_momentum_may_be_an_integer():
    assert SGD(momentum=0).momentum == 0.0
    assert SGD(momentum=1).momentum == 1.0


@pytest.mark.parametrize("beta", [-0.1, 1.0, 2, math.nan, False, None])
def test_bad_betas(beta):
    for name in ("beta_1", "beta_2"):
        with pytest.raises(
            ValueError, match=rf"`{name}` must be a number from 0 to 1 \(excluded\)"
        ):
            Adam(**{name: beta})


@pytest.mark.parametrize("epsilon", [-1e-7, math.inf, math.nan, "1"])
def test_bad_epsilon(epsilon):
    with pytest.raises(ValueError, match="`epsilon` must be a number at least 0"):
        Adam(epsilon=epsilon)


@pytest.mark.parametrize("kind", [Adam, AdamW, Adamax, Nadam, Adagrad, Adadelta, RMSprop])
def test_no_epsilon_is_the_default_one(kind):
    """As Keras 2 writes its defaults: epsilon=None, decay=0.0."""
    optimizer = kind(lr=0.5, epsilon=None, decay=0.0)
    assert optimizer.epsilon == optimizer.get_config()["epsilon"] == kind().epsilon == 1e-7
    weights = []
    for made in (optimizer, kind(0.5)):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, None, True, "ones")])
        model.compile(made, "mse")
        model.train_on_batch(np.ones((1, 2)), np.zeros((1, 1)))
        weights.append(model.get_weights()[0].tolist())
    assert weights[0] == weights[1]


@pytest.mark.parametrize("rho", [-0.1, 1.0, math.nan, True, None])
def test_bad_rho(rho):
    with pytest.raises(ValueError, match=r"`rho` must be a number from 0 to 1 \(excluded\)"):
        RMSprop(rho=rho)


def test_bad_flags():
    with pytest.raises(ValueError, match="`nesterov` must be True or False"):
        SGD(nesterov="yes")
    with pytest.raises(ValueError, match="`amsgrad` must be True or False"):
        Adam(amsgrad=2)


def test_options_are_fixed():
    optimizer = SGD(momentum=0.5)
    with pytest.raises(AttributeError, match="`momentum` of an optimizer can't be changed"):
        optimizer.momentum = 0.9
    with pytest.raises(AttributeError, match="`clipnorm` of an optimizer can't be changed"):
        optimizer.clipnorm = 1.0
    assert optimizer.momentum == 0.5
    optimizer.note = "other attributes are free"


def test_iterations(kind):
    optimizer = kind()
    assert optimizer.iterations == 0
    assert not optimizer.built
    optimizer._core.iterations = 3
    assert int(optimizer.iterations) == 3
    assert optimizer.built
    assert optimizer.iterations.numpy() == 3
    assert list(range(optimizer.iterations)) == [0, 1, 2]
    assert optimizer.iterations.dtype == "int64"
    optimizer.iterations.assign(5)
    assert optimizer._core.iterations == 5
    optimizer.iterations = 7
    assert optimizer._core.iterations == 7
    optimizer.iterations = kind().iterations
    assert optimizer._core.iterations == 0
    for wrong in (-1, 1.5, True, None):
        with pytest.raises(ValueError, match="`iterations` must be an integer of at least 0"):
            optimizer.iterations = wrong


def test_names(kind):
    utils.clear_session()
    base = {AdamW: "adam_w", RMSprop: "rm_sprop"}.get(kind, kind.__name__.lower())
    assert kind().name == base
    assert kind().name == f"{base}_1"
    assert kind(name="mine").name == "mine"
    assert kind(name="mine").learning_rate.path == "mine/learning_rate"
    assert kind().name == f"{base}_2"


def test_slot_count():
    assert SGD().slot_count == 0
    assert SGD(momentum=0.1).slot_count == 1
    assert Adam().slot_count == 2
    assert Adam(amsgrad=True).slot_count == 3
    assert RMSprop().slot_count == 1
    assert RMSprop(momentum=0.1).slot_count == RMSprop(centered=True).slot_count == 2
    assert RMSprop(momentum=0.1, centered=True).slot_count == 3
    assert Adagrad().slot_count == Lion().slot_count == 1
    assert {kind().slot_count for kind in (Adadelta, Adamax, Nadam, Ftrl)} == {2}


@pytest.mark.parametrize(
    ("kind", "wrong", "expected"),
    [
        (Adagrad, {"initial_accumulator_value": -0.1}, "a number at least 0"),
        (Adagrad, {"epsilon": -1.0}, "a number at least 0"),
        (Adadelta, {"rho": 1.0}, r"a number from 0 to 1 \(excluded\)"),
        (Adamax, {"beta_1": 1.0}, r"a number from 0 to 1 \(excluded\)"),
        (Nadam, {"beta_2": -0.1}, r"a number from 0 to 1 \(excluded\)"),
        (Ftrl, {"learning_rate_power": 0.1}, "a number at most 0"),
        (Ftrl, {"learning_rate_power": -math.inf}, "a number at most 0"),
        (Ftrl, {"initial_accumulator_value": -1}, "a number at least 0"),
        (Ftrl, {"l1_regularization_strength": -1}, "a number at least 0"),
        (Ftrl, {"l2_regularization_strength": math.nan}, "a number at least 0"),
        (Ftrl, {"l2_shrinkage_regularization_strength": []}, "a number at least 0"),
        (Ftrl, {"beta": True}, "a number at least 0"),
        (Lion, {"beta_1": 0.0}, "more than 0"),
        (Lion, {"beta_1": 1.1}, "a number from 0 to 1"),
        (Lion, {"beta_2": 1.1}, "a number from 0 to 1"),
        (Adafactor, {"beta_2_decay": 0.1}, "a number at most 0"),
        (Adafactor, {"epsilon_1": -1}, "a number at least 0"),
        (Adafactor, {"epsilon_2": None}, "a number at least 0"),
        (Adafactor, {"clip_threshold": 0}, "a number more than 0"),
        (Adafactor, {"relative_step": 2}, "True or False"),
        (Lamb, {"beta_1": 1.0}, r"a number from 0 to 1 \(excluded\)"),
        (Muon, {"adam_beta_2": 1.0}, r"a number from 0 to 1 \(excluded\)"),
        (Muon, {"exclude_layers": "dense"}, "a list of regular expressions"),
        (Muon, {"exclude_layers": ["("]}, "a list of regular expressions"),
        (Muon, {"muon_a": math.nan}, "a number"),
        (Muon, {"ns_steps": -1}, "an integer"),
        (Muon, {"rms_rate": -1}, "a number at least 0"),
        (ScheduleFreeAdamW, {"beta_1": 0.0}, "a number from 0 to 1"),
        (ScheduleFreeAdamW, {"warmup_steps": 1.5}, "an integer"),
    ],
)
def test_numbers_out_of_range(kind, wrong, expected):
    name = next(iter(wrong))
    with pytest.raises(ValueError, match=rf"`{name}` must be {expected}.*Received: {name}="):
        kind(**wrong)


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.5, 0.25, True, name="a"),
        Adam(0.5, 0.25, 0.75, 1e-3, True, name="b"),
        AdamW(0.5, 0.25, name="c"),
        RMSprop(0.5, 0.25, 0.75, 1e-3, True, 0.125, name="d"),
        Adagrad(0.5, 0.25, 1e-3, name="e"),
        Adadelta(0.5, 0.25, 1e-3, name="f"),
        Adamax(0.5, 0.25, 0.75, 1e-3, name="g"),
        Nadam(0.5, 0.25, 0.75, 1e-3, name="h"),
        Ftrl(0.5, -0.25, 0.75, 0.125, 0.5, 1.5, 2, name="i"),
        Lion(0.5, 0.25, 0.75, name="j"),
        Lamb(0.5, 0.25, 0.75, 1e-3, name="k"),
        Adafactor(0.5, -0.25, 1e-3, 0.25, 2.0, False, name="l"),
        Muon(0.5, 0.25, 0.75, None, 1e-3, 0.5, exclude_layers=["a"], rms_rate=None, name="m"),
        ScheduleFreeAdamW(0.5, 0.25, 0.75, 1e-3, 3, name="n"),
        SGD(),
    ],
)
def test_config_makes_the_same_again(optimizer):
    optimizer.learning_rate = 0.375
    settings = optimizer.get_config()
    assert settings["learning_rate"] == 0.375
    assert set(COMMON) < set(settings)
    again = type(optimizer).from_config(settings)
    assert again.get_config() == settings
    assert repr(again) == f"<{type(optimizer).__name__} name={optimizer.name}, learning_rate=0.375>"


def test_copies(kind):
    optimizer = kind(0.5, name="a")
    for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert other.get_config() == optimizer.get_config()
        other.learning_rate = 2
        assert optimizer.learning_rate == 0.5
    optimizer.iterations = 1
    assert int(copy.deepcopy(optimizer).iterations) == 1


def test_get(kind):
    name = kind.__name__
    for identifier in (name, name.lower(), name.upper(), kind):
        assert type(optimizers.get(identifier)) is kind
    made = kind(0.5)
    assert optimizers.get(made) is made
    assert optimizers.get(None) is None
    made.learning_rate = 0.25
    for settings in (
        optimizers.serialize(made),
        {"class_name": name.upper(), "config": made.get_config()},
    ):
        for again in (optimizers.get(settings), optimizers.deserialize(settings)):
            assert type(again) is kind
            assert again.get_config() == made.get_config()


def test_deserialize_finds_classes_of_ones_own():
    class Mine(SGD):
        pass

    settings = optimizers.serialize(Mine(0.5, name="mine"))
    made = optimizers.deserialize(settings, {"Mine": Mine})
    assert (type(made), float(made.learning_rate)) == (Mine, 0.5)
    with pytest.raises(ValueError, match="can't be made again without its class"):
        optimizers.deserialize(settings)


@pytest.mark.parametrize("wrong", [None, {}, {"class_name": 3}, {"class_name": "get"}])
def test_deserialize_refuses_other_things(wrong):
    with pytest.raises(ValueError, match="`config` must be what `serialize` returned"):
        optimizers.deserialize(wrong)
    with pytest.raises(ValueError, match="'deserialise'"):
        optimizers.deserialize({"class_name": "deserialise"})
    with pytest.raises(ValueError, match="must be of an optimizer"):
        optimizers.deserialize({"module": "keras.losses", "class_name": "MeanSquaredError"})


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("sdg", "sgd"), ("Nadma", "nadam"), ("SGDD", "sgd")]
)
def test_get_names_the_nearest(wrong, nearest):
    with pytest.raises(ValueError, match=f"Unknown optimizer: '{wrong}'.*name is '{nearest}'"):
        optimizers.get(wrong)


@pytest.mark.parametrize("wrong", [3, dict, lambda: None])
def test_get_refuses_other_things(wrong):
    with pytest.raises(ValueError, match=r"must be a name or one of cornu\.optimizers"):
        optimizers.get(wrong)


def test_a_beta_that_is_1_in_float32():
    """It would make every weight infinite; float64 has room for it."""
    for dtype, works in (("float64", True), ("float32", False)):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, dtype=dtype)])
        model.compile(keras.optimizers.Adam(beta_1=1 - 1e-9), "mse")
        before = model.get_weights()
        if works:
            model.train_on_batch(np.ones((2, 2)), np.ones((2, 1)))
            assert np.isfinite(model.get_weights()[0]).all()
        else:
            with pytest.raises(ValueError, match=r"beta_1.*float32.*0\.999999999"):
                model.train_on_batch(np.ones((2, 2)), np.ones((2, 1)))
            np.testing.assert_array_equal(model.get_weights()[0], before[0])
