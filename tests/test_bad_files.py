"""Files from elsewhere: breaks when one is trusted that reaches out of itself, claims more than it
has or is malformed, or when saving harms what stands at its path."""

import functools
import io
import json
import os
import stat
import threading
import zipfile

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from hostile_files import with_members
from small_models import make_model

# 2 ** 44 bytes: none of them is in the file, and no machine could hold them.
HUGE = (2**42,)
FIRST = "layers/dense/vars"


@pytest.fixture
def model():
    return make_model()


@pytest.fixture
def path(model, tmp_path):
    """Of a file of the model's weights."""
    model.save_weights(tmp_path / "weights")
    return tmp_path / "weights"


def replaced(path, make, name=f"{FIRST}/0"):
    """Put another thing into a file of weights."""
    with h5py.File(path, "r+") as root:
        del root[name]
        make(root, name)


# ---- Weights


def external(root, name):
    root.create_dataset(name, (4, 5), "f4", external=[("secret", 0, 80)])


def virtual(root, name):
    layout = h5py.VirtualLayout((4, 5), "f4")
    layout[:] = h5py.VirtualSource("other", "data", (4, 5))
    root.create_virtual_dataset(name, layout)


def external_link(root, name):
    root[name] = h5py.ExternalLink("other", "data")


def soft_link(root, name):
    root[name] = h5py.SoftLink("/elsewhere")
    root["elsewhere"] = np.zeros((4, 5), "f4")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (external, ("external storage", "secret")),
        (virtual, ("a virtual dataset",)),
        (external_link, ("a link to", "other")),
        (soft_link, ("a link to", "/elsewhere")),
        (lambda root, name: root.create_group(name), ("must be a dataset", "a group")),
        (lambda root, name: root.create_dataset(name, data=h5py.Empty("f4")), ("shape None",)),
        (lambda root, name: root.create_dataset(name, (4, 5), "c8"), ("numbers", "type comp")),
        (lambda root, name: root.create_dataset(name, (4, 5), "i4"), ("floats", "int32")),
        (
            lambda root, name: root.create_dataset(name, (4, 5), h5py.string_dtype()),
            ("numbers", "object"),
        ),
        (
            lambda root, name: root.create_dataset(
                name, (4, 5), "f4", chunks=(4096, 4096), maxshape=(None, None)
            ),
            ("chunks", "1048576", "67108864"),
        ),
    ],
)
def test_datasets_that_are_refused(make, words, model, path, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(80))
    with h5py.File(tmp_path / "other", "w") as root:
        root["data"] = np.zeros((4, 5), "f4")
    replaced(path, make)
    unchanged(model, lambda: model.load_weights(path), str(path), f"{FIRST}/0", *words)


@pytest.mark.parametrize("name", ["layers", "layers/dense", FIRST])
def test_groups_that_are_refused(name, model, path):
    with h5py.File(path, "r+") as root:
        root.move(name, "moved")
        root[name] = h5py.SoftLink("/moved")
    unchanged(model, lambda: model.load_weights(path), str(path), name, "a link to", "/moved")
    replaced(path, lambda root, name: root.create_dataset(name, (4, 5), "f4"), name)
    words = ("must be a group", "a dataset") if name == FIRST else ('"dense', "[]")
    unchanged(model, lambda: model.load_weights(path), str(path), *words)


def test_a_huge_dataset_in_a_small_file(model, path):
    """Its shape is looked at, and none of it is read."""
    replaced(path, lambda root, name: root.create_dataset(name, HUGE, "f4", chunks=(1024,)))
    assert os.path.getsize(path) < 2**20
    unchanged(model, lambda: model.load_weights(path), '"dense', "(4, 5)", str(HUGE))
    with pytest.warns(UserWarning, match="left as they are"):
        model.load_weights(path, skip_mismatch=True)


def test_numbers_that_are_too_large(model, path):
    replaced(path, lambda root, name: root.create_dataset(name, data=np.full((4, 5), -1e300)))
    unchanged(model, lambda: model.load_weights(path), f"{FIRST}/0", "float32", "1e+300")
    values = np.full((4, 5), np.inf)
    replaced(path, lambda root, name: root.create_dataset(name, data=values))
    model.load_weights(path)
    assert np.isinf(model.get_weights()[0]).all()


def test_names_that_are_not_there(model, path):
    with h5py.File(path, "r+") as root:
        root.move(f"{FIRST}/0", f"{FIRST}/kernel")
    unchanged(model, lambda: model.load_weights(path), str(path), f"{FIRST}/0", "nothing")


@pytest.mark.parametrize("names", [["absent"], [["dense"]], ["layers"]])
def test_names_of_keras_2(names, model, path):
    with h5py.File(path, "r+") as root:
        root.attrs["layer_names"] = names
    unchanged(model, lambda: model.load_weights(path), str(path), "_names'")


# ---- Archives


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_members_that_are_too_large(name, model, tmp_path):
    path = tmp_path / "m"
    model.save(path)
    size = 2**26 + 2**20
    with_members(path, {name: bytes(size)})
    assert os.path.getsize(path) < 2**20
    refused(lambda: keras.models.load_model(path), name, str(path), "at most", str(size))


def test_members_that_claim_less_than_they_have(model, tmp_path):
    path = tmp_path / "m"
    model.save(path)
    with_members(path, {"config.json": b"{" + bytes(2**20)})
    whole = path.read_bytes()
    size = (2**20 + 1).to_bytes(4, "little")
    assert whole.count(size) == 2
    path.write_bytes(whole.replace(size, (1).to_bytes(4, "little")))
    refused(lambda: keras.models.load_model(path), "config.json", str(path))


def test_other_compressions(model, tmp_path):
    """zipfile unpacks all that bz2 and lzma have before it looks at the size."""
    with zipfile.ZipFile(tmp_path / "m", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("config.json", "{}")
    refused(lambda: keras.models.load_model(tmp_path / "m"), "config.json", "deflated", "12")


def test_archives_that_are_broken(model, tmp_path):
    path = tmp_path / "m"
    model.save(path)
    path.write_bytes(path.read_bytes().replace(b'"class_name"', b'"class_nome"', 1))
    refused(lambda: keras.models.load_model(path), "config.json", str(path), "CRC")


# ---- Configurations

LAYER = keras.saving.serialize_keras_object(keras.layers.Dense(2))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ([1], ("dictionary", "[1]")),
        ("text", ("dictionary", "'text'")),
        ({"class_name": "Sequential"}, ("'config'",)),
        (LAYER, ("of a model", "'Dense'")),
        ({"class_name": ["Dense"], "config": {}}, ("'class_name'", "string", "['Dense']")),
        (LAYER | {"module": 3}, ("'module'", "string", "3")),
        (LAYER | {"module": ["keras"]}, ("'module'", "string", "['keras']")),
        (LAYER | {"registered_name": []}, ("'registered_name'", "string", "[]")),
        (LAYER | {"config": [1]}, ("must be a dictionary", "[1]")),
        (LAYER | {"config": {"name": "unknown"}}, ("'Dense'", "unknown", "units")),
        (LAYER | {"class_name": "layer"}, ("'layer'",)),
        (LAYER | {"class_name": "__doc__"}, ("a class of keras.layers", "'__doc__'")),
        ({"class_name": "__tuple__", "config": 1}, ("list", "1")),
        ({"class_name": "__numpy__", "config": {"value": 1}}, ("'__numpy__'", "dtype")),
        ({"module": "keras", "class_name": "Sequential", "config": {}}, ("'layers'", "{}")),
        ({"module": "keras", "class_name": "Sequential", "config": {"layers": 1}}, ("'layers'",)),
        ({"module": "keras", "class_name": "Sequential", "config": [1]}, ("1",)),
    ],
)
def test_configurations_that_are_refused(config, words, model, tmp_path):
    text = json.dumps(config)
    model.save(tmp_path / "m")
    with_members(tmp_path / "m", {"config.json": text.encode()})
    refused(lambda: keras.models.load_model(tmp_path / "m"), *words)
    refused(lambda: keras.models.model_from_json(text), *words)


@pytest.mark.parametrize("text", ["", "{"])
def test_configurations_that_are_no_json(text, model, tmp_path):
    model.save(tmp_path / "m")
    with_members(tmp_path / "m", {"config.json": text.encode()})
    refused(lambda: keras.models.load_model(tmp_path / "m"), "config.json", "must be JSON")
    refused(lambda: keras.models.model_from_json(text), "`json_string`", "must be JSON")


@pytest.mark.parametrize("name", ["build_config", "compile_config"])
def test_parts_of_configurations(name, model, tmp_path):
    model.save(tmp_path / "m")
    text = json.dumps(json.loads(model.to_json()) | {name: [1]}).encode()
    with_members(tmp_path / "m", {"config.json": text})
    refused(lambda: keras.models.load_model(tmp_path / "m"), f"'{name}'", "dictionary", "[1]")


# ---- Where files are written


@pytest.mark.parametrize("method", ["save", "save_weights"])
class TestTargets:
    def test_links_stay(self, method, model, tmp_path):
        (tmp_path / "folder").mkdir()
        target, link = tmp_path / "folder" / "target", tmp_path / "link"
        link.symlink_to(os.path.join("folder", "target"))
        for _ in range(2):
            getattr(model, method)(link)
            assert link.is_symlink()
            model.load_weights(target)
        assert sorted(os.listdir(tmp_path)) == ["folder", "link"]
        assert os.listdir(tmp_path / "folder") == ["target"]

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    @pytest.mark.parametrize("mode", [0o600, 0o664, 0o777])
    def test_modes_stay(self, mode, method, model, tmp_path):
        path = tmp_path / "m"
        path.touch()
        path.chmod(mode)
        getattr(model, method)(path)
        assert stat.S_IMODE(path.stat().st_mode) == mode
        model.load_weights(path)

    def test_the_mask_is_left_alone(self, method, model, tmp_path, monkeypatch):
        """Other threads' files would be anyone's to write while it is changed."""
        monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("umask is the whole process's"))
        getattr(model, method)(tmp_path / "m")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names")
    def test_pipes(self, method, model, tmp_path):
        pipe, whole = tmp_path / "pipe", tmp_path / "whole"
        os.mkfifo(pipe)
        reader = threading.Thread(target=lambda: whole.write_bytes(pipe.read_bytes()), daemon=True)
        reader.start()
        getattr(model, method)(pipe)
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        reader.join()
        model.load_weights(whole)

    def test_paths_of_bytes(self, method, model, tmp_path):
        path = os.fsencode(tmp_path / "m")
        getattr(model, method)(path)
        model.load_weights(path)
        if method == "save":
            assert keras.models.load_model(path).built
        with pytest.raises(FileNotFoundError):
            model.load_weights(b"nowhere")
        refused(lambda: getattr(model, method)(3), "str, bytes", "int", error=TypeError)


def test_checkpoints_at_paths_of_bytes(tmp_path):
    callback = keras.callbacks.ModelCheckpoint(os.fsencode(tmp_path / "{epoch}.keras"))
    assert callback.filepath == str(tmp_path / "{epoch}.keras")


@pytest.mark.parametrize("wrong", [None, 3, io.BytesIO(b"PK"), b"PK\x03\x04\x00" * 500, "x" * 5000])
def test_paths_that_are_none(wrong, model):
    pytest.importorskip("onnx")
    fits = isinstance(wrong, bytes | str)
    words = ("not what is in it",) if fits else ("str, bytes or os.PathLike", type(wrong).__name__)
    error = ValueError if fits else TypeError
    for load in (
        keras.models.load_model,
        model.load_weights,
        model.save,
        model.save_weights,
        model.export,
    ):
        refused(functools.partial(load, wrong), "`filepath`", *words, error=error)
    with pytest.raises(error, match="`path_or_model` must be") as caught:
        keras.from_onnx(wrong)
    assert len(str(caught.value)) < 300


def test_what_is_no_model(tmp_path):
    for wrong in (3, keras.layers.Dense(2)):
        for name in ("m.keras", "m.h5"):
            work = functools.partial(keras.saving.save_model, wrong, tmp_path / name)
            refused(work, "`model` must be a model", type(wrong).__name__)
    assert os.listdir(tmp_path) == []
    for wrong in (None, 3, {}):
        refused(lambda wrong=wrong: keras.models.model_from_json(wrong), "`json_string`", "text")


@pytest.mark.parametrize("name", ["compile", "safe_mode", "skip_mismatch", "by_name"])
def test_flags(name, model, tmp_path):
    path = tmp_path / "m.keras"
    model.save(path)
    load = keras.models.load_model if name in ("compile", "safe_mode") else model.load_weights
    refused(lambda: load(path, **{name: "no"}), f"`{name}` must be True or False", "'no'")
    load(path, **{name: np.False_})


@pytest.mark.parametrize("name", ["overwrite", "include_optimizer"])
def test_flags_of_saving(name, tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    ways = [model.save] + ([model.save_weights] if name == "overwrite" else [])
    for save in ways:
        refused(lambda save=save: save(tmp_path / "a.weights.h5", **{name: "no"}), f"`{name}` must")
    assert list(tmp_path.iterdir()) == []


def test_of_many_layers_that_do_not_fit_some_are_told(tmp_path):
    def made(units):
        layers = [keras.layers.Dense(units, name=f"layer{at}") for at in range(20)]
        return keras.Sequential([keras.Input((3,)), *layers])

    path = tmp_path / "a.weights.h5"
    made(3).save_weights(path)
    other = made(4)
    message = ['Layer "layer7" has', "Others that don't fit: 12."]
    refused(lambda: other.load_weights(path), *message)
    with pytest.warns(UserWarning, match="don't fit: 12") as caught:
        other.load_weights(path, skip_mismatch=True)
    assert "layer8" not in str(caught[0].message)


def test_what_keras_has_and_cornu_has_not_is_told_without_a_module_too():
    for module in ({}, {"module": "keras.layers"}):
        saved = {**module, "class_name": "Conv2D", "config": {"name": "first"}}
        message = ["'Conv2D' named 'first'", "'Conv2D' of Keras is not supported by cornu yet"]
        refused(lambda saved=saved: keras.layers.deserialize(saved), *message)


def test_a_model_whose_input_has_a_name(tmp_path):
    x = keras.Input((3,), name="x")
    model = keras.Model(x, keras.layers.Dense(2)(x))
    config = model.get_config()
    for key in ("input_layers", "output_layers"):
        config[key] = {"it": config[key]}
    assert keras.Model.from_config(config).output_shape == (None, 2)


def test_that_the_optimizer_s_state_is_left_with_weights_is_told(tmp_path):
    def made(units):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])
        model.compile("adam", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, units)), verbose=0)
        return model

    made(2).save(tmp_path / "m.keras")
    with pytest.warns(UserWarning, match="Some weights, and the optimizer's state, are left"):
        made(3).load_weights(tmp_path / "m.keras", skip_mismatch=True)
