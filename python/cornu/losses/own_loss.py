"""Losses that users write in Python: as objects, and as the core calls them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.custom.derivatives import pull_back
from cornu.custom.raised import user_code
from cornu.losses.loss import Loss, core_reduction
from cornu.losses.reduction import reduce_losses
from cornu.utils.arrays import match_ranks
from cornu.utils.errors import check_returned, shown
from cornu.utils.kept_masks import keep_mask
from cornu.utils.overriding import overridden

if TYPE_CHECKING:
    from cornu._core import LossSpec

_METHODS = ("call", "__call__")


class FunctionLoss(Loss):
    """A loss of a function of `(y_true, y_pred)` that the user wrote.

    Args:
        fn: The function; it returns one loss a sample.
        name: A name.
        reduction: As of every `Loss`.
        dtype: Likewise.
        **kwargs: More arguments for `fn`.

    Example:

    >>> import numpy as np
    >>> from cornu.losses.own_loss import FunctionLoss
    >>> cubed = FunctionLoss(lambda y_true, y_pred: np.mean(abs(y_true - y_pred) ** 3, axis=-1))
    >>> float(cubed([[0.0], [0.0]], [[1.0], [2.0]]))
    4.5
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the function's value, of arrays of as many axes where one of size 1 parts them."""
        return self.fn(*match_ranks(y_true, y_pred), **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such a loss again."""
        return {**super().get_config(), "fn": self.fn, **self._fn_kwargs}


def is_own_loss(loss: Loss) -> bool:
    """Return whether Python computes a loss: it is none of cornu's, or has methods of its own.

    Example:

    >>> import cornu
    >>> from cornu.losses.own_loss import FunctionLoss, is_own_loss
    >>> is_own_loss(cornu.losses.MeanSquaredError()), is_own_loss(FunctionLoss(max))
    (False, True)
    """
    return (
        isinstance(loss, FunctionLoss)
        or type(loss).specification is Loss.specification
        or overridden(loss, _METHODS) is not None
    )


def loss_specification(loss: Loss, output_shape: tuple[Any, ...] | None = None) -> LossSpec:
    """Return what the core is told of a loss, of cornu's or of the user's.

    Args:
        loss: The loss.
        output_shape: The shape of the predictions, the batch included; None: not known yet.

    Raises:
        ValueError: it reduces nothing.
    """
    if not is_own_loss(loss):
        if output_shape is None:
            return loss.specification
        return loss._specification_for(output_shape)
    return "foreign", False, 0.0, core_reduction(loss.reduction), LossCall(loss)


class LossCall:
    """What the core calls for each batch; it keeps no reference that would keep itself alive.

    Args:
        loss: The loss.
    """

    def __init__(self, loss: Loss) -> None:
        self._loss = weakref.ref(loss)

    def __call__(
        self,
        y_true: np.ndarray,
        y_pred: np.ndarray,
        sample_weight: np.ndarray | None,
        wants_gradient: bool,
        mask: np.ndarray | None = None,
    ) -> tuple[float, np.ndarray | None]:
        """Return the loss of a batch and, if wanted, its derivatives by `y_pred`."""
        loss = self._loss()
        if loss is None:
            raise RuntimeError("The loss that the model was compiled with is gone.")
        keep_mask(y_pred, mask)
        with user_code():
            target = y_true.astype(y_pred.dtype, copy=False)
            target.flags.writeable = False
            if not wants_gradient:
                return _number(loss, _evaluate(loss, target, y_pred, sample_weight)), None
            value, back = pull_back(lambda p: loss(target, p, sample_weight), y_pred)
            return _number(loss, value), back(np.ones_like(value))[0]


def _evaluate(loss: Loss, target: Any, y_pred: Any, sample_weight: Any) -> Any:
    """The loss of a batch, in float64 as the core's own are, unless it reduces by itself."""
    if overridden(loss, ("__call__",)) is not None:
        return loss(target, y_pred, sample_weight)
    losses = loss._losses(target, y_pred)
    mask = loss._mask(losses, y_pred)
    return reduce_losses(losses, sample_weight, mask, loss.reduction, "float64")


def _number(loss: Loss, value: Any) -> float:
    if np.shape(check_returned("loss", loss.name, value)) != ():
        raise ValueError(
            f"The loss {loss.name!r} must return one number. Received: an array of shape "
            f"{np.shape(value)}: {shown(value)}"
        )
    return float(value)
