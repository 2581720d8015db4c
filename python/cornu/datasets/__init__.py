"""Small data sets that come with cornu."""

from cornu.datasets import digits as digits
from cornu.utils.absent_names import absent_name as _absent_name


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
