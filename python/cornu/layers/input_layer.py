"""The shape of a model's input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.config import floatx, resolve_dtype
from cornu.keras_tensor import KerasTensor
from cornu.layers.arguments import (
    check_batch_shape,
    check_name,
    check_row_shape,
    refuse_unsupported,
)
from cornu.utils.keywords import unrecognized
from cornu.utils.naming import unique_name
from cornu.utils.number import check_integer
from cornu.utils.old_keywords import given_twice

if TYPE_CHECKING:
    from cornu.layers.arguments import BatchShape

# For layers that run before the core.
_OTHER_DTYPES = ("string", "int32", "int64")


class InputLayer:
    """The input of a model: a shape, and no computation.

    Args:
        shape: The shape of a row, the batch not counted.
        batch_size: A size for the batch axis in `batch_shape`; batches of every size are taken all
            the same, as in Keras.
        dtype: `"float32"`, `"float64"` or None; it must be that of the layers. Arrays of every
            real dtype are taken all the same. Before a layer that makes numbers of strings or
            categories: `"string"`, `"int32"` or `"int64"`.
        sparse: None or False; sparse arrays are not supported.
        ragged: None or False; ragged arrays are not supported.
        batch_shape: The shape with the batch, in place of `shape` and `batch_size`.
        input_tensor: None; symbolic tensors are not supported.
        optional: False.
        name: A name; None: `input_layer`, `input_layer_1`, ...
        **kwargs: `input_shape` and `batch_input_shape`, older names of `shape` and `batch_shape`.

    Raises:
        ValueError: a shape is missing, or is none.

    Example:

    >>> import cornu
    >>> cornu.layers.InputLayer(shape=(28, 28)).batch_shape
    (None, 28, 28)

    Source: https://keras.io/api/layers/core_layers/input/
    """

    _more_keywords = ("input_shape", "batch_input_shape")

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        shape = _either("shape", shape, "input_shape", kwargs.pop("input_shape", None))
        batch_shape = _either(
            "batch_shape", batch_shape, "batch_input_shape", kwargs.pop("batch_input_shape", None)
        )
        if kwargs:
            raise unrecognized(InputLayer, kwargs)
        refuse_unsupported({"input_tensor": input_tensor})
        refuse_unsupported(
            {
                "sparse": False if sparse is None else sparse,
                "ragged": False if ragged is None else ragged,
                "optional": optional,
            },
            default=False,
        )
        if (shape is None) == (batch_shape is None):
            raise ValueError(
                "One of `shape` and `batch_shape` must be given. "
                f"Received: shape={shape}, batch_shape={batch_shape}"
            )
        if batch_shape is not None:
            if batch_size is not None:
                raise ValueError(
                    "`batch_size` must not be given beside `batch_shape`, which has it. "
                    f"Received: batch_size={batch_size}, batch_shape={batch_shape}"
                )
            self._batch_shape = check_batch_shape("batch_shape", batch_shape)
        else:
            batch = None if batch_size is None else check_integer("batch_size", batch_size)
            self._batch_shape = (batch, *check_row_shape("shape", shape))
        # What the model's layers must have, where it was said.
        self._other_dtype = dtype if dtype in _OTHER_DTYPES else None
        self._given_dtype = None
        if dtype is not None and self._other_dtype is None:
            self._given_dtype = resolve_dtype(dtype)
        self._dtype = self._other_dtype or self._given_dtype or floatx()
        self._name = unique_name("input_layer") if name is None else check_name(name)
        self._given_name = name
        self._output: KerasTensor | None = None
        # As of any layer; it makes no difference here.
        self.trainable = True
        # Whether nobody named the shape: data had it, and others may have another.
        self._is_of_data = False

    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes such an input of.

        Example:

        >>> import cornu
        >>> cornu.layers.InputLayer((4,), name="x").get_config()["batch_shape"]
        [None, 4]

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        return {
            "batch_shape": list(self._batch_shape),
            "dtype": self._dtype,
            "sparse": False,
            "ragged": False,
            "name": self._name,
            "optional": False,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputLayer:
        """Make an input from what `get_config` returned.

        Args:
            config: The plain values.

        Example:

        >>> import cornu
        >>> config = cornu.layers.InputLayer((4,), name="x").get_config()
        >>> cornu.layers.InputLayer.from_config(config)
        <InputLayer name=x, built=True>

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        made = cls(**config)
        # A configuration always has a type, which need not be the layers': nobody has asked for it.
        made._given_dtype = None
        return made

    def _like(self, batch_shape: BatchShape) -> InputLayer:
        """This input for data of another shape."""
        other = InputLayer(batch_shape=batch_shape, dtype=self._given_dtype, name=self._name)
        other._is_of_data, other._dtype = self._is_of_data, self._dtype
        return other

    @property
    def output(self) -> KerasTensor:
        """What layers are called on, the same object at each read."""
        if self._output is None:
            number = None if self.takes_other_types else self._dtype
            self._output = KerasTensor(self._batch_shape, number, name=self._given_name)
            self._output.dtype = self._dtype
            self._output._layer = self
        return self._output

    input = output

    @property
    def weights(self) -> list[Any]:
        """An empty list: there are none."""
        return []

    variables = trainable_weights = trainable_variables = weights
    non_trainable_weights = non_trainable_variables = weights

    def get_weights(self) -> list[Any]:
        """Return an empty list.

        Example:

        >>> import cornu
        >>> cornu.layers.InputLayer((4,)).get_weights()
        []

        Source: https://keras.io/api/layers/base_layer/
        """
        return []

    def count_params(self) -> int:
        """Return 0.

        Example:

        >>> import cornu
        >>> cornu.layers.InputLayer((4,)).count_params()
        0

        Source: https://keras.io/api/layers/base_layer/
        """
        return 0

    def compute_output_shape(self, input_shape: Any = None) -> tuple[int | None, ...]:
        """Return the shape of the input.

        Args:
            input_shape: Of no effect.

        Example:

        >>> import cornu
        >>> cornu.layers.InputLayer((4,)).compute_output_shape()
        (None, 4)

        Source: https://keras.io/api/layers/base_layer/
        """
        return self._batch_shape

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def batch_shape(self) -> BatchShape:
        """The shape, the batch first."""
        return self._batch_shape

    shape = batch_shape

    @property
    def dtype(self) -> str:
        """The float type."""
        return self._dtype

    @property
    def takes_other_types(self) -> bool:
        """Whether it is one of strings or integers, for a layer that makes numbers of them."""
        return self._other_dtype is not None

    @property
    def built(self) -> bool:
        """True: there is nothing to build."""
        return True

    def __repr__(self) -> str:
        return f"<InputLayer name={self._name}, built=True>"

    def _repr_html_(self) -> str:
        """Its shape and configuration as a table, which notebooks show."""
        from cornu.utils.layer_html import layer_html

        return layer_html(self)


def Input(  # noqa: N802
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """Return the input of a model: to stand before its first layer, or to call layers on.

    Args:
        shape: The shape of a row, the batch not counted.
        batch_size: See `InputLayer`, as for all the others.
        dtype: A float type.
        sparse: None or False.
        ragged: None or False.
        batch_shape: The shape with the batch, in place of `shape` and `batch_size`.
        name: A name.
        tensor: None.
        optional: False.

    Returns:
        The symbolic tensor of an `InputLayer`.

    Raises:
        ValueError: a shape is missing, or is none.

    Example:

    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(2)])
    >>> model.input_shape
    (None, 4)
    >>> inputs = cornu.Input((4,))
    >>> cornu.Model(inputs, cornu.layers.Dense(2)(inputs)).output_shape
    (None, 2)

    Source: https://keras.io/api/layers/core_layers/input/
    """
    return InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    ).output


def _either(name: str, value: Any, old_name: str, old_value: Any) -> Any:
    if value is not None and old_value is not None:
        raise given_twice(name, value, old_name, old_value)
    return old_value if value is None else value
