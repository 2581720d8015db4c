"""What of Keras 2's backend can't be here, and why."""

from __future__ import annotations

from typing import Any

from cornu.ops.documented import documented

_helper = documented(
    "backend",
    "What was asked for.",
    loss="A number.",
    variables="A list of variables.",
    inputs="A list of arrays.",
    outputs="A list of arrays.",
    updates="A list of updates.",
    kwargs="Other arguments.",
)

_GRAPH = "is about a graph, and there is none: arrays are computed with at once"
_IMAGES = "is for convolutions, of which there are none"
_SEQUENCES = "is for recurrent layers, of which there are none"

# Names with what is said of them after "'name' of Keras 2's backend".
REFUSED: dict[str, str] = {
    "get_session": _GRAPH,
    "is_placeholder": _GRAPH,
    "learning_phase_scope": _GRAPH,
    "manual_variable_initialization": _GRAPH,
    "placeholder": f"{_GRAPH}. For a model's input there is keras.Input(shape)",
    "set_session": _GRAPH,
    "conv1d": _IMAGES,
    "conv2d": _IMAGES,
    "conv2d_transpose": _IMAGES,
    "conv3d": _IMAGES,
    "conv3d_transpose": _IMAGES,
    "depthwise_conv2d": _IMAGES,
    "local_conv1d": _IMAGES,
    "local_conv2d": _IMAGES,
    "pool2d": _IMAGES,
    "pool3d": _IMAGES,
    "resize_images": _IMAGES,
    "resize_volumes": _IMAGES,
    "separable_conv1d": _IMAGES,
    "separable_conv2d": _IMAGES,
    "spatial_2d_padding": _IMAGES,
    "spatial_3d_padding": _IMAGES,
    "temporal_padding": _IMAGES,
    "ctc_batch_cost": _SEQUENCES,
    "ctc_decode": _SEQUENCES,
    "ctc_label_dense_to_sparse": _SEQUENCES,
    "rnn": _SEQUENCES,
    "normalize_batch_in_training": "is what the layer BatchNormalization does: use that",
}


@_helper
def function(inputs: Any, outputs: Any, updates: Any = None, **kwargs: Any) -> Any:
    """Refuse to compile a graph, for there is none.

    >>> from cornu import backend as K
    >>> try:
    ...     K.function([], [])
    ... except NotImplementedError as error:
    ...     print(str(error)[:23])
    K.function compiles a g
    """
    raise NotImplementedError(
        "K.function compiles a graph, and there is none: for a layer's outputs make "
        "keras.Model(model.input, layer.output) and call predict"
    )


@_helper
def gradients(loss: Any, variables: Any) -> Any:
    """Refuse to derive a number, which knows nothing of how it came to be.

    >>> from cornu import backend as K
    >>> try:
    ...     K.gradients(0.0, [])
    ... except NotImplementedError as error:
    ...     print(str(error)[:24])
    K.gradients derives a gr
    """
    raise NotImplementedError(
        "K.gradients derives a graph, and there is none: model.loss_and_gradients(x, y) has the "
        "gradients of the weights, and autograd.grad those of a function written with cornu.ops"
    )
