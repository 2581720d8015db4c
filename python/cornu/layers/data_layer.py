"""Layers that make numbers of strings and categories, before all that the core computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu import _core
from cornu.layers.arguments import check_batch_shape, refuse_unsupported
from cornu.layers.foreign_arrays import foreign_to_array, is_foreign_array, refuse_unreadable
from cornu.layers.frames import frame_to_array
from cornu.layers.layer import Layer
from cornu.utils.errors import shown

MODES = ("int", "one_hot", "multi_hot", "count")


class DataLayer(Layer):
    """The base of layers whose input the core can't take, or only as what they make of it.

    They run in Python, on all rows before a model does, so they are the first ones of a model, and
    have no weights that training could change.
    """

    _is_replaceable = False

    def __init__(self, *, dtype: Any = None, **kwargs: Any) -> None:
        self._own_dtype = str(np.dtype(dtype)) if _is_integer(dtype) else None
        super().__init__(dtype=None if self._own_dtype else dtype, **kwargs)
        self._dtype = self._own_dtype or self._dtype
        # There is nothing that a shape is needed for.
        self._built = True
        self._write_first_weights()

    def _make_core(self) -> _core.Layer:
        return _core.activation(self.name, self.dtype, ("linear", ()))

    def _new_core(self) -> _core.Layer:
        if self._own_dtype:
            self._dtype = "float32"
        return super()._new_core()

    def build(self, input_shape: Any = None) -> None:
        """Do nothing."""

    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes a layer like this one of."""
        config = super().get_config() if self._own_dtype is None else self._plain_config()
        return config

    def _plain_config(self) -> dict[str, Any]:
        from cornu.saving.serialization import serialize_keras_object

        own = {name: serialize_keras_object(value) for name, value in self._own_config().items()}
        return {"name": self._name, "trainable": self._trainable, "dtype": self._own_dtype} | own

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DataLayer:
        """Make a layer from what `get_config` returned."""
        dtype = config.get("dtype")
        if isinstance(dtype, Mapping):
            name = dict(dtype.get("config") or {}).get("name")
            config = {**config, "dtype": name}
        return super().from_config(config)  # type: ignore[return-value]

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> np.ndarray:
        """Apply the layer to an array, a frame or lists.

        Args:
            inputs: What the layer can take.
            training: Of no effect.
            mask: None.

        Raises:
            TypeError: it is nothing of that kind.
            ValueError: likewise.
        """
        refuse_unsupported({"mask": mask})
        return self._transform(self._take(inputs, "inputs"))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the result for an input's, both with the batch first."""
        shape = check_batch_shape("input_shape", input_shape)
        return self._output_shape(shape)

    def _take(self, value: Any, name: str) -> np.ndarray:
        """What came as an array that `_transform` takes."""
        return as_numbers(value, name)

    def _transform(self, array: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return shape


def _is_integer(dtype: Any) -> bool:
    try:
        return dtype is not None and np.dtype(dtype).kind in "iu"
    except (TypeError, ValueError):
        return False


def as_numbers(value: Any, name: str) -> np.ndarray:
    """Return data as an array of numbers, of any rank.

    Raises:
        TypeError: it is no array.
        ValueError: it is one of something else.
    """
    array = _as_array(value, name)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"`{name}` must be numbers. Received: dtype {array.dtype}")
    return array


def as_integers(value: Any, name: str) -> np.ndarray:
    """Return data as an array of int64; floats must be whole.

    Raises:
        TypeError: it is no array.
        ValueError: it is one of something else.
    """
    array = as_numbers(value, name)
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.trunc(array))).all():
        raise ValueError(f"`{name}` must be whole numbers. Received: {shown(array)}")
    return array.astype(np.int64)


def as_texts(value: Any, name: str, encoding: str = "utf-8") -> np.ndarray:
    """Return data as an array of objects, each a str.

    Raises:
        TypeError: it is no array.
        ValueError: something in it is no string.
    """
    if isinstance(value, list) and value and all(isinstance(text, str) for text in value):
        # NumPy's own type would pad each to the longest.
        return np.array(value, object)
    array = _as_array(value, name)
    if array.dtype.kind not in "USOT":
        raise ValueError(f"`{name}` must be strings. Received: dtype {array.dtype}")
    texts = np.empty(array.shape, object)
    flat = array.reshape(-1).tolist()
    for i, text in enumerate(flat):
        if isinstance(text, bytes):
            flat[i] = text.decode(encoding)
        elif not isinstance(text, str):
            raise ValueError(
                f"`{name}` must be strings. Received: {shown(text)} (of type {type(text).__name__})"
            )
    texts.reshape(-1)[:] = flat
    return texts


def _as_array(value: Any, name: str) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if isinstance(value, list | tuple | str | bytes | int | float | np.generic):
        try:
            return np.asarray(value)
        except ValueError:
            raise ValueError(
                f"`{name}` must have rows of one shape. Received: ragged lists"
            ) from None
    if hasattr(value, "to_numpy"):
        try:
            array = frame_to_array(value, name)
        except ValueError:
            array = None
        return np.asarray(value) if array is None else array
    refuse_unreadable(value, name)
    if is_foreign_array(value):
        return foreign_to_array(value, name)
    raise TypeError(
        f"`{name}` must be an array or a list. Received: {name} of type {type(value).__name__}"
    )


def check_mode(output_mode: Any, modes: tuple[str, ...] = MODES) -> str:
    """Return an `output_mode`, by its newer name.

    Raises:
        ValueError: it is none of the modes.
    """
    older = {"binary": "multi_hot", "tf-idf": "tf_idf"}
    mode = older.get(output_mode, output_mode) if isinstance(output_mode, str) else output_mode
    if mode not in modes:
        raise ValueError(
            f"`output_mode` must be one of {', '.join(map(repr, modes))}. "
            f"Received: output_mode={shown(output_mode)}"
        )
    return mode


def encoded_shape(shape: tuple[int | None, ...], mode: str, depth: int) -> tuple[int | None, ...]:
    """Return the shape that `encode_categories` gives ids of a shape."""
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)


def encode_categories(
    ids: np.ndarray, mode: str, depth: int, dtype: Any, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return ids as they are, as rows with a 1 at each, or as what there is of each in a row.

    Args:
        ids: Integers, of shape (rows, ids); (ids,) is one row, but for `one_hot`. One that is not
            from 0 to `depth` counts nowhere.
        mode: `"int"`, `"one_hot"`, `"multi_hot"` or `"count"`.
        depth: How many ids there can be.
        dtype: The type of the result.
        weights: What each counts as, in `"count"`; None: 1.

    Example:

    >>> import numpy as np
    >>> from cornu.layers.data_layer import encode_categories
    >>> ids = np.array([[0, 2, 2]])
    >>> encode_categories(ids, "count", 4, "float32")
    array([[1., 0., 2., 0.]], dtype=float32)
    >>> encode_categories(ids, "multi_hot", 4, "int8")
    array([[1, 0, 1, 0]], dtype=int8)
    """
    if mode == "int":
        return ids.astype(dtype)
    shape = encoded_shape(ids.shape, mode, depth)
    known = (ids >= 0) & (ids < depth)
    if mode == "one_hot":
        result = np.zeros((ids.size, depth), dtype)
        places = np.flatnonzero(known)
        result[places, ids.reshape(-1)[places]] = 1
        return result.reshape(tuple(map(int, shape)))  # type: ignore[arg-type]
    # Ids of one row behind each other.
    order = np.moveaxis if ids.ndim > 1 else (lambda array, *_: array)
    rows = order(ids, 1, -1)
    count = ids.size // max(1, ids.shape[1]) if ids.ndim > 1 else 1
    width = rows.shape[-1] if rows.ndim else 1
    places = np.repeat(np.arange(count), width) * depth + rows.reshape(-1)
    known = order(known, 1, -1).reshape(-1)
    counts = np.bincount(
        places[known],
        None if weights is None else order(weights, 1, -1).reshape(-1)[known],
        minlength=count * depth,
    )
    found: np.ndarray = counts > 0 if mode == "multi_hot" else counts
    return found.reshape(tuple(map(int, shape))).astype(dtype)  # type: ignore[arg-type]
