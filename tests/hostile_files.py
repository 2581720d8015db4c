"""For tests of files that are made to do harm."""

import contextlib
import json
import os
import zipfile

import cornu as keras
from bad_input import refused
from fuzz.corpus import repacked


@contextlib.contextmanager
def saved(model, folder):
    """The path of a file of the whole model."""
    path = folder / "m.keras"
    model.save(path)
    before = _open_files()
    yield path
    assert _open_files() == before, "a loader left a file open"


def _open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def with_config(path, change):
    """Change the configuration in a file."""
    config = json.loads(zipfile.ZipFile(path).read("config.json"))
    with_text(path, json.dumps(change(config) or config))


def with_text(path, text):
    with_members(path, {"config.json": text.encode()})


def with_members(path, changes):
    """Change members of an archive, by name."""
    path.write_bytes(repacked(path.read_bytes(), changes))


def load_refused(path, *words, **options):
    refused(lambda: keras.models.load_model(path), str(path), *words, **options)
