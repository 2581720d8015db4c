"""Files made to do harm: breaks when one takes memory or time beyond its size, reaches out of
itself, names what is no part of a model, or is refused without its name in the error."""

import json
import os
import struct
import sys
import zipfile

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from cornu.saving.archive import Archive
from fuzz.corpus import repacked
from small_models import make_model

FIRST = "layers/dense/vars/0"


@pytest.fixture
def model():
    return make_model()


@pytest.fixture
def path(model, tmp_path):
    """Of a file of the whole model; the test fails if a loader leaves a file open."""
    path = tmp_path / "m.keras"
    model.save(path)
    before = open_files()
    yield path
    assert open_files() == before


def open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def with_config(path, change):
    """Change the configuration in a file."""
    config = json.loads(zipfile.ZipFile(path).read("config.json"))
    with_text(path, json.dumps(change(config) or config))


def with_text(path, text):
    path.write_bytes(repacked(path.read_bytes(), {"config.json": text.encode()}))


def load_refused(path, *words, **options):
    refused(lambda: keras.models.load_model(path), str(path), *words, **options)


# ---- What asks for more memory than there is in it


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


def test_many_layers(path):
    """Of a name each: it was compared with all before it."""
    flatten = {"module": "keras.layers", "class_name": "Flatten", "config": {}}
    with_config(path, lambda config: config["config"]["layers"].extend([flatten] * 2000))
    assert len(keras.models.load_model(path).layers) == 2002


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


@pytest.mark.parametrize(
    "options",
    [
        {"chunks": (1, 1), "maxshape": (2**20, 2**20), "shape": (2**10, 2**10)},
        {"chunks": (4, 5), "compression": "lzf"},
        {"chunks": (4, 5), "scaleoffset": 3},
    ],
)
def test_chunks_and_filters(options, tmp_path):
    """A million chunks that are not there, and filters which HDF5 would look for a library for."""
    shape = options.pop("shape", (4, 5))
    model = keras.Sequential([keras.Input(shape[:1]), keras.layers.Dense(shape[1])])
    weights = tmp_path / "w"
    model.save_weights(weights)
    with h5py.File(weights, "r+") as root:
        del root[FIRST]
        root.create_dataset(FIRST, shape, "f4", **options)
    words = ("chunks", "1048576") if shape[0] == 2**10 else ("deflated", "filters")
    unchanged(model, lambda: model.load_weights(weights), str(weights), FIRST, *words)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("fletcher32", [False, True])
def test_deflated_weights(shuffle, fletcher32, model, tmp_path):
    weights = tmp_path / "w"
    model.save_weights(weights)
    with h5py.File(weights, "r+") as root:
        values = root[FIRST][()]
        del root[FIRST]
        root.create_dataset(
            FIRST, data=values, compression="gzip", shuffle=shuffle, fletcher32=fletcher32
        )
    other = make_model(seed=9)
    other.load_weights(weights)
    np.testing.assert_array_equal(other.get_weights()[0], values)


def test_a_chunk_that_inflates_without_end(model, tmp_path):
    import zlib

    weights = tmp_path / "w"
    model.save_weights(weights)
    with h5py.File(weights, "r+") as root:
        del root[FIRST]
        data = root.create_dataset(FIRST, (4, 5), "f4", chunks=(4, 5), compression="gzip")
        data.id.write_direct_chunk((0, 0), zlib.compress(bytes(2**26), 9))
    unchanged(model, lambda: model.load_weights(weights), str(weights), FIRST, "80 bytes", "larger")


# ---- Archives


@pytest.mark.parametrize("name", ["../m.keras", "/etc/passwd", "a/../../b", "C:\\x", "..\\x"])
def test_members_of_other_folders(name, path, tmp_path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")
    load_refused(path, "its own folder", repr(name))
    assert os.listdir(tmp_path) == ["m.keras"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_that_are_there_twice(model, path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", "{}")
    load_refused(path, "each member once", "config.json")
    unchanged(model, lambda: model.load_weights(path), "each member once", "config.json")


def test_encrypted_members(path):
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    path.write_bytes(data)
    refused(lambda: keras.models.load_model(path), "config.json", str(path), "encrypted")


def test_members_that_are_too_large_together(path):
    """Ten of 4 MB each, of which an archive this small may have four."""
    parts = {f"{count}": bytes(2**22) for count in range(10)}
    path.write_bytes(repacked(path.read_bytes(), parts))
    with Archive(str(path)) as archive:
        for name in "012":
            assert archive.read(name) == parts[name]
        refused(lambda: [archive.read(name) for name in "3456"], str(path), "at most", "4194304")


@pytest.mark.parametrize("count", [4, 100, 2000])
def test_archives_that_end_too_early(count, model, path):
    path.write_bytes(path.read_bytes()[:-count])
    load_refused(path)
    unchanged(model, lambda: model.load_weights(path), str(path))


# ---- Configurations


@pytest.mark.parametrize("depth", [201, 900, 5000])
def test_configurations_that_are_nested_too_deep(depth, model, path):
    config = zipfile.ZipFile(path).read("config.json").decode()
    deep = '{"config":' * depth + "1" + "}" * depth
    with_text(path, config[:-1] + f', "deep": {deep}' + "}")
    load_refused(path, error=ValueError)
    refused(lambda: keras.models.model_from_json(deep), "`json_string`")


def test_keys_that_stand_twice(path):
    with_text(path, '{"class_name": "Sequential", "config": {}, "config": {"layers": []}}')
    refused(lambda: keras.models.load_model(path), "config.json", str(path), "once", "'config'")


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


# ---- HDF5


def test_heaps_that_never_end(model, tmp_path):
    """HDF5's library goes on by the size of what is there, which is 0."""
    path = tmp_path / "m.h5"
    model.save(path)
    data = bytearray(path.read_bytes())
    at = data.find(b"GCOL") + 16
    data[at : at + 16] = bytes(16)
    path.write_bytes(data)
    load_refused(path, "heap", "0 bytes")
    unchanged(model, lambda: model.load_weights(path), str(path), "heap")


def test_texts_that_are_the_same_again_and_again(model, tmp_path):
    """Each is a reference of 16 bytes to one text."""
    path = tmp_path / "w.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        root.create_dataset("more", data=np.zeros(2**18))
        root.attrs["layer_names"] = ["dense"] * 3000
    unchanged(model, lambda: model.load_weights(path), str(path), "'layer_names'", "at most")


@pytest.mark.parametrize("size", [0, 8, 40, 96, 800, 2048, 10_000])
def test_files_that_end_too_early(size, model, tmp_path):
    path = tmp_path / "m.h5"
    model.save(path)
    path.write_bytes(path.read_bytes()[:size])
    load_refused(path)
    unchanged(model, lambda: model.load_weights(path), str(path))


@pytest.mark.parametrize("value", [h5py.Empty("f4"), np.zeros(2, "c8"), np.zeros(1, "V3")])
def test_attributes_of_no_texts(value, model, tmp_path):
    path = tmp_path / "w.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        root.attrs["layer_names"] = value
    unchanged(model, lambda: model.load_weights(path), str(path), "'layer_names'")


def test_references(model, tmp_path):
    path = tmp_path / "w.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        del root[FIRST]
        root.create_dataset(FIRST, (4, 5), h5py.ref_dtype)
    unchanged(model, lambda: model.load_weights(path), str(path), FIRST, "numbers")


# ---- ONNX


@pytest.fixture
def onnx_path(model, tmp_path):
    pytest.importorskip("onnx")
    path = tmp_path / "m.onnx"
    model.export(path, format="onnx", verbose=False)
    return path


def test_onnx_files_are_named(onnx_path):
    import onnx

    proto = onnx.load(onnx_path)
    proto.graph.node[0].op_type = "Einsum"
    onnx.save(proto, onnx_path)
    refused(lambda: keras.from_onnx(onnx_path), str(onnx_path), "Einsum")


def test_onnx_graphs_that_are_nested_too_deep(onnx_path):
    """Written by hand: the package itself would not parse what it wrote."""
    body = b""
    for _ in range(3000):
        node = field(1, field(4, b"If") + field(5, field(1, b"x") + field(6, body)))
        body = node
    onnx_path.write_bytes(b"\x08\x08" + field(7, body) + field(8, b"\x10\x11"))
    refused(lambda: keras.from_onnx(onnx_path), str(onnx_path))


def field(number, data):
    """A field of a protocol buffer that has bytes or a message."""
    size, length = len(data), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def test_onnx_rows_without_end(onnx_path):
    """A normalization that has no numbers would be given as many as a row has."""
    from onnx import TensorProto, helper, save

    node = helper.make_node("LayerNormalization", ["x", ""], ["y"], axis=1)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2**30]) for name in "xy"]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), onnx_path)
    refused(lambda: keras.from_onnx(onnx_path), str(onnx_path), "LayerNormalization", "1073741824")


# ---- Damage by chance


def test_bits_that_were_flipped(path, tmp_path):
    """In HDF5 as it lies, which no checksum protects: an error that names the file, or a model."""
    whole = zipfile.ZipFile(path).read("model.weights.h5")
    rng = np.random.default_rng(11)
    for place in rng.integers(0, len(whole), 60):
        data = bytearray(whole)
        data[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(repacked(path.read_bytes(), {"model.weights.h5": bytes(data)}))
        try:
            model = keras.models.load_model(path)
        except ValueError as error:
            assert str(path) in str(error)  # noqa: PT017
        else:
            assert model.predict(np.zeros((2, 4)), verbose=0).shape == (2, 3)


def test_sizes_of_addresses(path):
    data = bytearray(zipfile.ZipFile(path).read("model.weights.h5"))
    assert data[13:15] == b"\x08\x08"
    data[13:15] = struct.pack("BB", 4, 4)
    path.write_bytes(repacked(path.read_bytes(), {"model.weights.h5": bytes(data)}))
    load_refused(path, "8 bytes", "[4, 4]")
