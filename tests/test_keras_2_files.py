"""Files of Keras 2: breaks when one is misread, or read without a word."""

import json

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from keras_2_files import NEW_ADAM, TRAINING, keras_2_archive, keras_2_file, of
from small_models import regression

X, _ = regression()
OLD = r"was written by Keras '[12]\.[0-9.]+'"


def load(path, **options):
    """A model of a file, which warns that it is an old one."""
    with pytest.warns(UserWarning, match=OLD):
        return keras.models.load_model(path, **options)


# ---- HDF5: Keras 2.2 to 2.3, and tf.keras


def test_a_file_of_keras_2(tmp_path):
    values = keras_2_file(tmp_path / "m.h5", TRAINING)
    model = load(tmp_path / "m.h5")
    for mine, theirs in zip(model.get_weights(), values, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    kernel, bias, gamma, beta, mean, variance, last, end = values
    hidden = np.maximum(X @ kernel + bias, 0)
    hidden = (hidden - mean) / np.sqrt(variance + 0.001) * gamma + beta
    want = 1 / (1 + np.exp(-(hidden @ last + end)))
    np.testing.assert_allclose(model.predict(X, verbose=0), want, rtol=1e-5)
    assert (model.loss, model.optimizer.beta_1) == ("binary_crossentropy", 0.5)
    assert {*model.evaluate(X, np.ones(len(X)), verbose=0, return_dict=True)} >= {"loss", "acc"}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        (
            {
                "loss": {
                    "class_name": "BinaryCrossentropy",
                    "config": {"reduction": "auto", "name": "bce", "from_logits": False},
                },
                "metrics": [
                    [
                        {
                            "class_name": "MeanMetricWrapper",
                            "config": {"name": "accuracy", "fn": "binary_accuracy"},
                        },
                        {"class_name": "Precision", "config": {"name": "p", "top_k": None}},
                    ]
                ],
                "loss_weights": [1.0],
            },
            {"accuracy", "p"},
        ),
        ({"loss": ["mse"], "metrics": {"dense_2": "mae"}}, {"mae"}),
        (
            {
                "loss": {"dense_2": "mse"},
                "metrics": None,
                "optimizer_config": {
                    "class_name": "Custom>SGD",
                    "config": {
                        "name": "SGD",
                        "lr": 0.5,
                        "momentum": 0.0,
                        "jit_compile": False,
                        "is_legacy_optimizer": False,
                        "epsilon": None,
                    },
                },
            },
            set(),
        ),
    ],
)
def test_how_keras_2_compiled(changes, names, tmp_path):
    keras_2_file(tmp_path / "m.h5", {**TRAINING, **changes})
    model = load(tmp_path / "m.h5")
    found = model.evaluate(X, np.ones(len(X)), verbose=0, return_dict=True)
    assert {*found} == {"loss", *names}


def test_parts_of_ones_own(tmp_path):
    def mine(x):
        return keras.activations.relu(x)

    layers = [
        {
            "class_name": "Own",
            "config": {"name": "o", "units": 3, "batch_input_shape": [None, 4]},
        },
        {"class_name": "BatchNormalization", "config": {"name": "bn"}},
        {"class_name": "Dense", "config": {"name": "last", "units": 1}},
    ]
    keras_2_file(tmp_path / "m.h5", layers=layers)
    with pytest.warns(UserWarning, match=OLD):
        refused(lambda: keras.models.load_model(tmp_path / "m.h5"), "'Own'", "custom_objects")
    own = type("Own", (keras.layers.Dense,), {})
    model = load(tmp_path / "m.h5", custom_objects={"Own": own, "mine": mine})
    assert type(model.layers[0]) is own
    assert not model.compiled


# ---- The optimizer's state

# Of the model above: in Keras's order, as BatchNormalization has its own between.
TRAINED = {
    "dense_1/kernel": (4, 3),
    "dense_1/bias": (3,),
    "bn/gamma": (3,),
    "bn/beta": (3,),
    "dense_2/kernel": (3, 1),
    "dense_2/bias": (1,),
}


def drawn(slot):
    """What an optimizer keeps by this name for each weight."""
    rng = np.random.default_rng(len(slot) + ord(slot[0]))
    return {name: rng.random(shape).astype("float32") for name, shape in TRAINED.items()}


def before_tensorflow(*slots):
    """Keras 2.3: numbered, all of one kind, then all of the next."""
    arrays = [array for slot in slots for array in drawn(slot).values()]
    # Of Adam without amsgrad.
    arrays += [np.zeros(1, "float32")] * len(TRAINED)
    state = [("Adam/iterations:0", np.int64(7))]
    names = ["training/Adam/Variable:0"]
    names += [f"training/Adam/Variable_{at}:0" for at in range(1, len(arrays))]
    return state + list(zip(names, arrays, strict=True))


def before_2_11(*slots, count="Adam/iter:0"):
    """tf.keras up to 2.10: all of one kind, then all of the next, which end their names."""
    state = [(count, np.int64(7))]
    return state + [
        (f"Adam/{name}/{slot}:0", array) for slot in slots for name, array in drawn(slot).items()
    ]


def since_2_11(*slots):
    """tf.keras from 2.11 on: all for one weight, then all for the next."""
    state = [("iteration:0", np.int64(7))]
    return state + [
        (f"Adam/{slot}/{name}:0", drawn(slot)[name]) for name in TRAINED for slot in slots
    ]


def kept(optimizer, ending):
    """What an optimizer keeps by a name, for each weight."""
    return [each.numpy() for each in optimizer.variables if each.path.endswith(ending)]


@pytest.mark.parametrize(
    ("version", "made"),
    [(b"2.3.1", before_tensorflow), (b"2.4.0", before_2_11), (b"2.13.1", since_2_11)],
)
def test_adams_state(version, made, tmp_path):
    keras_2_file(tmp_path / "m.h5", TRAINING, version=version, state=made("m", "v"))
    optimizer = load(tmp_path / "m.h5").optimizer
    assert (int(optimizer.iterations), float(optimizer.learning_rate)) == (7, 0.25)
    for slot, today in (("m", "_momentum"), ("v", "_velocity")):
        for found, want in zip(kept(optimizer, today), drawn(slot).values(), strict=True):
            np.testing.assert_array_equal(found, want)


def optimizer_of(kind, **config):
    return {**TRAINING, "optimizer_config": {"class_name": kind, "config": {"name": kind} | config}}


def test_the_state_of_others(tmp_path):
    path = tmp_path / "m.h5"
    training = optimizer_of("RMSprop", lr=0.125, rho=0.9, momentum=0.5, centered=True, decay=0.0)
    keras_2_file(path, training, state=before_2_11("rms", "momentum", "mg"))
    optimizer = load(path).optimizer
    assert float(optimizer.learning_rate) == 0.125
    for slot, today in (("rms", "_velocity"), ("momentum", "_momentum"), ("mg", "_gradient")):
        for found, want in zip(kept(optimizer, today), drawn(slot).values(), strict=True):
            np.testing.assert_array_equal(found, want)
    # Keras 2.3 kept momenta of 0 without momentum.
    training = optimizer_of("SGD", lr=0.125, momentum=0.0, decay=0.5, nesterov=False)
    keras_2_file(path, training, state=before_tensorflow("momentum"))
    optimizer = load(path).optimizer
    assert (int(optimizer.iterations), optimizer.decay) == (7, 0.5)


@pytest.mark.parametrize("lacking", [0, 3, -1])
def test_a_state_that_does_not_fit(lacking, tmp_path):
    """As that of Nadam, which had a product besides."""
    state = before_2_11("m", "v")
    del state[lacking]
    keras_2_file(tmp_path / "m.h5", TRAINING, state=state)
    with pytest.warns(UserWarning, match="is left as it is"):
        optimizer = load(tmp_path / "m.h5").optimizer
    assert int(optimizer.iterations) == 0


# ---- Models of layers that are called


def test_a_functional_model(tmp_path):
    values = keras_2_file(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as root:
        config = json.loads(root.attrs["model_config"])
        layers = config["config"]["layers"]
        del layers[0]["config"]["batch_input_shape"]
        entry = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "name": "in"}
        layers.insert(0, {"class_name": "InputLayer", "config": entry})
        before = None
        for layer in layers:
            layer["name"] = layer["config"]["name"]
            layer["inbound_nodes"] = [[[before, 0, 0, {}]]] if before else []
            before = layer["name"]
        ends = {"input_layers": [["in", 0, 0]], "output_layers": [[before, 0, 0]]}
        config = {"class_name": "Model", "config": {"name": "m", "layers": layers} | ends}
        root.attrs["model_config"] = json.dumps(config).encode()
        root["model_weights"].attrs["layer_names"] = [each["name"].encode() for each in layers]
        root["model_weights"].create_group("in").attrs["weight_names"] = np.array([], "S1")
    model = load(tmp_path / "m.h5")
    assert model.input_shape == (None, 4)
    for mine, theirs in zip(model.get_weights(), values, strict=True):
        np.testing.assert_array_equal(mine, theirs)


# ---- The archives of tf.keras 2.12 to 2.15


@pytest.mark.parametrize(
    "optimizer",
    [
        of("keras.optimizers", "Adam", NEW_ADAM),
        of("keras.src.optimizers.adam", "Custom>Adam", NEW_ADAM) | {"registered_name": "Adam"},
    ],
)
def test_an_archive(optimizer, tmp_path):
    weights, state = keras_2_archive(tmp_path / "m.keras", optimizer)
    model = load(tmp_path / "m.keras")
    for mine, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert (model.name, model.layers[0].activation.__name__) == ("old", "relu")
    assert int(model.optimizer.iterations) == 5
    assert (float(model.optimizer.learning_rate), model.optimizer.beta_1) == (0.125, 0.5)
    for mine, theirs in zip(model.optimizer.variables[2:], state, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs)
    x, y = regression()
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    assert list(found) == ["loss", "mae", "root_mean_squared_error"]


# ---- Names that Keras 3 has not


@pytest.mark.parametrize(
    ("loss", "written"),
    [
        ("huber_loss", "huber"),
        ("logcosh", "log_cosh"),
        ("kullback_leibler_divergence", "kl_divergence"),
        ("cosine_proximity", "cosine_similarity"),
    ],
)
def test_names_are_written_as_keras_3_has_them(loss, written, tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "sigmoid")])
    names = ["mae", "kld", "KLD", "kullback_leibler_divergence", "log_cosh", "logcosh"]
    model.compile("sgd", loss, metrics=[*names, "cosine_proximity"])
    config = model.get_compile_config()
    assert config["loss"] == written
    kinds = [one if isinstance(one, str) else one["class_name"] for one in config["metrics"]]
    divergences, others = ["KLDivergence"] * 3, ["LogCoshError", "LogCoshError", "CosineSimilarity"]
    assert kinds == ["mae", *divergences, *others]
    x, y = regression()
    before = model.evaluate(x, abs(y), verbose=0, return_dict=True)
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        other = keras.models.load_model(tmp_path / name)
        assert other.evaluate(x, abs(y), verbose=0, return_dict=True) == before
