"""cornu: Keras's Sequential on a C core.

    import cornu as keras

    model = keras.Sequential([keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=5)

Submodules are imported when they are first used, which keeps `import cornu` short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu._version import __version__ as __version__

if TYPE_CHECKING:
    from cornu import activations as activations
    from cornu import backend as backend
    from cornu import callbacks as callbacks
    from cornu import config as config
    from cornu import constraints as constraints
    from cornu import datasets as datasets
    from cornu import dtype_policies as dtype_policies
    from cornu import initializers as initializers
    from cornu import layers as layers
    from cornu import losses as losses
    from cornu import metrics as metrics
    from cornu import mixed_precision as mixed_precision
    from cornu import models as models
    from cornu import ops as ops
    from cornu import optimizers as optimizers
    from cornu import pictures as pictures
    from cornu import preprocessing as preprocessing
    from cornu import random as random
    from cornu import regularizers as regularizers
    from cornu import saving as saving
    from cornu import tree as tree
    from cornu import utils as utils
    from cornu import wrappers as wrappers
    from cornu.config import num_threads as num_threads
    from cornu.config import set_num_threads as set_num_threads
    from cornu.dtype_policies import DTypePolicy as DTypePolicy
    from cornu.dtype_policies import FloatDTypePolicy as FloatDTypePolicy
    from cornu.importing.onnx_model import from_onnx as from_onnx
    from cornu.initializers import Initializer as Initializer
    from cornu.keras_tensor import KerasTensor as KerasTensor
    from cornu.layers import Input as Input
    from cornu.layers import InputSpec as InputSpec
    from cornu.layers import Layer as Layer
    from cornu.losses import Loss as Loss
    from cornu.metrics import Metric as Metric
    from cornu.models import Model as Model
    from cornu.models import Sequential as Sequential
    from cornu.optimizers import Optimizer as Optimizer
    from cornu.regularizers import Regularizer as Regularizer
    from cornu.variable import Variable as Variable

_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "pictures",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
    "wrappers",
)
# Names at the top, and the module that each is from.
_NAMES = {
    "DTypePolicy": "dtype_policies",
    "FloatDTypePolicy": "dtype_policies",
    "Initializer": "initializers",
    "Input": "layers",
    "InputSpec": "layers",
    "KerasTensor": "keras_tensor",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Sequential": "models",
    "Variable": "variable",
    "from_onnx": "importing.onnx_model",
    "num_threads": "config",
    "set_num_threads": "config",
}

__all__ = ["__version__", "version", *_MODULES, *_NAMES]


def version() -> str:
    """Return cornu's version.

    Example:

    >>> import cornu
    >>> cornu.version() == cornu.__version__
    True
    """
    return __version__


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"cornu.{name}")
    if name in _NAMES:
        value = getattr(import_module(f"cornu.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    from cornu.utils.absent_names import absent_name

    raise absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
