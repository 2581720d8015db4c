"""Losses and metrics by names that Keras 3 has not, as it can read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.saving.serialization import serialize_keras_object

# tf.keras's further names, and what Keras 3 calls the same.
_LOSSES = {
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
# Keras has them as a class, or function, alone.
_UNNAMED_LOSSES = ("CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy")
_METRICS = (
    "cosine_proximity",
    "kld",
    "KLD",
    "kullback_leibler_divergence",
    "log_cosh",
    "logcosh",
)


def loss_for_keras(loss: Any) -> Any:
    """Return a loss as plain values; where Keras lacks its name, by another one or as an object.

    Args:
        loss: What `compile` was given.

    Example:

    >>> from cornu.saving.names_for_keras import loss_for_keras
    >>> loss_for_keras("huber_loss"), loss_for_keras("mse")
    ('huber', 'mse')
    """
    from cornu import losses

    if isinstance(loss, str) and loss in _UNNAMED_LOSSES:
        loss = losses.CategoricalGeneralizedCrossEntropy()
    return _LOSSES.get(loss, loss) if isinstance(loss, str) else serialize_keras_object(loss)


def metrics_for_keras(given: Sequence[Any]) -> list[Any] | None:
    """Return metrics as plain values; those whose names Keras lacks as objects that are called so.

    Args:
        given: What `compile` was given.

    Example:

    >>> from cornu.saving.names_for_keras import metrics_for_keras
    >>> mae, kld = metrics_for_keras(["mae", "kld"])
    >>> mae, kld["class_name"], kld["config"]["name"]
    ('mae', 'KLDivergence', 'kld')
    """
    from cornu import metrics

    known = [
        type(metrics.get(one))(name=one) if isinstance(one, str) and one in _METRICS else one
        for one in given
    ]
    return serialize_keras_object(known) or None
