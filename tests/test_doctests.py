"""The examples in the docstrings of every module of the installed package."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import cornu

NAMES = sorted(
    ["cornu", *(found.name for found in pkgutil.walk_packages(cornu.__path__, "cornu."))]
)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("__main__")])
def test_examples(name):
    module = importlib.import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    printed = []
    for examples in finder.find(module, name):
        # What an example may change for the whole process is put back after it.
        with np.printoptions():
            cornu.utils.clear_session(free_memory=False)
            runner.run(examples, out=printed.append)
            cornu.config.set_floatx("float32")
    assert runner.failures == 0, "".join(printed)


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = [importlib.import_module(name) for name in NAMES if not name.endswith("__main__")]
    count = sum(len(found.examples) for module in modules for found in finder.find(module))
    assert count >= 50
