"""Every kind of layer, activation, rule of weights, optimizer, schedule, loss and metric in files
of each format: breaks when one doesn't come back as it was, or goes on otherwise.

What Keras makes of these files, and cornu of Keras's, is asked by tests/test_oracle_live.py.
"""

import inspect
from importlib import import_module

import pytest

import cornu as keras
from oracle import every_kind, exchange, random_models

# Their data are words: tests/test_data_layers_in_models.py has them.
ELSEWHERE = {"layers": ("Hashing", "InputLayer", "IntegerLookup", "StringLookup")}


@pytest.mark.filterwarnings("ignore:.*takes probabilities")
@pytest.mark.filterwarnings("ignore:.*ends the model with")
@pytest.mark.parametrize(
    ("table", "name"),
    [(table, name) for table in (every_kind, random_models) for name in table.MODELS],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_there_and_back(table, name, tmp_path):
    dtype = "float64" if len(name) % 2 else "float32"
    exchange.write(keras, table, tmp_path, [name], dtype)
    assert exchange.read(keras, table, tmp_path, [name], dtype) == []


@pytest.mark.parametrize("module", every_kind.ABSTRACT)
def test_no_class_is_left_out(module):
    public = import_module(f"cornu.{module}")
    classes = [name for name in public.__all__ if inspect.isclass(getattr(public, name))]
    tried = {name.split()[-1] for name in every_kind.MODELS}
    left = (*every_kind.ABSTRACT[module], *ELSEWHERE.get(module, ()))
    names = {getattr(public, name).__name__ for name in classes}
    assert names - tried - {*left} == set()
