"""Sequences and texts made into arrays, by Keras 2's names."""

from cornu.preprocessing import sequence as sequence
from cornu.preprocessing import text as text
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.timeseries import (
    timeseries_dataset_from_array as timeseries_dataset_from_array,
)

__all__ = ["sequence", "text", "timeseries_dataset_from_array"]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
