"""Configurations made to do harm: breaks when one takes memory or time beyond its file's size,
names what is no part of a model, or is refused without the file's name in the error."""

import functools
import json
import sys
import zipfile

import h5py
import pytest

import cornu as keras
from bad_input import refused
from hostile_files import load_refused, with_config, with_members, with_text


def units(count):
    def change(config):
        config["config"]["layers"][1]["config"]["units"] = count

    return change


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("count", [10**7, 10**12, 2**62])
def test_units_without_end(count, suffix, model, path):
    """10^7 of them would take 160 MB, of a file of 20 KB."""
    if suffix == ".keras":
        with_config(path, units(count))
    else:
        path = path.with_suffix(suffix)
        model.save(path)
        with h5py.File(path, "r+") as root:
            config = json.loads(root.attrs["model_config"])
            units(count)(config)
            root.attrs["model_config"] = json.dumps(config)
    error = ValueError if count == 10**7 else (ValueError, MemoryError)
    load_refused(path, error=error)


@pytest.mark.parametrize(
    "options",
    [{"num_oov_indices": 10**8}, {"max_tokens": 10**8, "pad_to_max_tokens": True}],
)
def test_words_without_end(options, path):
    layer = {"module": "keras.layers", "class_name": "StringLookup", "config": {"name": "x"}}
    layer["config"] |= {"output_mode": "tf_idf", "vocabulary": ["a"], "idf_weights": [1.0]}
    layer["config"] |= options
    with_config(path, lambda config: config["config"]["layers"].insert(1, layer))
    load_refused(path, "at most", "bytes more")


LONG = ["a" * 15_000, *map(str, range(20_000))]


@pytest.mark.parametrize(
    ("class_name", "options"),
    [
        ("StringLookup", {"vocabulary": [1, *LONG]}),
        ("StringLookup", {"vocabulary": [LONG]}),
        ("IntegerLookup", {"vocabulary": [1, *LONG]}),
        ("Rescaling", {"scale": [LONG[i * 100 : i * 100 + 100] for i in range(200)]}),
    ],
)
def test_texts_that_are_padded_to_a_long_one(class_name, options, path):
    """NumPy's arrays of 90 KB of words would take 1.2 GB."""
    layer = {"module": "keras.layers", "class_name": class_name, "config": options}
    with_config(path, lambda config: config["config"]["layers"].insert(1, layer))
    load_refused(path, "The texts of a list must take at most")


def test_a_vocabulary_with_a_long_word(tmp_path):
    """Padded, these would take 320 GB."""
    words = ["a" * 4_000_000, *LONG[1:]]
    layer = keras.layers.StringLookup(vocabulary=words, output_mode="count")
    assert layer.get_vocabulary()[1:] == words
    model = keras.Sequential([keras.Input((1,), dtype="string"), layer, keras.layers.Dense(1)])
    model.save(tmp_path / "m.keras")
    assert keras.models.load_model(tmp_path / "m.keras").layers[0].get_vocabulary()[1:] == words


def test_many_layers(path):
    """Of a name each: it was compared with all before it."""
    flatten = {"module": "keras.layers", "class_name": "Flatten", "config": {}}
    with_config(path, lambda config: config["config"]["layers"].extend([flatten] * 2000))
    assert len(keras.models.load_model(path).layers) == 2002


def test_layers_without_end(path):
    """Deflated, each takes half a byte."""
    dense = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 1}}
    with_config(path, lambda config: config["config"]["layers"].extend([dense] * 3400))
    load_refused(path, "at most", "bytes more")


def test_orthogonal_matrices(tmp_path):
    """Each number takes as long as its row has others: of 1000 x 1000, 3 s for a file of 1 KB."""
    make = keras.initializers.Orthogonal(seed=1)
    layer = keras.layers.Dense(4, kernel_initializer=make)
    path = tmp_path / "m.keras"
    keras.Sequential([keras.Input((140_000,)), layer]).save(path)
    assert keras.models.load_model(path).layers[0].units == 4
    with_members(path, {"model.weights.h5": b""})
    load_refused(path, "Orthogonal matrices must take at most")


def test_names_that_are_long(path):
    """One stands in the path of each weight: a file of 24 KB took 1.8 GB."""
    with_config(path, lambda config: config["config"].update(name="n" * 1000))
    assert keras.models.load_model(path).name == "n" * 1000
    with_config(path, lambda config: config["config"].update(name="n" * 1001))
    load_refused(path, "`name` must have at most 1000 letters", "'nnn", "1001 letters")


def test_paths_that_are_long(path):
    """Each model in which a weight is has a name."""
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 4}}

    def change(config):
        inner = [layer] * 200
        for depth in range(30):
            name = f"{depth:0>1000}"
            inner = [{**config, "config": {"name": name, "layers": inner}}]
        config["config"]["layers"][1:] = inner

    with_config(path, change)
    load_refused(path, "The paths of weights must take at most")


def test_models_that_stand_twice_in_models_that_do(path):
    """Of 25 a file of 2 KB has 2^25 layers."""
    inputs, layer = keras.Input((4,)), keras.layers.Flatten(name="m")
    template = keras.Model(inputs, layer(layer(inputs)), name="m").to_json()
    model = json.loads(template)
    for depth in range(2, 26):
        outer = json.loads(template)
        outer["config"]["layers"][1].update(model)
        model = outer
        if depth == 10:
            with_text(path, json.dumps(model))
            assert len(keras.models.load_model(path)._chain()) == 2**10
    with_text(path, json.dumps(model))
    load_refused(path, "places of layers", "at most", "bytes more")


@pytest.mark.parametrize(
    "metrics",
    [
        ["mae"] * 4500,
        [["mae"] * 4500],
        [("AUC", {"num_thresholds": 10**8})],
        [("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 10**8})],
        [("AUC", {"num_labels": 10**6, "multi_label": True})],
        [("MeanIoU", {"num_classes": 17_000})],
        [("MeanIoU", {"num_classes": 10**9})],
        [("MeanIoU", {"num_classes": 1000})] * 3,
    ],
)
def test_metrics_without_end(metrics, model, path):
    def change(config):
        config["compile_config"]["metrics"] = [
            {"module": "keras.metrics", "class_name": metric[0], "config": metric[1]}
            if isinstance(metric, tuple)
            else metric
            for metric in metrics
        ]

    model.compile("sgd", "mse")
    model.save(path)
    with_config(path, change)
    load_refused(path, "at most", "bytes more")


def test_models_that_are_small_one_by_one(path):
    """Each of the thirty would take 4 MB."""
    layer = json.loads(keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)]).to_json())
    units(200_000)(layer)

    def change(config):
        inner = []
        for count in range(30):
            inner.append(json.loads(json.dumps(layer).replace('"dense', f'"d{count}')))
            inner[-1]["config"]["name"] = f"part_{count}"
        config["config"]["layers"][1:] = inner

    with_config(path, change)
    load_refused(path, "at most", "bytes more")


def test_weights_of_a_size_that_the_file_has(tmp_path):
    """What a file may have is in proportion to its own size."""
    model = keras.Sequential([keras.Input((1000,)), keras.layers.Dense(6000)])
    assert model.count_params() * 4 > 2**24
    model.save(tmp_path / "m.keras")
    assert keras.models.load_model(tmp_path / "m.keras").count_params() == model.count_params()


@pytest.mark.parametrize("dtype", ["S400000000", "U100000000", "O", "V9", "M8[s]"])
def test_arrays_of_no_numbers(dtype, path):
    array = {"class_name": "__numpy__", "config": {"value": [1] * 50, "dtype": dtype}}

    def change(config):
        config["config"]["layers"][1]["config"]["units"] = array

    with_config(path, change)
    load_refused(path, "must be of numbers")


@pytest.mark.parametrize("depth", [201, 900, 5000])
def test_configurations_that_are_nested_too_deep(depth, model, path):
    config = zipfile.ZipFile(path).read("config.json").decode()
    deep = '{"config":' * depth + "1" + "}" * depth
    with_text(path, config[:-1] + f', "deep": {deep}' + "}")
    load_refused(path, "at most 200 deep")
    for text in (deep, 200_000 * "["):
        refused(lambda text=text: keras.models.model_from_json(text), "`json_string`", "200 deep")


def test_keys_that_stand_twice(path):
    with_text(path, '{"class_name": "Sequential", "config": {}, "config": {"layers": []}}')
    refused(lambda: keras.models.load_model(path), "config.json", str(path), "once", "'config'")


@pytest.mark.parametrize("member", ["config.json", "metadata.json"])
def test_values_without_end(member, path):
    """A list takes three letters, and 64 bytes of memory: a file of 20 KB took 500 MB and 2 min."""
    text = zipfile.ZipFile(path).read(member).decode()
    long = text[:-1] + ', "long": [' + "[]," * 300_000 + "[]]}"
    with_members(path, {member: long.encode()})
    what = f"The values of {member} of {str(path)!r}"
    refused(lambda: keras.models.load_model(path), what, "at most", "Received: 3840")


def test_values_of_a_text_without_end():
    work = functools.partial(keras.models.model_from_json, "[" + 600_000 * "[]," + "[]]")
    refused(work, "The values of `json_string`", "at most", "bytes more")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5000, "-0", "1.5", "1e3000"])
def test_numbers_that_are_none(number, path):
    config = zipfile.ZipFile(path).read("config.json").decode()
    assert '"units": 5' in config
    with_text(path, config.replace('"units": 5', f'"units": {number}'))
    load_refused(path)


def test_names_without_end(path):
    """What was meant by one is looked for among known ones, for a time that is its square."""

    def change(config):
        config["config"]["layers"][1]["config"]["activation"] = "relu" * 250_000

    with_config(path, change)
    load_refused(path, "Unknown activation")


@pytest.mark.parametrize("change", ["layer", "module", "function"])
def test_names_in_errors(change, path):
    """Each stood there whole, twice."""
    long = "Aa" * 100_000

    def of_layer(config):
        layer = config["config"]["layers"][1]
        function = {"module": "builtins", "class_name": "function", "config": long}
        if change == "function":
            layer["config"]["activation"] = function
        else:
            layer.update({"class_name": long} if change == "layer" else {"module": long})

    with_config(path, of_layer)
    with pytest.raises(ValueError, match=r"class_name|A saved") as caught:
        keras.models.load_model(path)
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("place", [0, 1])
def test_names_of_half_characters(place, path):
    """UTF-8 has none of them, and JSON's escapes have."""

    def change(config):
        config["config"]["layers"][place]["config"]["name"] = "\ud800"

    with_config(path, change)
    load_refused(path, "`name`", "\\ud800")


@pytest.mark.parametrize("module", ["this", "os", "builtins", "cornu.utils.get_file", "keras.src"])
def test_modules_are_not_imported(module, path):
    """Keras 3.8 imported what a configuration named."""

    def change(config):
        config["config"]["layers"][1] |= {"module": module, "class_name": "system"}

    with_config(path, change)
    load_refused(path, "'system'")
    assert "this" not in sys.modules


@pytest.mark.parametrize(
    "name",
    ["get_file", "load_model", "enable_unsafe_deserialization", "__dir__", "_look_up", "get"],
)
def test_functions_that_are_no_part_of_a_model(name, path):
    def change(config):
        config["config"]["layers"][1]["config"]["activation"] = {
            "module": "keras.utils",
            "class_name": "function",
            "config": name,
            "registered_name": name,
        }

    with_config(path, change)
    load_refused(path, f"'{name}'")


@pytest.mark.parametrize("kind", ["StringLookup", "IntegerLookup"])
def test_vocabularies_of_other_files(kind, tmp_path):
    """Of a trusted user's own they are; of a file's they would be any that the user may read."""
    (tmp_path / "words").write_text("1\n2\n")
    layer = {"module": "keras.layers", "class_name": kind}
    layer["config"] = {"name": "x", "vocabulary": str(tmp_path / "words")}
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    path = tmp_path / "m.keras"
    model.save(path)
    with_text(path, json.dumps(config))
    load_refused(path, "`vocabulary`", "words")
    refused(lambda: keras.models.model_from_json(json.dumps(config)), "`vocabulary`", "words")
    assert getattr(keras.layers, kind)(vocabulary=str(tmp_path / "words")).vocabulary_size() == 3


@pytest.mark.parametrize("name", ["Layer", "Wrapper"])
def test_classes_that_are_bases(name, path):
    with_config(path, lambda config: config["config"]["layers"][1].update(class_name=name))
    load_refused(path, f"'{name}'", "base of other classes")


def test_an_initializer_in_the_place_of_a_layer(path):
    inputs = keras.Input((4,))
    keras.Model(inputs, keras.layers.Dense(5, name="d")(inputs)).save(path)
    other = {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {}}
    with_config(path, lambda config: config["config"]["layers"][1].update(other))
    load_refused(path, "must be layers", "GlorotUniform")


@pytest.mark.parametrize("class_name", ["Dense", "Discretization"])
def test_a_type_that_is_half_a_letter(class_name, path):
    layer = {"module": "keras.layers", "class_name": class_name}
    options = {"units": 2} if class_name == "Dense" else {"bin_boundaries": [0.0]}
    layer["config"] = {"name": "x", "dtype": "\ud800", **options}
    with_config(path, lambda config: config["config"]["layers"].insert(1, layer))
    load_refused(path, "dtype")
