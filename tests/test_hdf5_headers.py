"""Headers of objects in HDF5 files, and what they lead to: breaks when HDF5 follows one for ever,
or a file is refused for what was deleted from it."""

import struct

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import unchanged
from cornu.saving.stored_dataset import find_group, open_stored
from small_models import make_model

FIRST = "layers/dense/vars/0"
OPENED = ("dense", "dense/vars", "dense_1", "dense_1/vars")


@pytest.fixture
def model():
    return make_model()


def links_of(data, group):
    """Where the tree and the heap of a group are."""
    at = h5py.h5o.get_info(group.id).addr
    while data[at : at + 4] != b"\x11\0\x10\0":
        at += 8
    return struct.unpack_from("<2Q", data, at + 8)


def test_groups_that_were_deleted(model, tmp_path):
    """What they were lies about, the free room of their heap under zeros of another group."""
    path = tmp_path / "m.h5"
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_weights)
    model.save(path)
    heaps = path.read_bytes().count(b"HEAP")
    with h5py.File(path, "r+") as root:
        old = links_of(path.read_bytes(), root["optimizer_weights"])[1]
        del root["optimizer_weights"]
        root.create_group("notes")["mean"] = np.zeros(8, "f4")
    data = bytearray(path.read_bytes())
    assert data.count(b"HEAP") >= heaps - 1
    # As of a heap whose room another group has taken.
    struct.pack_into("<5s3x3Q", data, old, b"HEAP", 88, 8, data.index(bytes(64)))
    path.write_bytes(data)
    loaded = keras.models.load_model(path)
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


def test_free_room_that_is_followed_by_itself(model, tmp_path):
    """HDF5 goes on from one to the next, and takes memory for each: all that there is."""
    path = tmp_path / "w.weights.h5"
    model.save_weights(path)
    data = path.read_bytes()
    with h5py.File(path) as root:
        names = ["/", "layers", *(f"layers/{name}" for name in OPENED)]
        live = {links_of(data, root[name])[1] for name in names}
    starts = [at for at in range(len(data)) if data[at : at + 8] == b"HEAP\0\0\0\0"]
    refused = 0
    for start in starts:
        _, room, begin = struct.unpack_from("<3Q", data, start + 8)
        if room == 1:
            continue
        damaged = bytearray(data)
        struct.pack_into("<Q", damaged, begin + room, room)
        # HDF5 doesn't look at these.
        damaged[start + 5 : start + 8] = b"\1\2\3"
        path.write_bytes(damaged)
        if start in live:
            unchanged(model, lambda: model.load_weights(path), "heap at", "followed by itself")
            refused += 1
        else:
            model.load_weights(path)
    assert refused > 2


def tree(level, *children):
    """A node of links' trees."""
    head = b"TREE" + struct.pack("<BBH2Q", 0, level, len(children), 2**64 - 1, 2**64 - 1)
    links = b"".join(struct.pack("<2Q", child, 8) for child in children)
    return (head + bytes(8) + links).ljust(1024, b"\0")


@pytest.mark.parametrize("kind", ["cyclic", "wide"])
@pytest.mark.parametrize("place", ["/", "layers/dense/vars", "optimizer/vars"])
def test_trees_of_links_without_end(place, kind, model, tmp_path):
    """One that is its own child ended the process, 32 equal children of 32 equal ones and so on
    take years."""
    path = tmp_path / "w.weights.h5"
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_weights)
    model.save_weights(path)
    data = bytearray(path.read_bytes())
    with h5py.File(path) as root:
        start, _ = links_of(data, root[place])
    if kind == "cyclic":
        data[start : start + 40] = tree(1, start)[:40]
    else:
        below, old = start, struct.pack("<Q", start)
        for level in range(1, 9):
            below, data = len(data), data + tree(level, *[below] * 32)
        data = data.replace(old, struct.pack("<Q", below))
    struct.pack_into("<Q", data, 40, len(data))
    path.write_bytes(data)
    unchanged(model, lambda: model.load_weights(path), str(path), "tree at", "none of it")


@pytest.mark.parametrize("options", [{}, {"compression": "gzip"}])
def test_trees_of_chunks_without_end(options, model, tmp_path):
    path = tmp_path / "w.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as root:
        del root[FIRST]
        root.create_dataset(FIRST, data=np.ones((4, 5), "f4"), chunks=(1, 5), **options)
    data = bytearray(path.read_bytes())
    start = data.index(b"TREE\1")
    model.load_weights(path)
    data[start + 5] = 1
    # Behind the first key, of a size, filters, and where it begins in three dimensions.
    struct.pack_into("<Q", data, start + 24 + 32, start)
    path.write_bytes(data)
    unchanged(model, lambda: model.load_weights(path), str(path), f"tree at {start} ")


def test_headers_that_go_on_in_themselves(model, tmp_path):
    path = tmp_path / "w.weights.h5"
    model.save_weights(path)
    data = bytearray(path.read_bytes())
    with h5py.File(path) as root:
        start = h5py.h5o.get_info(root["layers"].id).addr + 16
    struct.pack_into("<HHI2Q", data, start, 16, 16, 0, start, 24)
    path.write_bytes(data)
    unchanged(model, lambda: model.load_weights(path), str(path), "several things")


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_headers_of_every_version(libver, model, tmp_path):
    """With more in them than has room in one place."""
    path = tmp_path / "w.weights.h5"
    model.save_weights(path)
    with h5py.File(path) as old, h5py.File(tmp_path / "new", "w", libver=libver) as new:
        for name in old:
            old.copy(name, new)
        group = new.create_group("layers/more", track_order=True)
        for count in range(2000):
            group[f"{count}"] = group
        for count in range(50):
            new["layers/dense"].attrs[f"{count}"] = "long" * 100
            new["layers/dense_1/vars/0"].attrs[f"{count}"] = "long" * 100
    other = make_model(seed=9)
    other.load_weights(tmp_path / "new")
    np.testing.assert_array_equal(other.get_weights()[2], model.get_weights()[2])
    with open_stored(str(tmp_path / "new"), "new") as root:
        assert find_group(root, "layers/more/1999/7/0") == root["layers/more"]
