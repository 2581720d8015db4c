"""Small helpers around a model: data prepared and fetched, seeds, a fresh start."""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.categorical import to_categorical as to_categorical
from cornu.utils.custom_objects import CustomObjectScope as CustomObjectScope
from cornu.utils.custom_objects import custom_object_scope as custom_object_scope
from cornu.utils.custom_objects import get_custom_objects as get_custom_objects
from cornu.utils.custom_objects import get_registered_name as get_registered_name
from cornu.utils.custom_objects import get_registered_object as get_registered_object
from cornu.utils.custom_objects import (
    register_keras_serializable as register_keras_serializable,
)
from cornu.utils.get_file import get_file as get_file
from cornu.utils.messages import disable_interactive_logging as disable_interactive_logging
from cornu.utils.messages import enable_interactive_logging as enable_interactive_logging
from cornu.utils.messages import is_interactive_logging_enabled as is_interactive_logging_enabled
from cornu.utils.normalization import normalize as normalize
from cornu.utils.old_modules import alias_modules as _alias_modules
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

if _TYPE_CHECKING:
    from cornu.backend import standardize_dtype as standardize_dtype
    from cornu.saving import deserialize_keras_object as deserialize_keras_object
    from cornu.saving import serialize_keras_object as serialize_keras_object
    from cornu.utils.model_plot import model_to_dot as model_to_dot
    from cornu.utils.model_plot import plot_model as plot_model
    from cornu.utils.network_svg import network_to_svg as network_to_svg
    from cornu.utils.packing import pack_x_y_sample_weight as pack_x_y_sample_weight
    from cornu.utils.packing import unpack_x_y_sample_weight as unpack_x_y_sample_weight
    from cornu.utils.settings import Config as Config

# From modules that few programs need.
_ELSEWHERE = {
    "Config": "utils.settings",
    "deserialize_keras_object": "saving",
    "model_to_dot": "utils.model_plot",
    "network_to_svg": "utils.network_svg",
    "pack_x_y_sample_weight": "utils.packing",
    "plot_model": "utils.model_plot",
    "serialize_keras_object": "saving",
    "standardize_dtype": "backend",
    "unpack_x_y_sample_weight": "utils.packing",
}

__all__ = [
    "Config",
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "is_interactive_logging_enabled",
    "model_to_dot",
    "network_to_svg",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]


# Where Keras 2 had some of them.
_alias_modules(
    __name__, "data_utils", "generic_utils", "io_utils", "layer_utils", "np_utils", "vis_utils"
)


def __getattr__(name: str) -> object:
    if name in _ELSEWHERE:
        from importlib import import_module

        return getattr(import_module(f"cornu.{_ELSEWHERE[name]}"), name)
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
