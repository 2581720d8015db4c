"""Weights in files, as functions of a model."""

from __future__ import annotations

from typing import Any


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None
) -> None:
    """Write the weights of a model to a file: `model.save_weights`.

    Args:
        model: The model.
        filepath: The file's path.
        overwrite: Whether a file that exists is written anew.
        max_shard_size: None; weights are not split over files.

    Raises:
        ValueError: there are no weights yet.
        FileExistsError: the file exists, and `overwrite` is False.

    Example:

    >>> import os, tempfile
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> path = os.path.join(tempfile.mkdtemp(), "model.weights.h5")
    >>> cornu.saving.save_weights(model, path)
    >>> cornu.saving.load_weights(model, path)

    Source: https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
    """
    from cornu.layers.arguments import refuse_unsupported

    refuse_unsupported({"max_shard_size": max_shard_size})
    model.save_weights(filepath, overwrite)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Read the weights of a model from a file: `model.load_weights`.

    Args:
        model: The model.
        filepath: The file's path.
        skip_mismatch: Whether to leave layers as they are whose weights don't fit, with a warning.
        **kwargs: What else `model.load_weights` takes.

    Raises:
        ValueError: there are no weights yet, or those of the file don't fit.
        FileNotFoundError: there is no file.

    Example:

    >>> import os, tempfile
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> path = os.path.join(tempfile.mkdtemp(), "model.weights.h5")
    >>> cornu.saving.save_weights(model, path)
    >>> cornu.saving.load_weights(model, path)

    Source: https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
    """
    model.load_weights(filepath, skip_mismatch, **kwargs)
