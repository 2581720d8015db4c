"""Configurations with keys or classes that cornu hasn't: breaks when a load fails that could work,
or when nobody is told of what is left out."""

import pytest

import cornu as keras
from bad_input import refused
from hostile_files import with_config


def test_unknown_keys(tmp_path):
    """Of every kind of object there is in a file, as a later Keras may write them."""
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, kernel_regularizer="l2"), keras.layers.ReLU()]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    compiled = {"loss": keras.losses.Huber(), "metrics": [keras.metrics.AUC(name="area")]}
    model.compile(keras.optimizers.SGD(rate), **compiled)
    path = tmp_path / "m.keras"
    model.save(path)
    seen = []

    def extend(config, value):
        if isinstance(config, list):
            for item in config:
                extend(item, value)
        elif isinstance(config, dict):
            for item in list(config.values()):
                extend(item, value)
            if "optimizer" in config:
                config["of_tomorrow"] = value
                seen.append("compile_config")
            if isinstance(config.get("config"), dict) and "class_name" in config:
                config["config"]["of_tomorrow"] = value
                seen.append(config["class_name"])

    with_config(path, lambda config: extend(config, None))
    assert keras.models.load_model(path).get_config() == model.get_config()
    with_config(path, lambda config: extend(config, 3))
    with pytest.warns(UserWarning, match="is loaded without it") as caught:
        other = keras.models.load_model(path)
    assert other.get_config() == model.get_config()
    assert other.optimizer.get_config() == model.optimizer.get_config()
    texts = [str(warning.message) for warning in caught]
    # A policy is nothing but its name.
    for name in {*seen} - {"DTypePolicy"}:
        expected = f"A saved '{name}' has what cornu's doesn't know, and is loaded without it"
        assert sum(expected in text and "{'of_tomorrow': 3}" in text for text in texts) == 1, name
    kinds = {"InputLayer", "Dense", "ReLU", "L2", "SGD", "ExponentialDecay", "Huber", "AUC"}
    assert {*seen} >= kinds | {"GlorotUniform", "Zeros", "DTypePolicy"}


@pytest.mark.parametrize(
    ("kind", "name", "key"),
    [
        ("layers", "Dense", "alpha"),
        ("layers", "Dense", "decay"),
        ("losses", "Huber", "weights"),
        ("metrics", "AUC", "input_shape"),
    ],
)
def test_keys_that_others_know(kind, name, key):
    config = {"units": 2} if name == "Dense" else {}
    saved = {"module": f"keras.{kind}", "class_name": name, "config": {**config, key: 3}}
    with pytest.warns(UserWarning, match=f"'{name}' has what cornu's doesn't know.*{key}"):
        keras.saving.deserialize_keras_object(saved)


@pytest.mark.parametrize("kind", ["layers.Dense", "optimizers.Adam", "losses.Huber", "metrics.AUC"])
def test_unknown_keywords_are_errors_still(kind):
    module, name = kind.split(".")
    made = getattr(getattr(keras, module), name)
    options = {"units": 2} if name == "Dense" else {}
    with pytest.raises((TypeError, ValueError), match="of_tomorrow"):
        made(**options, of_tomorrow=3)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("layers.Dense", {"units": 2, "input_dim": 3, "init": "ones"}),
        ("layers.LayerNormalization", {"rms_scaling": False}),
        ("layers.LeakyReLU", {"alpha": 0.25}),
        ("layers.StringLookup", {"oov_method": "farmhash"}),
        ("layers.StringLookup", {"vocabulary": ["a"], "vocabulary_size": 2}),
        ("layers.IntegerLookup", {"vocabulary": [1], "has_input_vocabulary": True}),
        ("layers.InputLayer", {"batch_input_shape": (None, 2)}),
        ("optimizers.Adam", {"lr": 0.5, "decay": 0.25}),
    ],
)
@pytest.mark.filterwarnings("ignore:.alpha. of LeakyReLU")
def test_keys_that_are_in_no_signature_are_known(kind, config):
    module, name = kind.split(".")
    made = keras.saving.deserialize_keras_object(
        {"module": f"keras.{module}", "class_name": name, "config": config}
    )
    if name == "LeakyReLU":
        assert made.negative_slope == 0.25
    if name == "Adam":
        assert (float(made.learning_rate), made.decay) == (0.5, 0.25)


def test_unknown_layers(tmp_path):
    path = tmp_path / "m.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Flatten()]).save(path)

    def rename(config):
        config["config"]["layers"][1]["class_name"] = "Conv9D"

    with_config(path, rename)
    words = ("of keras.layers", "custom_objects={'Conv9D': ...}", "skip_mismatch=True")
    refused(lambda: keras.models.load_model(path), *words)
    own = type("Conv9D", (keras.layers.Flatten,), {})
    assert type(keras.models.load_model(path, custom_objects={"Conv9D": own}).layers[0]) is own
