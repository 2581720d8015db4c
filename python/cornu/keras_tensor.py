"""What stands for an array that is not there yet, while a model is put together by calls."""

from __future__ import annotations

from typing import Any

from cornu.utils.errors import shown
from cornu.utils.naming import unique_name


class KerasTensor:
    """A shape and a float type, with the layer that it came from and what that was called on.

    `Input` returns one, and so does a layer or a model that is called on one; `Model(inputs,
    outputs)` makes a model of the layers between two.

    Args:
        shape: The shape, the batch (None) first.
        dtype: The float type.
        sparse: False.
        ragged: False.
        record_history: Of no effect: what it came from is always kept.
        name: A name; None: `keras_tensor`, `keras_tensor_1`, ...

    Attributes:
        shape: Likewise.
        dtype: Likewise.
        name: Likewise.
        ndim: The number of axes, the batch among them.

    Raises:
        ValueError: `sparse` or `ragged` is True.

    Example:

    >>> import cornu
    >>> inputs = cornu.Input((4,))
    >>> cornu.layers.Dense(2)(inputs).shape
    (None, 2)

    Source: https://keras.io/api/models/model/
    """

    def __init__(
        self,
        shape: Any,
        dtype: str | None = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ) -> None:
        from cornu.config import resolve_dtype
        from cornu.layers.arguments import check_batch_shape, refuse_unsupported

        refuse_unsupported({"sparse": sparse, "ragged": ragged}, default=False)
        self.shape = check_batch_shape("shape", shape)
        self.dtype = resolve_dtype(dtype)
        self.sparse = self.ragged = False
        self.record_history = record_history
        self.name = unique_name("KerasTensor") if name is None else name
        # The layer or model that gives it, and what that was called on; None: nothing, of an input.
        self._layer: Any = None
        self._source: KerasTensor | None = None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        return (
            f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse=False, ragged=False, "
            f"name={self.name}>"
        )

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise ValueError(f"{_NO_NUMBERS} Received: {self!r}")

    def __len__(self) -> int:
        raise TypeError(f"{_NO_NUMBERS} Received: {self!r}")

    __bool__ = __len__
    __float__ = __int__ = __array__

    def __iter__(self) -> Any:
        raise NotImplementedError(f"{_NO_NUMBERS} Received: {self!r}")

    def _refuse(self, *_: Any) -> Any:
        raise TypeError(
            "A symbolic tensor can only be given to layers and models: use a layer in place of an "
            f"operator or an index. Received: {self!r}"
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _refuse
    __rtruediv__ = __matmul__ = __rmatmul__ = __pow__ = __neg__ = __abs__ = __getitem__ = _refuse


_NO_NUMBERS = (
    "A symbolic tensor has no numbers: it stands for data that come later. Call layers and models "
    "on it."
)


def only_tensor(value: Any, name: str) -> KerasTensor:
    """Return the symbolic tensor that an argument is, or that it is a list of.

    Args:
        value: What was given.
        name: The argument's name.

    Raises:
        ValueError: it is something else, or there are several.
    """
    items = list(value.values()) if isinstance(value, dict) else value
    items = items if isinstance(items, list | tuple) else [items]
    for item in items:
        if not isinstance(item, KerasTensor):
            raise ValueError(
                f"`{name}` must be a symbolic tensor: what `Input` or a layer called on one "
                f"returns. Received: {name}={shown(value)} (of type {type(value).__name__})"
            )
    if len(items) != 1:
        raise ValueError(
            f"`{name}` must be one tensor: a model is a chain of layers, with one input and one "
            f"output. Models with several, and with branches, are not supported. "
            f"Received: {len(items)} of them"
        )
    return items[0]
