"""Keras 2's backend, `from cornu import backend as K`: on arrays, with what it did at once."""

from cornu.backend.old_draws import random_bernoulli as random_bernoulli
from cornu.backend.old_draws import random_binomial as random_binomial
from cornu.backend.old_draws import random_normal as random_normal
from cornu.backend.old_draws import random_normal_variable as random_normal_variable
from cornu.backend.old_draws import random_uniform as random_uniform
from cornu.backend.old_draws import random_uniform_variable as random_uniform_variable
from cornu.backend.old_draws import truncated_normal as truncated_normal
from cornu.backend.old_graphs import REFUSED as _REFUSED
from cornu.backend.old_graphs import function as function
from cornu.backend.old_graphs import gradients as gradients
from cornu.backend.old_helpers import argmax as argmax
from cornu.backend.old_helpers import argmin as argmin
from cornu.backend.old_helpers import batch_dot as batch_dot
from cornu.backend.old_helpers import batch_flatten as batch_flatten
from cornu.backend.old_helpers import cast_to_floatx as cast_to_floatx
from cornu.backend.old_helpers import clip as clip
from cornu.backend.old_helpers import concatenate as concatenate
from cornu.backend.old_helpers import constant as constant
from cornu.backend.old_helpers import cumprod as cumprod
from cornu.backend.old_helpers import cumsum as cumsum
from cornu.backend.old_helpers import dot as dot
from cornu.backend.old_helpers import expand_dims as expand_dims
from cornu.backend.old_helpers import eye as eye
from cornu.backend.old_helpers import flatten as flatten
from cornu.backend.old_helpers import foldl as foldl
from cornu.backend.old_helpers import foldr as foldr
from cornu.backend.old_helpers import gather as gather
from cornu.backend.old_helpers import map_fn as map_fn
from cornu.backend.old_helpers import permute_dimensions as permute_dimensions
from cornu.backend.old_helpers import pow as pow
from cornu.backend.old_helpers import repeat as repeat
from cornu.backend.old_helpers import repeat_elements as repeat_elements
from cornu.backend.old_helpers import reverse as reverse
from cornu.backend.old_helpers import sqrt as sqrt
from cornu.backend.old_helpers import switch as switch
from cornu.backend.old_networks import batch_normalization as batch_normalization
from cornu.backend.old_networks import bias_add as bias_add
from cornu.backend.old_networks import binary_crossentropy as binary_crossentropy
from cornu.backend.old_networks import categorical_crossentropy as categorical_crossentropy
from cornu.backend.old_networks import dropout as dropout
from cornu.backend.old_networks import hard_sigmoid as hard_sigmoid
from cornu.backend.old_networks import in_top_k as in_top_k
from cornu.backend.old_networks import l2_normalize as l2_normalize
from cornu.backend.old_networks import relu as relu
from cornu.backend.old_networks import softmax as softmax
from cornu.backend.old_networks import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from cornu.backend.old_phases import in_test_phase as in_test_phase
from cornu.backend.old_phases import in_train_phase as in_train_phase
from cornu.backend.old_phases import learning_phase as learning_phase
from cornu.backend.old_phases import set_learning_phase as set_learning_phase
from cornu.backend.old_state import batch_get_value as batch_get_value
from cornu.backend.old_state import batch_set_value as batch_set_value
from cornu.backend.old_state import count_params as count_params
from cornu.backend.old_state import eval as eval
from cornu.backend.old_state import get_uid as get_uid
from cornu.backend.old_state import get_value as get_value
from cornu.backend.old_state import int_shape as int_shape
from cornu.backend.old_state import is_float_dtype as is_float_dtype
from cornu.backend.old_state import is_int_dtype as is_int_dtype
from cornu.backend.old_state import is_sparse as is_sparse
from cornu.backend.old_state import moving_average_update as moving_average_update
from cornu.backend.old_state import name_scope as name_scope
from cornu.backend.old_state import ones as ones
from cornu.backend.old_state import reset_uids as reset_uids
from cornu.backend.old_state import set_value as set_value
from cornu.backend.old_state import standardize_dtype as standardize_dtype
from cornu.backend.old_state import to_dense as to_dense
from cornu.backend.old_state import update as update
from cornu.backend.old_state import update_add as update_add
from cornu.backend.old_state import update_sub as update_sub
from cornu.backend.old_state import variable as variable
from cornu.backend.old_state import zeros as zeros
from cornu.backend.old_tensors import identity as identity
from cornu.backend.old_tensors import is_tensor as is_tensor
from cornu.backend.old_tensors import logsumexp as logsumexp
from cornu.backend.old_tensors import print_tensor as print_tensor
from cornu.backend.old_tensors import slice as slice
from cornu.config import backend as backend
from cornu.config import epsilon as epsilon
from cornu.config import floatx as floatx
from cornu.config import image_data_format as image_data_format
from cornu.config import set_epsilon as set_epsilon
from cornu.config import set_floatx as set_floatx
from cornu.config import set_image_data_format as set_image_data_format
from cornu.ops import abs as abs
from cornu.ops import all as all
from cornu.ops import any as any
from cornu.ops import arange as arange
from cornu.ops import cast as cast
from cornu.ops import cos as cos
from cornu.ops import dtype as dtype
from cornu.ops import elu as elu
from cornu.ops import equal as equal
from cornu.ops import exp as exp
from cornu.ops import greater as greater
from cornu.ops import greater_equal as greater_equal
from cornu.ops import less as less
from cornu.ops import less_equal as less_equal
from cornu.ops import log as log
from cornu.ops import max as max
from cornu.ops import maximum as maximum
from cornu.ops import mean as mean
from cornu.ops import min as min
from cornu.ops import minimum as minimum
from cornu.ops import ndim as ndim
from cornu.ops import not_equal as not_equal
from cornu.ops import one_hot as one_hot
from cornu.ops import ones_like as ones_like
from cornu.ops import prod as prod
from cornu.ops import reshape as reshape
from cornu.ops import round as round
from cornu.ops import shape as shape
from cornu.ops import sigmoid as sigmoid
from cornu.ops import sign as sign
from cornu.ops import sin as sin
from cornu.ops import softplus as softplus
from cornu.ops import softsign as softsign
from cornu.ops import square as square
from cornu.ops import squeeze as squeeze
from cornu.ops import stack as stack
from cornu.ops import std as std
from cornu.ops import stop_gradient as stop_gradient
from cornu.ops import sum as sum
from cornu.ops import tanh as tanh
from cornu.ops import tile as tile
from cornu.ops import transpose as transpose
from cornu.ops import var as var
from cornu.ops import zeros_like as zeros_like
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.session import clear_session as clear_session

__all__ = [name for name, thing in globals().items() if callable(thing) and name[0] != "_"]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name, _REFUSED)


def __dir__() -> list[str]:
    return sorted(__all__)
