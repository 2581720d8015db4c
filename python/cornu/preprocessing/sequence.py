"""Sequences by Keras 2's names: padded, in windows, as pairs of words."""

from __future__ import annotations

from cornu.preprocessing.skipgram import make_sampling_table as make_sampling_table
from cornu.preprocessing.skipgram import skipgrams as skipgrams
from cornu.preprocessing.timeseries_generator import TimeseriesGenerator as TimeseriesGenerator
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.sequences import pad_sequences as pad_sequences

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
