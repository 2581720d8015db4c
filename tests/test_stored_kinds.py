"""Files that Keras wrote of models with state: breaks when one is not read, predicts otherwise, or
doesn't go on training as in Keras, by its optimizer's state and its schedule."""

import zipfile

import pytest

import cornu as keras
from oracle import every_kind, exchange, record_kinds


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("kinds")
    with zipfile.ZipFile(record_kinds.ARCHIVE) as archive:
        archive.extractall(path)
    return path


@pytest.mark.parametrize("name", record_kinds.NAMES)
def test_cornu_goes_on_as_keras(name, folder):
    assert exchange.read(keras, every_kind, folder, [name], "float32") == []
