"""The operations of networks, as Keras has them in `keras.ops.nn`."""

from __future__ import annotations

from typing import Any

_NAMES = """
    batch_normalization binary_crossentropy categorical_crossentropy celu elu gelu glu
    hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh layer_normalization leaky_relu
    log_sigmoid log_softmax moments multi_hot normalize one_hot polar psnr relu relu6
    rms_normalization selu sigmoid silu soft_shrink softmax softplus softsign
    sparse_categorical_crossentropy sparse_plus sparse_sigmoid sparsemax squareplus swish
    tanh_shrink threshold
"""

__all__ = _NAMES.split()


def __getattr__(name: str) -> Any:
    from cornu import ops
    from cornu.utils.absent_names import absent_name

    if name not in __all__:
        raise absent_name("cornu.ops", name)
    return getattr(ops, name)


def __dir__() -> list[str]:
    return sorted(__all__)
