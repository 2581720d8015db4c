"""Small helpers around a model: `to_categorical`, `set_random_seed`, `clear_session`."""

from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.categorical import to_categorical as to_categorical
from cornu.utils.py_dataset import PyDataset as PyDataset
from cornu.utils.py_dataset import Sequence as Sequence
from cornu.utils.seeding import set_random_seed as set_random_seed
from cornu.utils.session import clear_session as clear_session

__all__ = ["PyDataset", "Sequence", "clear_session", "set_random_seed", "to_categorical"]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
