"""A weight: an array that views the core's memory and has a name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import _core
from cornu.config import floatx
from cornu.custom.derivatives import value_of
from cornu.utils.arrays import any_type, is_among
from cornu.utils.errors import shown
from cornu.utils.naming import unique_name

# Methods that would return a Variable, with the name of a weight that it isn't.
# fmt: off
_ARRAY_METHODS = (
    "__getitem__", "all", "any", "argmax", "argmin", "argpartition", "argsort", "astype",
    "byteswap", "choose", "clip", "compress", "conj", "conjugate", "cumprod", "cumsum", "diagonal",
    "dot", "flatten", "getfield", "max", "mean", "min", "nonzero", "prod", "ravel", "repeat",
    "reshape", "round", "searchsorted", "squeeze", "std", "sum", "swapaxes", "take", "trace",
    "transpose", "var",
)
# fmt: on
# Keras's, for what runs on several devices.
_AGGREGATIONS = (None, "none", "mean", "sum", "only_first_replica")
_SYNCHRONIZATIONS = (None, "none", "on_read", "on_write", "auto")
# Of a weight of the core.
_MOST_AXES = 8
_ARRAY_ATTRIBUTES = ("T", "mT", "real", "imag", "flat")


class Variable(np.ndarray):
    """A named array whose memory is a weight's own: writing to it changes the layer.

    A layer's `kernel` and `bias` are of this class. Whatever is computed from one, or indexed out
    of it, is a plain NumPy array; what is indexed out is a view of the same memory. Copies made by
    `copy` and `pickle` have memory of their own.

    Args:
        initializer: The first value; or an initializer, its name, or a function of `(shape,
            dtype)` that makes the value.
        shape: The shape for `initializer`, where that makes the value.
        dtype: `"float32"` or `"float64"`, another NumPy type, or None for the value's own
            (`floatx()` for Python floats).
        trainable: Whether `fit` changes it.
        autocast: Of no effect: there is one float type, to which nothing is cast.
        aggregation: How several copies would be made one; there is one, and it has no effect.
        synchronization: When they would be; likewise.
        name: A name; None: `variable`, `variable_1`, ...
        layout: None: the array lies on one device.

    Raises:
        ValueError: `initializer` is a function or a name and there is no `shape`; the value is no
            numbers, or the name no string without a slash.

    Example:

    >>> import cornu
    >>> v = cornu.Variable([1.0, 2.0], name="scale")
    >>> v[0] = 3
    >>> v.assign_add([1.0, 1.0])
    array([4., 3.], dtype=float32)
    >>> v
    <Variable path=scale, shape=(2,), dtype=float32, value=[4. 3.]>
    >>> v * 2
    array([8., 6.], dtype=float32)

    Source: https://keras.io/api/ops/ (the class `keras.Variable`)
    """

    # Below ndarray's 0, so that np.concatenate and the like choose ndarray for what they make.
    __array_priority__ = -1.0

    name: str
    path: str
    _trainable: bool
    _regularizer: Any = None
    _constraint: Any = None
    _overwrite_with_gradient = False

    def __new__(
        cls,
        initializer: Any,
        shape: tuple[int, ...] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = "none",
        synchronization: str | None = "auto",
        name: str | None = None,
        layout: None = None,
    ) -> Variable:
        for option, given, known in (
            ("autocast", autocast, (True, False)),
            ("aggregation", aggregation, _AGGREGATIONS),
            ("synchronization", synchronization, _SYNCHRONIZATIONS),
            ("layout", layout, (None,)),
        ):
            if not is_among(given, known):
                raise ValueError(
                    f"Invalid value for argument `{option}`. Expected one of {known}. "
                    f"Received: {option}={given!r}"
                )
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(
                "`name` must be a string without '/'. "
                f"Received: name={name!r} (of type {type(name).__name__})"
            )
        if isinstance(initializer, str):
            from cornu import initializers

            initializer = initializers.get(initializer)
        if callable(initializer):
            if shape is None:
                raise ValueError(
                    "`shape` must be given where `initializer` is a function or a name. "
                    "Received: shape=None"
                )
            value = np.asarray(initializer(shape, dtype=any_type(dtype)))
        else:
            value = _as_value(initializer)
            if dtype is None and not hasattr(initializer, "dtype") and value.dtype.kind == "f":
                dtype = floatx()
        if value.dtype.kind not in "biuf":
            raise ValueError(
                "`initializer` must be numbers, an initializer or its name. "
                f"Received: {type(initializer).__name__} of dtype {value.dtype}"
            )
        own = np.array(value, dtype=None if dtype is None else any_type(dtype), order="C")
        return cls.view_of(_in_core(own), name or unique_name("variable"), trainable=trainable)

    @classmethod
    def view_of(
        cls, array: np.ndarray, name: str, path: str | None = None, trainable: bool = True
    ) -> Variable:
        """Return the array's memory as a Variable.

        Args:
            array: An array, which must stay where it is (the view keeps it alive).
            name: Such as `kernel`.
            path: Such as `sequential/dense/kernel`; None: the name.
            trainable: Whether `fit` changes it.
        """
        view = array.view(cls)
        view.name = name
        view.path = path or name
        view._trainable = bool(trainable)
        return view

    def __array_finalize__(self, source: np.ndarray | None) -> None:
        self.name = getattr(source, "name", "variable")
        self.path = getattr(source, "path", self.name)
        self._trainable = getattr(source, "_trainable", True)

    @property
    def value(self) -> np.ndarray:
        """The same memory as a plain array."""
        return self.view(np.ndarray)

    @property
    def trainable(self) -> bool:
        """Whether `fit` changes it; set with `layer.trainable` for all weights of a layer."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        raise AttributeError(
            "`trainable` of a variable follows its layer's: set `layer.trainable`. "
            f"Received: {self.path}.trainable = {shown(value)}"
        )

    @property
    def regularizer(self) -> Any:
        """What its layer adds to the loss for it, of `cornu.regularizers`; None: nothing."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, value: Any) -> None:
        raise AttributeError(
            "`regularizer` of a variable is what its layer was made with, and can't be changed. "
            f"Received: {self.path}.regularizer = {shown(value)}"
        )

    @property
    def constraint(self) -> Any:
        """What an optimizer's `apply_gradients` puts it under after each step; None: nothing.

        A layer's weight has its layer's.
        """
        return self._constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        if value is not None and not callable(value):
            raise ValueError(
                "`constraint` must be None or a function of an array, such as one of "
                f"cornu.constraints. Received: {self.path}.constraint = {shown(value)}"
            )
        self._refuse_layers("constraint", value)
        self._constraint = value

    @property
    def overwrite_with_gradient(self) -> bool:
        """Whether an optimizer's `apply_gradients` writes the gradient itself into it, in place of
        a step; with accumulation, the largest of the gradients."""
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: bool) -> None:
        if not isinstance(value, bool | np.bool_):
            raise TypeError(
                "`overwrite_with_gradient` must be True or False. "
                f"Received: {self.path}.overwrite_with_gradient = {shown(value)}"
            )
        self._refuse_layers("overwrite_with_gradient", value)
        self._overwrite_with_gradient = bool(value)

    def _refuse_layers(self, name: str, value: Any) -> None:
        # `fit` would not see it: the core's layer has been told what it is to do.
        if self.path != self.name:
            raise AttributeError(
                f"`{name}` can be set for variables of one's own; a layer's weight has what the "
                f"layer was made with. Received: {self.path}.{name} = {shown(value)}"
            )

    def numpy(self) -> np.ndarray:
        """Return a copy as a plain array."""
        return np.array(self)

    def assign(self, value: Any) -> np.ndarray:
        """Write `value` into the memory and return it as an array of this type.

        Raises:
            ValueError: it is no numbers, or its shape is another one. Nothing is broadcast;
                `v[...] = value` does that.
        """
        array = _as_value(value_of(value))
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"`value` must be numbers for the variable {self.path}. "
                f"Received: {type(value).__name__} of dtype {array.dtype}"
            )
        if array.shape != self.shape:
            raise ValueError(
                f"`value` must have the shape of the variable {self.path}, {self.shape}. "
                f"Received: value of shape {array.shape}"
            )
        array = array.astype(self.dtype)
        self[...] = array
        return array

    def assign_add(self, value: Any) -> np.ndarray:
        """Add `value`, broadcast to the shape, and return the sum."""
        return self.assign(self.value + np.asarray(value_of(value), dtype=self.dtype))

    def assign_sub(self, value: Any) -> np.ndarray:
        """Subtract `value`, broadcast to the shape, and return the difference."""
        return self.assign(self.value - np.asarray(value_of(value), dtype=self.dtype))

    def copy(self, order: Any = "C") -> np.ndarray:  # type: ignore[override]  # no Variable
        """Return a copy as a plain array."""
        return self.value.copy(order)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.get("out")
        if out is not None:
            kwargs["out"] = tuple(map(_plain, out))
        result = getattr(ufunc, method)(*map(_plain, inputs), **kwargs)
        # Writing in place must give the Variable back, or `v += 1` would put a plain array in its
        # stead.
        return out[0] if out is not None and len(out) == 1 else result

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        result = super().__array_function__(func, types, args, kwargs)
        if isinstance(result, tuple | list) and type(result) in (tuple, list):
            return type(result)(map(_plain, result))
        return _plain(result)

    def __reduce__(self) -> tuple[Any, ...]:
        rules = self._regularizer, self._constraint, self._overwrite_with_gradient
        return _rebuild, (np.array(self), self.name, self.path, self._trainable, rules)

    def __copy__(self) -> Variable:
        rebuild, arguments = self.__reduce__()
        return rebuild(*arguments)

    def __deepcopy__(self, memo: Any) -> Variable:
        rebuild, arguments = self.__reduce__()
        return rebuild(*arguments[:-1], copy.deepcopy(arguments[-1], memo))

    def __repr__(self) -> str:
        described = f"path={self.path}, shape={self.shape}, dtype={self.dtype}"
        return f"<Variable {described}, value={self.value}>"

    __str__ = __repr__


def _plain(thing: Any) -> Any:
    return thing.view(np.ndarray) if isinstance(thing, Variable) else thing


def _as_value(thing: Any) -> np.ndarray:
    try:
        return np.asarray(thing)
    except ValueError:  # ragged lists
        return np.empty(0, object)


def _in_core(array: np.ndarray) -> np.ndarray:
    """The numbers in the core's memory, where that can have them, so that an optimizer can move
    them."""
    if array.dtype not in (np.float32, np.float64) or array.ndim > _MOST_AXES:
        return array
    weight = _core.weight(array.dtype.name, array.shape)
    weight[...] = array
    return weight


def _rebuild(
    array: np.ndarray,
    name: str,
    path: str,
    trainable: bool,
    rules: tuple[Any, Any, bool] = (None, None, False),
) -> Variable:
    made = Variable.view_of(_in_core(array), name, path, trainable)
    made._regularizer, made._constraint, made._overwrite_with_gradient = rules
    return made


def _plain_method(name: str) -> Callable[..., Any]:
    def method(self: Variable, *args: Any, **kwargs: Any) -> Any:
        return getattr(self.view(np.ndarray), name)(*args, **kwargs)

    method.__name__ = name
    method.__doc__ = f"ndarray.{name} of the plain array."
    return method


def _plain_attribute(name: str) -> property:
    return property(
        lambda self: getattr(self.view(np.ndarray), name), doc=f"ndarray.{name} of the plain array."
    )


for _name in _ARRAY_METHODS:
    setattr(Variable, _name, _plain_method(_name))
for _name in _ARRAY_ATTRIBUTES:
    if hasattr(np.ndarray, _name):  # mT came with NumPy 2.0
        setattr(Variable, _name, _plain_attribute(_name))
