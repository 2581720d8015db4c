"""Archives made to do harm: breaks when one is unpacked beyond its size, has members that two
readers take for two things, or is refused without its name in the error."""

import os
import zipfile

import pytest

import cornu as keras
from bad_input import refused, unchanged
from cornu.saving.archive import Archive
from hostile_files import load_refused, with_members


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
    with_members(path, parts)
    with Archive(str(path)) as archive:
        for name in "012":
            assert archive.read(name) == parts[name]
        refused(lambda: [archive.read(name) for name in "3456"], str(path), "at most", "4194304")


@pytest.mark.parametrize("count", [4, 100, 2000])
def test_archives_that_end_too_early(count, model, path):
    path.write_bytes(path.read_bytes()[:-count])
    load_refused(path, "cut short")
    unchanged(model, lambda: model.load_weights(path), str(path), "cut short")
