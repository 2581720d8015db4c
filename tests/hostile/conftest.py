"""What the tests of files that are made to do harm begin with."""

import pytest

from hostile_files import saved
from small_models import make_model


@pytest.fixture
def model():
    return make_model()


@pytest.fixture
def path(model, tmp_path):
    with saved(model, tmp_path) as path:
        yield path
