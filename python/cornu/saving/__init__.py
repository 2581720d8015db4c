"""Models as files, and objects as dictionaries that make them again."""

from cornu.saving.model_file import load_model as load_model
from cornu.saving.model_file import save_model as save_model
from cornu.saving.serialization import deserialize_keras_object as deserialize_keras_object
from cornu.saving.serialization import serialize_keras_object as serialize_keras_object
from cornu.saving.weights_of_models import load_weights as load_weights
from cornu.saving.weights_of_models import save_weights as save_weights
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.custom_objects import CustomObjectScope as CustomObjectScope
from cornu.utils.custom_objects import custom_object_scope as custom_object_scope
from cornu.utils.custom_objects import get_custom_objects as get_custom_objects
from cornu.utils.custom_objects import get_registered_name as get_registered_name
from cornu.utils.custom_objects import get_registered_object as get_registered_object
from cornu.utils.custom_objects import (
    register_keras_serializable as register_keras_serializable,
)

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
