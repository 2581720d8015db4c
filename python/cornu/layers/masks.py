"""Masks: which layers hand them on."""

from __future__ import annotations

from typing import Any


class Masks:
    """What a layer or a model has to do with a mask, which says what of its input counts."""

    # Whether it hands a mask on, as long as nobody has said otherwise.
    _supports_masking = False

    @property
    def supports_masking(self) -> bool:
        """Whether a mask of the input is one of the output too; settable."""
        return self._supports_masking

    @supports_masking.setter
    def supports_masking(self, value: Any) -> None:
        self._supports_masking = bool(value)

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
