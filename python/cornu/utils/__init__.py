"""Small helpers around a model: data prepared and fetched, seeds, a fresh start."""

from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.categorical import to_categorical as to_categorical
from cornu.utils.get_file import get_file as get_file
from cornu.utils.normalization import normalize as normalize
from cornu.utils.progbar import Progbar as Progbar
from cornu.utils.py_dataset import PyDataset as PyDataset
from cornu.utils.py_dataset import Sequence as Sequence
from cornu.utils.seeding import set_random_seed as set_random_seed
from cornu.utils.sequences import pad_sequences as pad_sequences
from cornu.utils.session import clear_session as clear_session
from cornu.utils.split_dataset import split_dataset as split_dataset
from cornu.utils.timeseries import (
    timeseries_dataset_from_array as timeseries_dataset_from_array,
)

__all__ = [
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "get_file",
    "normalize",
    "pad_sequences",
    "set_random_seed",
    "split_dataset",
    "timeseries_dataset_from_array",
    "to_categorical",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
