"""Keys of configurations that a class doesn't know: those of other versions of Keras."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.keywords import keywords_of
from cornu.utils.old_keywords import old_keywords
from cornu.utils.ownership import is_of_cornu
from cornu.utils.user_frame import user_level


def without_unknown_keys(kind: Any, config: Any) -> Any:
    """Return a configuration without what a class of cornu's has no argument for, with a warning
    that names it; None says nothing, and is left out without one.

    Args:
        kind: The class. A class of the user's has to know itself, and so has one that says by
            `_takes_any_key` that it does: a model, and what hands on what it doesn't know.
        config: What its `from_config` would be given.

    Example:

    >>> import cornu
    >>> from cornu.saving.unknown_keys import without_unknown_keys
    >>> without_unknown_keys(cornu.layers.Dense, {"units": 2, "of_tomorrow": None})
    {'units': 2}
    """
    is_own = not isinstance(kind, type) or not is_of_cornu(kind)
    if is_own or getattr(kind, "_takes_any_key", False) or not isinstance(config, Mapping):
        return config
    known = keywords_of(kind)
    known += old_keywords(known)
    return known_part(kind.__name__, config, known)


def known_part(name: str, config: Mapping[str, Any], known: Collection[str]) -> Mapping[str, Any]:
    """Return what of a configuration is known, with a warning that names what else is not None."""
    unknown = {key: value for key, value in config.items() if key not in known}
    if not unknown:
        return config
    told = {key: value for key, value in unknown.items() if value is not None}
    if told:
        warnings.warn(
            f"A saved {name!r} has what cornu's doesn't know, and is loaded without it: "
            f"{shown(told)}",
            stacklevel=user_level(),
        )
    return {key: value for key, value in config.items() if key not in unknown}
