"""HDF5 files made to do harm: breaks when one takes memory or time beyond its size, reaches out of
itself, or is refused without its name in the error."""

import io
import struct
import zipfile
import zlib

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import unchanged
from cornu.saving import legacy_weights
from cornu.saving.stored_dataset import find_group, open_stored
from cornu.utils import memory_limit
from hostile_files import load_refused, saved, with_members
from small_models import make_model

FIRST = "layers/dense/vars/0"


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


def test_what_is_shuffled_after_it_was_deflated(model, tmp_path):
    """HDF5 would put the bytes back first, and inflate others than those that lie there."""
    weights = tmp_path / "w"
    model.save_weights(weights)
    with h5py.File(weights, "r+") as root:
        del root[FIRST]
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        settings.set_chunk((4, 5))
        settings.set_deflate(9)
        settings.set_shuffle()
        group, space = root[FIRST.rpartition("/")[0]].id, h5py.h5s.create_simple((4, 5))
        data = h5py.h5d.create(group, b"0", h5py.h5t.IEEE_F32LE, space, settings)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ones((4, 5), "f4"))
    unchanged(model, lambda: model.load_weights(weights), str(weights), FIRST, "filters [1, 2]")


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

    weights = tmp_path / "w"
    model.save_weights(weights)
    with h5py.File(weights, "r+") as root:
        del root[FIRST]
        data = root.create_dataset(FIRST, (4, 5), "f4", chunks=(4, 5), compression="gzip")
        data.id.write_direct_chunk((0, 0), zlib.compress(bytes(2**26), 9))
    unchanged(model, lambda: model.load_weights(weights), str(weights), FIRST, "80 bytes", "larger")


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


def test_heaps_within_heaps(model, tmp_path):
    """Each within the one before it: 128 KB of them took 17 s."""
    path = tmp_path / "m.h5"
    model.save(path)
    count, heap = 1000, b"GCOL\1\0\0\0"
    inner = struct.pack("<HHIQ", 1, 0, 0, 16) + heap
    sizes = (struct.pack("<Q", 32 * left + 16) for left in range(count, -1, -1))
    nested = heap + next(sizes) + b"".join(inner + size for size in sizes)
    path.write_bytes(path.read_bytes() + nested)
    load_refused(path, "heaps overlap")


def test_links_that_are_deflated(model, tmp_path):
    """HDF5 would inflate them without end: 1 MB to 1 GB."""
    path = tmp_path / "m.h5"
    model.save(path)
    whole, head = path.read_bytes(), b"FRHP\0" + struct.pack("<HH", 8, 12)
    for version, count in ((0, 1), (1, 0), (3, 1), (1, 33)):
        path.write_bytes(whole + head.ljust(154, b"\0") + bytes([version, count]))
        assert keras.models.load_model(path).built, "numbers that look alike are no heap"
    for version, count in ((1, 1), (2, 32)):
        path.write_bytes(whole + head.ljust(154, b"\0") + bytes([version, count]))
        load_refused(path, "heap at", "filtered")


@pytest.mark.parametrize("kind", ["links", "attributes"])
def test_groups_of_many_links_and_attributes(kind, model, tmp_path):
    """As newer versions of HDF5 store them, in heaps without filters."""
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", libver="latest") as root:
        group = root.create_group("group")
        for count in range(100):
            if kind == "links":
                group[f"{count}"] = h5py.SoftLink("/nowhere")
            else:
                group.attrs[f"{count}"] = "long" * 100
    assert b"FRHP" in path.read_bytes()
    with open_stored(str(path), "m.h5") as root:
        assert len(root["group"] if kind == "links" else root["group"].attrs) == 100


@pytest.mark.parametrize("place", ["layers/dense/vars", "optimizer/vars"])
def test_links_to_one_dataset(place, model, tmp_path, monkeypatch):
    """A link takes a hundredth of what a dataset that is open does, in memory, and more in time."""
    path = tmp_path / "w"
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_weights)
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        group = root[place]
        for count in range(len(group), 5000):
            group[str(count)] = group["0"]
    opened, open_one = [], h5py.Dataset.__init__
    monkeypatch.setattr(
        h5py.Dataset, "__init__", lambda *args, **kw: (opened.append(1), open_one(*args, **kw))[1]
    )
    if place.startswith("layers"):
        unchanged(model, lambda: model.load_weights(path), str(path), "has weights of shapes")
    else:
        with pytest.warns(UserWarning, match="what was saved has 5000"):
            model.load_weights(path)
    assert 0 < len(opened) < 100


def test_a_learning_rate_that_several_optimizers_have_not(model, tmp_path):
    """Without it the state looks as Keras 2's does, which had no place for one."""
    path, kinds = tmp_path / "w", keras.optimizers
    model.compile(kinds.MultiOptimizer(kinds.OptimizerMap(kinds.SGD())), "mse")
    model.optimizer.build(model.trainable_weights)
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        group = root["optimizer/vars"]
        for index in range(1, len(group)):
            del group[str(index)]
            if str(index + 1) in group:
                group[str(index)] = group[str(index + 1)]
    with pytest.warns(UserWarning, match="has 4 variables, what was saved has 3"):
        model.load_weights(path)


def test_groups_that_are_one(tmp_path):
    """Names of weights that stand there once, for each of many layers: 50 MB of a file of 70 KB."""
    path = tmp_path / "w.h5"
    model = keras.Sequential([keras.Input((1,)), *(keras.layers.Dense(1) for _ in range(60))])
    with h5py.File(path, "w") as root:
        group, names = root.create_group("group"), [f"layer {count}" for count in range(60)]
        group.attrs["weight_names"] = np.array([b"%05d" % count for count in range(12_000)])
        for name in names:
            root[name] = group
        root.attrs["layer_names"] = np.array(names, "S")
    unchanged(model, lambda: model.load_weights(path), str(path), "Attributes must take at most")


@pytest.mark.parametrize("names", [[], ["kernel", "bias"]])
def test_a_layer_that_is_named_again_and_again(names, model, tmp_path, monkeypatch):
    """Its group was opened each time: of a file of 64 KB for 20 seconds."""
    opened = []
    monkeypatch.setattr(
        legacy_weights,
        "find_group",
        lambda group, path: opened.append(path) or find_group(group, path),
    )
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as root:
        root.attrs["layer_names"] = np.array([b"a"] * 60_000)
        group = root.create_group("a")
        group.attrs["weight_names"] = np.array(names, "S")
        for name in names:
            group[name] = np.zeros(1)
    unchanged(model, lambda: model.load_weights(path), str(path), "layers; the model has")
    assert opened == ["a"]


def test_names_that_lead_round(model, tmp_path, monkeypatch):
    """A group that is its own child: each name of 60 KB took two seconds."""
    monkeypatch.setattr(memory_limit, "_SMALL_NBYTES", 2**18)
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as root:
        root["a"] = root["/"]
        root.attrs["weight_names"] = np.array([], "S")
        root.attrs["layer_names"] = np.array([b"a/" * 30_000])
    unchanged(model, lambda: model.load_weights(path), str(path), "Groups must take at most")


@pytest.mark.parametrize("name", ["layer_names", "weight_names"])
def test_attributes_that_are_empty(name, model, tmp_path, monkeypatch):
    """Of a group under many names, which differ in their slashes: 42 KB took minutes."""
    monkeypatch.setattr(memory_limit, "_SMALL_NBYTES", 2**18)
    path, count = tmp_path / "w.h5", 400 if name == "layer_names" else 20
    with h5py.File(path, "w", libver="latest") as root:
        group = root if name == "layer_names" else root.create_group("a")
        for part in range(count):
            group.attrs[f"{name}{part}"] = np.array([], "S1")
        if group != root:
            names = [b"/" * (at % 20) + b"a" + b"/" * (at // 20) for at in range(60)]
            root.attrs["layer_names"] = np.array(names)
    unchanged(model, lambda: model.load_weights(path), str(path), "Attributes must take at most")


@pytest.mark.parametrize("is_attribute", [False, True])
def test_lists_of_lists(is_attribute, model, tmp_path):
    """h5py made types of them whose size is the square of how deep they are: 1 GB of 26 KB."""
    path = tmp_path / "w"
    model.save_weights(path)
    kind, space = h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((4, 5))
    for _ in range(50):
        kind = h5py.h5t.vlen_create(kind)
    with h5py.File(path, "r+") as root:
        if is_attribute:
            h5py.h5a.create(root.id, b"layer_names", kind, space)
        else:
            del root[FIRST]
            group = root[FIRST.rpartition("/")[0]]
            h5py.h5d.create(group.id, b"0", kind, space)
    name = "layer_names" if is_attribute else FIRST
    unchanged(model, lambda: model.load_weights(path), str(path), name, "type vlen")


@pytest.mark.parametrize("place", ["layers/dense/vars", "optimizer/vars"])
def test_counts_of_links(place, model, tmp_path, monkeypatch):
    """As newer groups say them, however many there are."""
    path, count = tmp_path / "w", h5py.Group.__len__
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_weights)
    model.save_weights(path)
    monkeypatch.setattr(
        h5py.Group, "__len__", lambda group: 10**6 if group.name == f"/{place}" else count(group)
    )
    unchanged(model, lambda: model.load_weights(path), str(path), place, "links", "1000000")


def test_chunks_that_are_not_there(model, tmp_path):
    path = tmp_path / "w"
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        del root[FIRST]
        options = {"chunks": (1, 2), "compression": "gzip", "fillvalue": 7}
        root.create_dataset(FIRST, (4, 5), "f4", **options)[1:, :2] = 3
    model.load_weights(path)
    expected = np.full((4, 5), 7)
    expected[1:, :2] = 3
    np.testing.assert_array_equal(model.get_weights()[0], expected)


def test_chunks_that_are_larger_than_all(tmp_path):
    """Each may be of 1 MB: together they take what is unpacked, once to look at it."""
    path = tmp_path / "w.h5"
    model = keras.Sequential([keras.Input((500,)), keras.layers.Dense(1, use_bias=False)])
    with h5py.File(path, "w") as root:
        options = {"chunks": (1, 2**18), "compression": "gzip", "maxshape": (500, None)}
        root.create_dataset(FIRST, (500, 1), "f4", **options)
    unchanged(model, lambda: model.load_weights(path), str(path), "rims of chunks", "at most")


def test_weights_of_words_that_were_never_written(tmp_path):
    """A file of 2 KB that says it has 190 million took 2.6 GB."""
    options = {"vocabulary": ["a", "b"], "idf_weights": [1.0, 2.0], "output_mode": "tf_idf"}
    lookup = keras.layers.StringLookup(**options)
    model = keras.Sequential([keras.Input((1,), dtype="string"), lookup, keras.layers.Dense(1)])
    with saved(model, tmp_path) as path:
        file = io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))
        with h5py.File(file, "r+") as root:
            del root["layers/string_lookup/vars/idf_weights"]
            root.create_dataset("layers/string_lookup/vars/idf_weights", (4_000_000,), "f4")
        words = {"assets/layers/string_lookup/vocabulary.txt": b"a\nb\n"}
        with_members(path, {"model.weights.h5": file.getvalue(), **words})
        load_refused(path, "Weights and vocabularies must take at most", "32000000")


def test_many_weights_for_a_layer(model, tmp_path):
    path = tmp_path / "w"
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        for count in range(2, 300):
            root["layers/dense/vars"][str(count)] = np.zeros(7)
    with pytest.raises(ValueError, match=r"has weights of shapes \[\(4, 5\), \(5,\)\]") as caught:
        model.load_weights(path)
    assert len(str(caught.value)) < 1000


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


LISTS = np.array([np.zeros(3, "u1"), None], h5py.vlen_dtype("u1"))[:1]


@pytest.mark.parametrize("value", [h5py.Empty("f4"), np.zeros(2, "c8"), np.zeros(1, "V3"), LISTS])
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


def test_bits_that_were_flipped(path, tmp_path):
    """In HDF5 as it lies, which no checksum protects: an error that names the file, or a model."""
    whole = zipfile.ZipFile(path).read("model.weights.h5")
    rng = np.random.default_rng(11)
    for place in rng.integers(0, len(whole), 60):
        data = bytearray(whole)
        data[place] ^= 1 << int(rng.integers(8))
        with_members(path, {"model.weights.h5": bytes(data)})
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
    with_members(path, {"model.weights.h5": bytes(data)})
    load_refused(path, "8 bytes", "[4, 4]")
