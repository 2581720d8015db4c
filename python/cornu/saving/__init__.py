"""Models as files, and objects as dictionaries that make them again."""

from cornu.saving.model_file import load_model as load_model
from cornu.saving.model_file import save_model as save_model
from cornu.saving.serialization import deserialize_keras_object as deserialize_keras_object
from cornu.saving.serialization import serialize_keras_object as serialize_keras_object
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = [
    "deserialize_keras_object",
    "load_model",
    "save_model",
    "serialize_keras_object",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)
