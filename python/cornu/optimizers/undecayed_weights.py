"""Weights that an optimizer's step treats otherwise than the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cornu import _core
from cornu.optimizers.common_arguments import check_patterns
from cornu.utils.arrays import address_of


class UndecayedWeights:
    """The part of an optimizer that knows which weights are not decayed; `Optimizer` says more."""

    # What the user excluded: weights, and patterns of names.
    _undecayed: Sequence[Any] = ()
    _undecayed_names: tuple[str, ...] = ()

    @property
    def _excludes(self) -> bool:
        return bool(self._undecayed or self._undecayed_names)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Say which weights `weight_decay` leaves alone, in place of what was said before.

        It counts for fits and steps that begin afterwards.

        Args:
            var_list: Weights, such as `layer.bias`; None: none.
            var_names: Regular expressions; a weight with one of them in its name, such as
                `"bias"`, is left alone. None: none.

        Raises:
            TypeError: `var_list` holds something that is no weight of a built layer.
            ValueError: `var_names` is no list of regular expressions.

        Example:

        >>> import cornu
        >>> optimizer = cornu.optimizers.AdamW(weight_decay=0.01)
        >>> optimizer.exclude_from_weight_decay(var_names=["bias"])

        Source: https://keras.io/api/optimizers/
        """
        undecayed = list(var_list or ())
        names = tuple(check_patterns("var_names", var_names))
        _core.check_weights(undecayed)
        self._undecayed, self._undecayed_names = undecayed, names

    @property
    def _path_patterns(self) -> list[str]:
        """The regular expressions that it looks for in the paths of weights."""
        return list(self._undecayed_names)

    @property
    def _has_exceptions(self) -> bool:
        """Whether there may be weights that its step treats otherwise than the rest."""
        return self._excludes

    def _left_to_adam(self, weights: Sequence[Any]) -> list[Any]:
        """Matrices among the weights that Muon takes Adam's steps for."""
        return []

    def _undecayed_among(self, weights: Sequence[Any]) -> list[Any]:
        """Those of the weights that are not decayed."""
        if not self._excludes:
            return []
        patterns = [re.compile(name) for name in self._undecayed_names]
        addresses = {address_of(view) for view in self._undecayed}
        return [
            weight
            for weight in weights
            if address_of(weight) in addresses or any(one.search(weight.name) for one in patterns)
        ]
