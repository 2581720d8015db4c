"""Layers: what a Sequential is made of."""

from cornu.layers.activation import Activation as Activation
from cornu.layers.activity_regularization import ActivityRegularization as ActivityRegularization
from cornu.layers.alpha_dropout import AlphaDropout as AlphaDropout
from cornu.layers.batch_normalization import BatchNormalization as BatchNormalization
from cornu.layers.category_encoding import CategoryEncoding as CategoryEncoding
from cornu.layers.data_normalization import Normalization as Normalization
from cornu.layers.dense import Dense as Dense
from cornu.layers.discretization import Discretization as Discretization
from cornu.layers.dropout import Dropout as Dropout
from cornu.layers.einsum_dense import EinsumDense as EinsumDense
from cornu.layers.elu import ELU as ELU
from cornu.layers.flatten import Flatten as Flatten
from cornu.layers.gaussian_dropout import GaussianDropout as GaussianDropout
from cornu.layers.gaussian_noise import GaussianNoise as GaussianNoise
from cornu.layers.group_normalization import GroupNormalization as GroupNormalization
from cornu.layers.hashing import Hashing as Hashing
from cornu.layers.identity import Identity as Identity
from cornu.layers.input_layer import Input as Input
from cornu.layers.input_layer import InputLayer as InputLayer
from cornu.layers.input_spec import InputSpec as InputSpec
from cornu.layers.integer_lookup import IntegerLookup as IntegerLookup
from cornu.layers.lambda_layer import Lambda as Lambda
from cornu.layers.layer import Layer as Layer
from cornu.layers.layer_normalization import LayerNormalization as LayerNormalization
from cornu.layers.leaky_relu import LeakyReLU as LeakyReLU
from cornu.layers.masking import Masking as Masking
from cornu.layers.permute import Permute as Permute
from cornu.layers.plain_values import deserialize as deserialize
from cornu.layers.plain_values import serialize as serialize
from cornu.layers.prelu import PReLU as PReLU
from cornu.layers.relu import ReLU as ReLU
from cornu.layers.repeat_vector import RepeatVector as RepeatVector
from cornu.layers.rescaling import Rescaling as Rescaling
from cornu.layers.reshape import Reshape as Reshape
from cornu.layers.rms_normalization import RMSNormalization as RMSNormalization
from cornu.layers.softmax import Softmax as Softmax
from cornu.layers.spectral_normalization import SpectralNormalization as SpectralNormalization
from cornu.layers.string_lookup import StringLookup as StringLookup
from cornu.layers.unit_normalization import UnitNormalization as UnitNormalization
from cornu.layers.wrapper import Wrapper as Wrapper
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.old_modules import alias_modules as _alias_modules

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "BatchNormalization",
    "CategoryEncoding",
    "Dense",
    "Discretization",
    "Dropout",
    "EinsumDense",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GroupNormalization",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
    "SpectralNormalization",
    "StringLookup",
    "UnitNormalization",
    "Wrapper",
    "deserialize",
    "serialize",
]


# Where Keras 2 had some of them.
_alias_modules(
    __name__,
    "advanced_activations",
    "convolutional",
    "core",
    "embeddings",
    "experimental",
    "experimental.preprocessing",
    "local",
    "merge",
    "noise",
    "normalization",
    "pooling",
    "preprocessing",
    "recurrent",
    "wrappers",
)


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
