"""Files from the network, here from a server on the loopback address: breaks when another file, or
another folder, is what a program gets."""

import gzip
import hashlib
import http.server
import io
import json
import os
import pickle
import tarfile
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.datasets import origins, small_images

get_file = keras.utils.get_file


@pytest.fixture
def server():
    """(address, files by path, paths asked for)."""
    files, asked = {}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = files.get(self.path.lstrip("/"))
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_address[1]}/", files, asked
        found.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_file_is_fetched_once(server, home, capsys):
    address, files, asked = server
    files["a/data.txt"] = b"content"
    path = get_file("data.txt", address + "a/data.txt")
    assert Path(path) == home / "datasets" / "data.txt"
    assert Path(path).read_bytes() == b"content"
    assert capsys.readouterr().out == f"Downloading data from {address}a/data.txt\n"
    assert get_file("data.txt", address + "a/data.txt") == path
    assert get_file(origin=address + "a/data.txt?x=1") == path
    assert asked == ["/a/data.txt"]
    get_file("data.txt", address + "a/data.txt", force_download=True)
    assert len(asked) == 2
    assert os.listdir(home / "datasets") == ["data.txt"]
    other = get_file("b", address + "a/data.txt", cache_subdir="mine", cache_dir=home / "x")
    assert Path(other) == home / "x" / "mine" / "b"


def test_hashes(server, home, capsys):
    address, files, asked = server
    files["data"] = b"content"
    for algorithm in ("sha256", "md5"):
        good = hashlib.new(algorithm, b"content").hexdigest()
        get_file("data", address + "data", file_hash=good)
        get_file("data", address + "data", file_hash=good, hash_algorithm=algorithm)
        with pytest.raises(ValueError, match="incomplete or corrupted"):
            get_file("other", address + "data", file_hash="0" * len(good))
    assert os.listdir(home / "datasets") == ["data"]
    files["data"] = b"newer"
    md5 = hashlib.md5(b"newer").hexdigest()
    assert Path(get_file("data", address + "data", md5_hash=md5)).read_bytes() == b"newer"
    assert "is fetched again" in capsys.readouterr().out
    assert len(asked) == 4


def test_what_can_not_be_fetched(server, home):
    address, _, _ = server
    with pytest.raises(OSError, match=r"URL fetch failure on .*404"):
        get_file("data", address + "data")
    with pytest.raises(OSError, match="URL fetch failure"):
        get_file("data", "http://127.0.0.1:1/data")
    assert os.listdir(home / "datasets") == []


def archives():
    tar, zipped = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        entry = tarfile.TarInfo("inner/a.txt")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"abc"))
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("inner/a.txt", "abc")
    return tar.getvalue(), zipped.getvalue()


def test_archives(server, home):
    address, files, _ = server
    files["t.tar.gz"], files["z.zip"] = archives()
    files["y.zip"] = files["z.zip"]
    folder = home / "datasets"
    for path, expected in (
        (get_file("t.tar.gz", address + "t.tar.gz", untar=True), folder / "t_extracted"),
        (get_file("z.zip", address + "z.zip", extract=True), folder / "z_extracted"),
        (get_file(origin=address + "y.zip", extract=True), folder / "y.zip"),
        (
            get_file("plain", address + "z.zip", extract=True, archive_format="zip"),
            folder / "plain",
        ),
    ):
        assert Path(path) == expected
        assert (expected / "inner" / "a.txt").read_bytes() == b"abc"
    refused(
        lambda: get_file("w.zip", address + "z.zip", extract=True, archive_format="tar"), "archive"
    )


def test_an_archive_that_reaches_outside(server, home):
    address, files, _ = server
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("../../outside")
        archive.addfile(entry, io.BytesIO())
    files["t.tar"] = tar.getvalue()
    with pytest.raises(tarfile.FilterError):
        get_file("t.tar", address + "t.tar", untar=True)
    assert not (home.parent / "outside").exists()


def test_arguments(home):
    refused(lambda: get_file("a"), "`origin`", "None")
    refused(lambda: get_file("a/b", "http://127.0.0.1:1/x"), "`fname`", "'a/b'")
    refused(lambda: get_file(origin="http://127.0.0.1:1/"), "`fname`", "127.0.0.1")
    refused(lambda: get_file("a", "x", hash_algorithm="crc"), "`hash_algorithm`", "'crc'")
    refused(lambda: get_file("a", "x", archive_format="rar"), "`archive_format`", "'rar'")


def test_a_home_that_can_not_be_written(server, tmp_path, monkeypatch):
    address, files, _ = server
    files["data"] = b"content"
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    path = get_file("data", address + "data", cache_dir=tmp_path / "file" / "below")
    assert Path(path) == tmp_path / "temporary" / ".keras" / "datasets" / "data"


# ---- Keras's data sets


@pytest.fixture
def mirror(server, home, monkeypatch):
    """A function that puts a file on the server, with its hash."""
    address, files, _ = server
    monkeypatch.setattr(origins, "FOLDER", address)
    monkeypatch.setattr(origins, "HASHES", {})

    def put(name, **arrays):
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        files[name] = buffer.getvalue()
        origins.HASHES[name] = hashlib.sha256(files[name]).hexdigest()

    put.files = files
    return put


def test_mnist(mirror, home):
    rng = np.random.default_rng(1)
    arrays = {
        "x_train": rng.integers(0, 256, (6, 28, 28), "uint8"),
        "y_train": rng.integers(0, 10, 6, "uint8"),
        "x_test": rng.integers(0, 256, (3, 28, 28), "uint8"),
        "y_test": rng.integers(0, 10, 3, "uint8"),
    }
    mirror("mnist.npz", **arrays)
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    for found, expected in zip((x_train, y_train, x_test, y_test), arrays.values(), strict=True):
        np.testing.assert_array_equal(found, expected)
    keras.datasets.mnist.load_data("other.npz")
    assert sorted(os.listdir(home / "datasets")) == ["mnist.npz", "other.npz"]
    origins.HASHES["mnist.npz"] = "0" * 64
    with pytest.raises(ValueError, match="corrupted"):
        keras.datasets.mnist.load_data("third.npz")


def idx(array):
    head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(head + array.tobytes())


def test_fashion_mnist(mirror, home):
    parts = {}
    for part, count in (("train", 5), ("t10k", 2)):
        parts[part] = np.arange(count * 784).astype("uint8").reshape(count, 28, 28)
        mirror.files[f"{part}-images-idx3-ubyte.gz"] = idx(parts[part])
        mirror.files[f"{part}-labels-idx1-ubyte.gz"] = idx(np.arange(count, dtype="uint8"))
    (x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, parts["train"])
    np.testing.assert_array_equal(x_test, parts["t10k"])
    assert (y_train.tolist(), y_test.tolist()) == ([0, 1, 2, 3, 4], [0, 1])
    x_train[0] = 0
    assert len(os.listdir(home / "datasets" / "fashion-mnist")) == 4
    (home / "datasets" / "fashion-mnist" / "train-labels-idx1-ubyte.gz").write_bytes(
        gzip.compress(b"something else")
    )
    refused(keras.datasets.fashion_mnist.load_data, "IDX", "1 axes")


@pytest.mark.parametrize("name", ["boston_housing", "california_housing"])
def test_housing(name, mirror):
    x, y = np.arange(2000.0).reshape(1000, 2), np.arange(1000.0)
    mirror(f"{name}.npz", x=x, y=y)
    module = getattr(keras.datasets, name)
    # The order is Keras's: NumPy's old generator, with the seed 113.
    order = np.arange(1000)
    np.random.RandomState(113).shuffle(order)
    (x_train, y_train), (x_test, y_test) = module.load_data()
    np.testing.assert_array_equal(y_train, y[order[:800]])
    np.testing.assert_array_equal(x_test, x[order[800:]])
    assert (len(x_train), len(y_test)) == (800, 200)
    (x_train, _), (x_test, _) = module.load_data(test_split=0, seed=1)
    assert (len(x_train), len(x_test)) == (1000, 0)
    refused(lambda: module.load_data(test_split=1), "`test_split`", "1")
    if name == "california_housing":
        assert len(module.load_data("small")[0][0]) == 480
        refused(lambda: module.load_data("tiny"), "`version`", "'tiny'")


def test_the_addresses_are_keras_s():
    assert origins.FOLDER.startswith("https://storage.googleapis.com/tensorflow/")
    assert all(len(found) in (32, 64) for found in origins.HASHES.values())


def word_rows(seed, count):
    state = np.random.RandomState(seed)
    rows = np.empty(count, object)
    for place in range(count):
        rows[place] = state.randint(1, 30, state.randint(1, 9)).tolist()
    return rows


FEWER = {"maxlen": 6, "start_char": None, "oov_char": None, "index_from": 0, "num_words": 20}
# What Keras 3.15.1 makes of the same files, by the first digits of the SHA-256 of its JSON.
WORD_ROWS = {
    "reuters": [
        ({}, "6229f6bd92ed2971"),
        ({"num_words": 12, "skip_top": 5}, "62114074f354ef40"),
        (FEWER, "b2cc7c28ecff34bf"),
        ({"seed": 7, "index_from": 10, "test_split": 0.4}, "ef21f6793ab0b51d"),
    ],
    "imdb": [
        ({}, "7d0bd36eda2dd072"),
        ({"num_words": 12, "skip_top": 5}, "dfa8ffad8a76b20f"),
        (FEWER, "e53c1cb1dc7c071c"),
        ({"seed": 7, "index_from": 10}, "b9b66cc4990217e2"),
    ],
}


@pytest.mark.parametrize("name", WORD_ROWS)
def test_texts_as_rows_of_word_ids(name, mirror, home):
    if name == "reuters":
        mirror("reuters.npz", x=word_rows(1, 9), y=np.arange(9))
    else:
        labels = {"y_train": np.arange(5) % 2, "y_test": np.arange(4) % 2}
        mirror("imdb.npz", x_train=word_rows(2, 5), x_test=word_rows(3, 4), **labels)
    module = getattr(keras.datasets, name)
    for options, expected in WORD_ROWS[name]:
        (x, y), (x_test, y_test) = module.load_data(**options)
        assert x.dtype == x_test.dtype == object
        found = json.dumps([x.tolist(), y.tolist(), x_test.tolist(), y_test.tolist()])
        assert hashlib.sha256(found.encode()).hexdigest().startswith(expected), options
    assert os.listdir(home / "datasets") == [f"{name}.npz"]
    mirror.files[f"{name}_word_index.json"] = b'{"the": 1, "of": 2}'
    assert module.get_word_index() == {"the": 1, "of": 2}
    refused(lambda: module.load_data(maxlen=1), "`maxlen`", "maxlen=1")


def test_word_rows_run_no_code(mirror):
    """A file of NumPy's may have any object; only arrays of numbers and lists are made."""

    class Malicious:
        def __reduce__(self):
            return os.mkdir, ("made",)

    rows = np.empty(1, object)
    rows[0] = Malicious()
    mirror("reuters.npz", x=rows, y=np.zeros(1))
    refused(keras.datasets.reuters.load_data, "arrays and numbers only", "mkdir")
    assert not os.path.exists("made")


def test_arguments_of_word_rows():
    refused(lambda: keras.datasets.reuters.load_data(test_split=1.5), "`test_split`", "1.5")
    refused(lambda: keras.datasets.imdb.load_data(wrong=1), "'wrong'", error=TypeError)
    assert len(keras.datasets.reuters.get_label_names()) == 46


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_small_images(name, server, home, monkeypatch):
    address, files, _ = server
    monkeypatch.setattr(small_images, "ADDRESS", address)
    monkeypatch.setattr(small_images, "HASHES", {})
    rng = np.random.default_rng(4)
    folder, archive_name, parts = (
        ("cifar-10-batches-py", "cifar-10-python", [*(f"data_batch_{i}" for i in range(1, 6))])
        if name == "cifar10"
        else ("cifar-100-python", "cifar-100-python", ["train"])
    )
    test = "test_batch" if name == "cifar10" else "test"
    images = {part: rng.integers(0, 256, (2, 3072), "uint8") for part in (*parts, test)}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for place, (part, x) in enumerate(images.items()):
            kinds = {b"labels": [place, 9], b"fine_labels": [place, 99], b"coarse_labels": [1, 2]}
            content = pickle.dumps({b"data": x, **kinds}, protocol=4)
            info = tarfile.TarInfo(f"{folder}/{part}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    files[f"{archive_name}.tar.gz"] = buffer.getvalue()
    module = getattr(keras.datasets, name)
    (x, y), (x_test, y_test) = module.load_data()
    assert (x.shape, x_test.shape) == ((2 * len(parts), 32, 32, 3), (2, 32, 32, 3))
    assert x.dtype == y.dtype == y_test.dtype == np.uint8
    np.testing.assert_array_equal(x[0, 3, 5], images[parts[0]][0].reshape(3, 32, 32)[:, 3, 5])
    last = 9 if name == "cifar10" else 99
    assert y_test.tolist() == [[len(parts)], [last]]
    assert y.shape == (2 * len(parts), 1)
    if name == "cifar100":
        assert module.load_data("coarse")[0][1].tolist() == [[1], [2]]
        refused(lambda: module.load_data("other"), "`label_mode`", "other")
