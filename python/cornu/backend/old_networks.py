"""Keras 2's helpers of networks: losses of probabilities, activations and normalization."""

from __future__ import annotations

from typing import Any

from cornu import config, ops
from cornu.activations.rectifiers import relu as rectified
from cornu.ops.documented import documented
from cornu.ops.promotion import as_float, as_tensor, cast_to

_helper = documented(
    "backend",
    "An array.",
    axis="The axis.",
    max_value="The greatest number; None: there is none.",
    alpha="Slope below the threshold, or for `elu` how far below 0 it goes.",
    threshold="Where the line starts.",
    target="The labels.",
    output="Probabilities, or logits.",
    mean="What is subtracted.",
    var="The variances.",
    beta="What is added; None: nothing.",
    gamma="What is multiplied by; None: 1.",
    epsilon="What is added to the variances.",
    bias="Numbers, one for each of the last axis.",
    data_format="`channels_last` or None: the bias is of the last axis.",
    k="How many.",
    predictions="Numbers, of shape (rows, classes).",
    targets="Class numbers, of shape (rows,).",
    level="Which part becomes 0, from 0 to below 1.",
    noise_shape="The shape of the mask, which broadcasts; None: x's.",
    seed="An integer, a `SeedGenerator` or None.",
)


@_helper
def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """Subtract a mean and divide by the root of a variance, along an axis.

    >>> from cornu import backend as K
    >>> K.batch_normalization([[3.0, 6.0]], [1.0, 2.0], [4.0, 16.0], None, [2.0, 1.0], epsilon=0)
    array([[2., 1.]], dtype=float32)
    """
    return ops.batch_normalization(x, mean, var, axis, beta, gamma, epsilon)


@_helper
def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """Add a bias along the last axis.

    >>> from cornu import backend as K
    >>> K.bias_add([[1.0, 2.0]], [10.0, 20.0])
    array([[11., 22.]], dtype=float32)
    """
    if data_format not in (None, "channels_last"):
        raise ValueError(
            f"`data_format` must be 'channels_last' or None. Received: data_format={data_format!r}"
        )
    return ops.add(x, bias)


@_helper
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Take the cross-entropy of each yes-or-no label, with epsilon added within logarithms.

    >>> from cornu import backend as K
    >>> K.binary_crossentropy([1.0], [0.8]).round(3)
    array([0.223], dtype=float32)
    """
    if from_logits:
        return ops.binary_crossentropy(target, output, from_logits=True)
    output = as_float(output)
    target, tiny = cast_to(as_tensor(target), output.dtype), config.epsilon()
    output = ops.clip(output, tiny, 1 - tiny)
    return -(target * ops.log(output + tiny) + (1 - target) * ops.log(1 - output + tiny))


@_helper
def dropout(x: Any, level: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Set a part of the numbers to 0, and scale the others up.

    >>> from cornu import backend as K
    >>> float(K.mean(K.dropout(K.ones((1000,)), 0.0)))
    1.0
    """
    from cornu import random

    return random.dropout(x, level, noise_shape, seed)


@_helper
def hard_sigmoid(x: Any) -> Any:
    """Cut a line of slope 0.2 off at 0 and 1, as Keras 2 had it.

    >>> from cornu import backend as K
    >>> K.hard_sigmoid([-3.0, 0.0, 1.0])
    array([0. , 0.5, 0.7], dtype=float32)
    """
    return ops.clip(0.2 * as_float(x) + 0.5, 0, 1)


@_helper
def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Tell which classes are among the k of the greatest predictions.

    >>> from cornu import backend as K
    >>> K.in_top_k([[0.1, 0.9]], [1], 1)
    array([ True])
    """
    return ops.in_top_k(targets, predictions, k)


@_helper
def l2_normalize(x: Any, axis: Any = None) -> Any:
    """Divide by the root of the sum of squares, which counts as at least 1e-6.

    >>> from cornu import backend as K
    >>> K.l2_normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    x = as_float(x)
    squares = ops.sum(ops.square(x), axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, 1e-12))


@_helper
def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """Keep what is above a threshold and flatten what is below.

    >>> from cornu import backend as K
    >>> K.relu([-1.0, 2.0], alpha=0.1)
    array([-0.1,  2. ], dtype=float32)
    """
    return rectified(x, alpha, max_value, threshold)


@_helper
def softmax(x: Any, axis: int = -1) -> Any:
    """Turn numbers into probabilities that sum to 1.

    >>> from cornu import backend as K
    >>> K.softmax([1.0, 1.0])
    array([0.5, 0.5], dtype=float32)
    """
    return ops.softmax(x, axis)


@_helper
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """Take the cross-entropy of class numbers, in the shape of `output` without the classes.

    >>> from cornu import backend as K
    >>> K.sparse_categorical_crossentropy([1], [[0.2, 0.8]])
    array([0.22314353], dtype=float32)
    """
    output = ops.moveaxis(as_float(output), axis, -1)
    target = ops.reshape(as_tensor(target), output.shape[:-1])
    return ops.sparse_categorical_crossentropy(target, output, from_logits)


@_helper
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """Take the cross-entropy of one-hot labels.

    >>> from cornu import backend as K
    >>> K.categorical_crossentropy([[0.0, 1.0]], [[0.2, 0.8]])
    array([0.22314353], dtype=float32)
    """
    return ops.categorical_crossentropy(target, output, from_logits, axis)
