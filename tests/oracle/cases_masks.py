"""Masks: which layers hand them on."""

import numpy as np

from .harness import Case

# Those that need no argument, and what others are given.
LAYERS = {
    "Activation": ("relu",),
    "ActivityRegularization": (),
    "AlphaDropout": (0.5,),
    "BatchNormalization": (),
    "CategoryEncoding": (2,),
    "Dense": (2,),
    "Discretization": ([1.0],),
    "Dropout": (0.5,),
    "ELU": (),
    "EinsumDense": ("ab,bc->ac", 2),
    "Flatten": (),
    "GaussianDropout": (0.5,),
    "GaussianNoise": (1.0,),
    "GroupNormalization": (),
    "Identity": (),
    "Lambda": (np.negative,),
    "LayerNormalization": (),
    "LeakyReLU": (),
    "Normalization": (),
    "PReLU": (),
    "Permute": ((1,),),
    "RMSNormalization": (),
    "ReLU": (),
    "RepeatVector": (2,),
    "Rescaling": (2.0,),
    "Reshape": ((1,),),
    "Softmax": (),
    "UnitNormalization": (),
}


def run_support(keras, dtype):
    """What a layer says before anybody sets it, and after; and what becomes of a mask then."""
    made = [getattr(keras.layers, name)(*arguments) for name, arguments in LAYERS.items()]
    made.append(keras.Sequential([keras.layers.Dense(2)]))
    before = [layer.supports_masking for layer in made]
    for layer in made:
        layer.supports_masking = not layer.supports_masking
    mask = np.array([True, False])
    return {
        "before": np.array(before),
        "after": np.array([layer.supports_masking for layer in made]),
        "computed": np.array([layer.compute_mask(np.ones((2, 2)), mask) is mask for layer in made]),
    }


CASES = [Case("support", run_support)]
