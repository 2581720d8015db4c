"""Which optimizer moves which weight, by the weights' paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.path_patterns import check_pattern
from cornu.utils.errors import shown


class OptimizerMap(MutableMapping[str, Optimizer]):
    """Optimizers by regular expressions of weights' paths, for a `MultiOptimizer`.

    A path is looked for as it stands, then an expression that all of it matches.

    Args:
        default_optimizer: The optimizer of weights that nothing fits.
        optimizer_map: A dictionary from paths, or regular expressions, to optimizers; None: empty.

    Raises:
        TypeError: `default_optimizer` is no optimizer, or `optimizer_map` no dictionary.

    Example:

    >>> from cornu import optimizers
    >>> by_path = optimizers.OptimizerMap(optimizers.SGD(), {".*/head/.*": optimizers.Adam()})
    >>> type(by_path["sequential/head/kernel"]).__name__, type(by_path["bias"]).__name__
    ('Adam', 'SGD')

    Source: https://keras.io/api/optimizers/
    """

    def __init__(
        self, default_optimizer: Optimizer, optimizer_map: dict[str, Optimizer] | None = None
    ) -> None:
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                "`default_optimizer` must be one of cornu.optimizers. "
                f"Received: default_optimizer={shown(default_optimizer)}"
            )
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(
                "`optimizer_map` must be a dictionary from paths to optimizers. "
                f"Received: optimizer_map={shown(optimizer_map)}"
            )
        self._default_optimizer = default_optimizer
        self._optimizers: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    @property
    def default_optimizer(self) -> Optimizer:
        """The optimizer of weights that nothing fits."""
        return self._default_optimizer

    def __getitem__(self, key: str) -> Optimizer:
        """The optimizer of a path.

        Raises:
            ValueError: several expressions match it.
        """
        if key in self._optimizers:
            return self._optimizers[key]
        found = [pattern for pattern in self._optimizers if re.fullmatch(pattern, key)]
        if len(found) > 1:
            raise ValueError(
                f"Multiple optimizers assigned to variable {key}: only one of the expressions may "
                f"match it. Received: {found}"
            )
        return self._optimizers[found[0]] if found else self._default_optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        """Let an optimizer move the weights whose path is `key`, or matches it.

        Raises:
            ValueError: there is one, `key` is no regular expression, or `optimizer` can't be one
                of several.
        """
        if not isinstance(key, str) or not _is_pattern(key):
            raise ValueError(f"A key must be a regular expression. Received: {shown(key)}")
        if key in self._optimizers:
            raise ValueError(
                f"'{key}' already exists in the OptimizerMap with value {self._optimizers[key]}: "
                "take it out first."
            )
        self._optimizers[key] = check_part(optimizer)

    def __delitem__(self, key: str) -> None:
        del self._optimizers[key]

    def __len__(self) -> int:
        return len(self._optimizers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizers)

    def __call__(self, variable: Any) -> Optimizer:
        """Return the optimizer of a weight."""
        return self[variable.path]

    def get_config(self) -> dict[str, Any]:
        """Return what makes such a map again."""
        from cornu.saving.serialization import serialize_keras_object

        return {
            "default_optimizer": serialize_keras_object(self._default_optimizer),
            "optimizer_map": serialize_keras_object(self._optimizers),
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> OptimizerMap:
        """Make a map from what `get_config` returned.

        Args:
            config: The optimizers.
            custom_objects: Classes of one's own, by name.
        """
        from cornu.saving.serialization import deserialize_keras_object

        result = cls(deserialize_keras_object(config["default_optimizer"], custom_objects))
        for key, one in config["optimizer_map"].items():
            result[key] = deserialize_keras_object(one, custom_objects)
        return result


def check_part(optimizer: Any) -> Optimizer:
    """Return what is to be one of several optimizers.

    Raises:
        ValueError: it is none, or has parts itself.
    """
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"`optimizer` must be one of cornu.optimizers. Received: {optimizer!r}")
    if optimizer._is_divided:
        raise ValueError(f"optimizer cannot be MultiOptimizer. Received: {optimizer!r}")
    return optimizer


def _is_pattern(key: str) -> bool:
    try:
        check_pattern(key)
    except re.error:
        return False
    return True
