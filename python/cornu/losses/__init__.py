"""Losses: what training makes small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cornu.losses.crossentropies import BinaryCrossentropy as BinaryCrossentropy
from cornu.losses.crossentropies import CategoricalCrossentropy as CategoricalCrossentropy
from cornu.losses.crossentropies import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from cornu.losses.crossentropy import binary_crossentropy as binary_crossentropy
from cornu.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from cornu.losses.crossentropy import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from cornu.losses.focal import BinaryFocalCrossentropy as BinaryFocalCrossentropy
from cornu.losses.focal import CategoricalFocalCrossentropy as CategoricalFocalCrossentropy
from cornu.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from cornu.losses.focal import categorical_focal_crossentropy as categorical_focal_crossentropy
from cornu.losses.hinges import CategoricalHinge as CategoricalHinge
from cornu.losses.hinges import Hinge as Hinge
from cornu.losses.hinges import SquaredHinge as SquaredHinge
from cornu.losses.hinges import categorical_hinge as categorical_hinge
from cornu.losses.hinges import hinge as hinge
from cornu.losses.hinges import squared_hinge as squared_hinge
from cornu.losses.loss import Loss as Loss
from cornu.losses.noise_robust import (
    CategoricalGeneralizedCrossEntropy as CategoricalGeneralizedCrossEntropy,
)
from cornu.losses.noise_robust import (
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from cornu.losses.overlaps import Dice as Dice
from cornu.losses.overlaps import Tversky as Tversky
from cornu.losses.overlaps import dice as dice
from cornu.losses.overlaps import tversky as tversky
from cornu.losses.own_loss import FunctionLoss as _FunctionLoss
from cornu.losses.pairs import Circle as Circle
from cornu.losses.pairs import circle as circle
from cornu.losses.probabilistic import KLDivergence as KLDivergence
from cornu.losses.probabilistic import Poisson as Poisson
from cornu.losses.probabilistic import kl_divergence as kl_divergence
from cornu.losses.probabilistic import poisson as poisson
from cornu.losses.quantiles import QuantileLoss as QuantileLoss
from cornu.losses.quantiles import quantile_loss as quantile_loss
from cornu.losses.regression import MeanAbsoluteError as MeanAbsoluteError
from cornu.losses.regression import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from cornu.losses.regression import MeanSquaredError as MeanSquaredError
from cornu.losses.regression import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from cornu.losses.regression import mean_absolute_error as mean_absolute_error
from cornu.losses.regression import mean_absolute_percentage_error as mean_absolute_percentage_error
from cornu.losses.regression import mean_squared_error as mean_squared_error
from cornu.losses.regression import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from cornu.losses.robust import CosineSimilarity as CosineSimilarity
from cornu.losses.robust import Huber as Huber
from cornu.losses.robust import LogCosh as LogCosh
from cornu.losses.robust import cosine_similarity as cosine_similarity
from cornu.losses.robust import huber as huber
from cornu.losses.robust import log_cosh as log_cosh
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.custom_objects import CustomObjectScope as _CustomObjectScope
from cornu.utils.errors import shown as _shown
from cornu.utils.lookup import entry_of as _entry_of
from cornu.utils.lookup import look_up as _look_up
from cornu.utils.naming import object_name as _object_name

# Each function with the class that reduces it.
_CLASSES: dict[Callable[..., Any], type[Loss]] = {
    mean_squared_error: MeanSquaredError,
    mean_absolute_error: MeanAbsoluteError,
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
    huber: Huber,
    log_cosh: LogCosh,
    cosine_similarity: CosineSimilarity,
    poisson: Poisson,
    kl_divergence: KLDivergence,
    hinge: Hinge,
    squared_hinge: SquaredHinge,
    categorical_hinge: CategoricalHinge,
    binary_focal_crossentropy: BinaryFocalCrossentropy,
    categorical_focal_crossentropy: CategoricalFocalCrossentropy,
    categorical_generalized_cross_entropy: CategoricalGeneralizedCrossEntropy,
    dice: Dice,
    tversky: Tversky,
    circle: Circle,
    quantile_loss: QuantileLoss,
}
_BY_NAME: dict[str, Any] = {thing.__name__: thing for pair in _CLASSES.items() for thing in pair}
# Not in `__all__`, for Keras 3 has them as strings alone; older programs have them here too.
_SHORT_NAMES: dict[str, Callable[..., Any]] = {
    "mse": mean_squared_error,
    "MSE": mean_squared_error,
    "mae": mean_absolute_error,
    "MAE": mean_absolute_error,
    "bce": binary_crossentropy,
    "BCE": binary_crossentropy,
    "mape": mean_absolute_percentage_error,
    "MAPE": mean_absolute_percentage_error,
    "msle": mean_squared_logarithmic_error,
    "MSLE": mean_squared_logarithmic_error,
    "kld": kl_divergence,
    "KLD": kl_divergence,
    # tf.keras's further names, which programs still use.
    "kullback_leibler_divergence": kl_divergence,
    "logcosh": log_cosh,
    "cosine_proximity": cosine_similarity,
    "huber_loss": huber,
}
_BY_NAME.update(_SHORT_NAMES)
_BY_SHAPE_NAMES = ("crossentropy", "ce")

__all__ = [
    "Loss",
    *(thing.__name__ for pair in _CLASSES.items() for thing in pair),
    "deserialize",
    "get",
    "serialize",
]


def get(identifier: Any) -> Any:
    """Return the loss that a name, class or object stands for.

    Args:
        identifier: A name such as `"mse"` or `"MeanSquaredError"`; a configuration, which
            `serialize` returned; a loss, loss class or function;
            or None.

    Returns:
        A `Loss` for the name of a class, or a class; a function of `(y_true, y_pred)` for the name
        of a function; anything else that can be called as it is; None for None.

    Raises:
        ValueError: there is no such loss.

    Example:

    >>> import cornu
    >>> cornu.losses.get("mse") is cornu.losses.mean_squared_error
    True
    >>> cornu.losses.get("MeanSquaredError")
    <MeanSquaredError name=mean_squared_error>

    Source: https://keras.io/api/losses/
    """
    if identifier is None:
        return None
    thing = _look_up("loss", identifier, _BY_NAME, __name__, _BY_SHAPE_NAMES)
    if not callable(thing):
        raise ValueError(
            "`loss` must be a name, a loss or a function. "
            f"Received: loss={_shown(identifier)} (of type {type(identifier).__name__})"
        )
    return thing


def serialize(loss: Any) -> Any:
    """Return a loss as plain values.

    Args:
        loss: A `Loss`, or a function.

    Raises:
        ValueError: there is no plain form of it.

    Example:

    >>> import cornu
    >>> cornu.losses.serialize(cornu.losses.MeanSquaredError())["class_name"]
    'MeanSquaredError'

    Source: https://keras.io/api/losses/
    """
    from cornu.saving.serialization import serialize_keras_object

    return serialize_keras_object(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the loss that `serialize` was given, or that a name stands for.

    Args:
        name: What it returned; `module` and `config` may be left out. Or what `get` takes.
        custom_objects: Classes and functions of one's own by name.

    Raises:
        ValueError: there is no such loss.

    Example:

    >>> import cornu
    >>> cornu.losses.deserialize({"class_name": "MeanSquaredError", "config": {"name": "mine"}})
    <MeanSquaredError name=mine>

    Source: https://keras.io/api/losses/
    """
    with _CustomObjectScope(custom_objects):
        return get(name)


def for_compile(
    identifier: Any,
    output_shape: tuple[Any, ...] | None = None,
    target_shape: tuple[Any, ...] | None = None,
) -> Loss:
    """Return the `Loss` object that a `loss=` argument of `compile` stands for.

    Args:
        identifier: What `get` takes, None apart; also `"crossentropy"` or `"ce"`, which the shapes
            decide: binary where the output has one column, sparse where the targets have one axis
            less or one column, else categorical.
        output_shape: The shape of the predictions, the batch included. Only those two names need
            it.
        target_shape: The shape of the targets, the batch included. Only those two names need it.

    Returns:
        A `Loss`; one made of a function has the name by which it was asked for.

    Raises:
        ValueError: there is no such loss, or a shape is missing.

    Example:

    >>> import cornu
    >>> cornu.losses.for_compile("mse")
    <MeanSquaredError name=mse>
    >>> cornu.losses.for_compile("ce", output_shape=(None, 10), target_shape=(None,))
    <SparseCategoricalCrossentropy name=ce>
    """
    if isinstance(identifier, str) and identifier.lower() in _BY_SHAPE_NAMES:
        if output_shape is None or target_shape is None:
            raise ValueError(
                f"The shapes of output and targets must be known for loss={_shown(identifier)}. "
                "Received: None"
            )
        function = _BY_NAME[f"{label_kind(output_shape, target_shape)}_crossentropy"]
        return _CLASSES[function](name=identifier)
    thing = get(identifier)
    if thing is None:
        raise ValueError("`loss` must be a name, a loss or a function. Received: loss=None")
    if isinstance(thing, Loss):
        return thing
    made_by = _entry_of(_CLASSES, thing)
    name = identifier if isinstance(identifier, str) else _object_name(thing)
    return _FunctionLoss(thing, name=name) if made_by is None else made_by(name=name)


def label_kind(output_shape: tuple[Any, ...], target_shape: tuple[Any, ...]) -> str:
    """Return what kind of labels the targets are, as far as shapes tell.

    Args:
        output_shape: The shape of the predictions, the batch included.
        target_shape: The shape of the targets, the batch included.

    Returns:
        `"binary"`, `"sparse_categorical"` or `"categorical"`.

    Example:

    >>> from cornu.losses import label_kind
    >>> label_kind((None, 1), (None,)), label_kind((None, 3), (None, 1))
    ('binary', 'sparse_categorical')
    >>> label_kind((None, 3), (None, 3))
    'categorical'
    """
    columns = output_shape[-1]
    if columns == 1:
        return "binary"
    if len(target_shape) < len(output_shape) or target_shape[-1] == 1:
        return "sparse_categorical"
    return "categorical"


def __getattr__(name: str) -> object:
    if name in _SHORT_NAMES:
        return _SHORT_NAMES[name]
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
