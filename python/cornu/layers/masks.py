"""Masks: which layers make them, use them and hand them on."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.custom.raised import user_code
from cornu.utils.errors import shown
from cornu.utils.kept_masks import keep_mask, mask_of
from cornu.utils.user_frame import user_level


class Masks:
    """What a layer or a model has to do with a mask, which says what of its input counts."""

    # Whether it hands a mask on, as long as nobody has said otherwise.
    _supports_masking = False
    # Whether its output has a mask of its own making.
    _makes_mask = False

    @property
    def _takes_mask(self) -> bool:
        """Whether what it gives out depends on a mask, which a call may have as an argument."""
        return False

    @property
    def supports_masking(self) -> bool:
        """Whether a mask of the input is one of the output too; settable."""
        return self._supports_masking

    @supports_masking.setter
    def supports_masking(self, value: Any) -> None:
        self._supports_masking = bool(value)
        self._tell_core()

    @property
    def _hands_mask_on(self) -> bool:
        """Whether the core is to hand a mask on."""
        return bool(self.supports_masking)

    def _gives_mask(self: Any, is_masked: bool) -> bool:
        """Whether its output has a mask for an input with one or without."""
        if not (self._makes_mask and self._is_own):
            return self._makes_mask or (is_masked and self._hands_mask_on)
        zeros = np.zeros((1, *self._row), self._dtype)
        mask = np.ones(zeros.shape[:-1], bool) if is_masked else None
        with user_code(), np.errstate(all="ignore"):
            return self.compute_mask(zeros, mask) is not None

    def _tell_core(self) -> None:
        """Let the core know."""

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return the mask of the output: that of the input.

        Args:
            inputs: The input; of no account here.
            previous_mask: Its mask; None: it has none.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> cornu.layers.Dense(2).compute_mask(np.ones((2, 3)), np.array([True, False]))
        array([ True, False])

        Source: https://keras.io/guides/understanding_masking_and_padding/
        """
        return previous_mask

    def _mask_for(self, inputs: Any, mask: Any) -> np.ndarray | None:
        """The mask of a call: its argument, or else the one that the input has."""
        if mask is None:
            return mask_of(inputs)
        if not self._takes_mask:
            raise TypeError(
                f"{type(self).__name__} got an unexpected keyword argument 'mask': nothing in it "
                f"depends on a mask. Received: mask={shown(mask)}"
            )
        return as_mask(mask)

    def _hand_mask_on(self: Any, x: np.ndarray, mask: np.ndarray | None, output: Any) -> None:
        """Keep the mask of an output, for whatever takes that next."""
        if self._makes_mask or (mask is not None and self.supports_masking):
            keep_mask(output, self.compute_mask(x, mask))
        elif mask is not None:
            warn_of_lost_mask(self)


def as_mask(mask: Any) -> np.ndarray:
    """Return the argument `mask` of a call as an array.

    Raises:
        ValueError: it is none of bools or numbers.
    """
    given = np.asarray(mask)
    if given.dtype.kind not in "biuf":
        raise ValueError(f"`mask` must be of numbers or bools. Received: mask={shown(mask)}")
    return given


def mask_for_core(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a mask as the core reads it, of all axes of an input but the last.

    Args:
        mask: The mask, or what broadcasts to it: bools, or numbers that are not 0 where it counts.
        shape: The input's shape.

    Raises:
        ValueError: it has another shape.
    """
    if mask.ndim != len(shape) - 1:
        raise ValueError(
            "The mask provided should be one dimension less than the inputs. Received: "
            f"mask.shape={mask.shape}, inputs.shape={shape}"
        )
    try:
        whole = np.broadcast_to(mask != 0, shape[:-1])
    except ValueError:
        raise ValueError(
            "`mask` must have the shape of the inputs but for their last axis, or one that "
            f"broadcasts to it. Received: mask.shape={mask.shape}, inputs.shape={shape}"
        ) from None
    return np.ascontiguousarray(whole)


def warn_of_lost_mask(layer: Any) -> None:
    """Warn that a layer does not hand a mask on."""
    warnings.warn(
        f"Layer '{layer.name}' (of type {type(layer).__name__}) was passed an input with a mask "
        "attached to it. However, this layer does not support masking and will therefore destroy "
        "the mask information. Downstream layers will not see the mask.",
        UserWarning,
        stacklevel=user_level(),
    )


def warn_of_lost_masks(chain: Sequence[Any]) -> None:
    """Warn of each layer of a chain at which a mask gets lost."""
    is_masked = False
    for layer in chain:
        if is_masked and not (layer._makes_mask or layer.supports_masking):
            warn_of_lost_mask(layer)
        is_masked = layer._gives_mask(is_masked)
