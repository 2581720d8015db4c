"""A container of named values, for the settings of a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cornu.utils.errors import nearest_name


class Config:
    """Named values that are read and set as attributes or as items, and can be frozen.

    Args:
        **kwargs: The first values by name.

    Example:

    >>> import cornu
    >>> config = cornu.utils.Config(learning_rate=0.1, momentum=0.9)
    >>> config.seed = 123
    >>> config["seed"], config.momentum, len(config)
    (123, 0.9, 3)
    >>> config.freeze()
    >>> config.seed = 7
    Traceback (most recent call last):
    ValueError: Cannot mutate attribute(s) because the config is frozen. Received: 'seed'
    >>> config.to_json()
    '{"learning_rate": 0.1, "momentum": 0.9, "seed": 123}'
    >>> config.unfreeze()
    >>> config.update(epochs=5)
    >>> config.pop("seed"), config.get("seed", 7), config.as_dict() == dict(config.items())
    (123, 7, True)
    >>> list(config.keys()), list(config.values())
    (['learning_rate', 'momentum', 'epochs'], [0.1, 0.9, 5])

    Source: https://keras.io/api/utils/experiment_management_utils/
    """

    def __init__(self, **kwargs: Any) -> None:
        object.__setattr__(self, "_config", kwargs)
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self) -> bool:
        """Whether values can't be changed."""
        return self._frozen

    def freeze(self) -> None:
        """Let nothing be changed from now on."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self) -> None:
        """Let values be changed again."""
        object.__setattr__(self, "_frozen", False)

    def as_dict(self) -> dict[str, Any]:
        """Return the values by name, in a dictionary of its own."""
        return dict(self._config)

    def to_json(self) -> str:
        """Return the values as JSON."""
        import json

        return json.dumps(self._config)

    def keys(self) -> Any:
        """Return the names."""
        return self._config.keys()

    def values(self) -> Any:
        """Return the values."""
        return self._config.values()

    def items(self) -> Any:
        """Return pairs of name and value."""
        return self._config.items()

    def get(self, keyname: str, value: Any = None) -> Any:
        """Return the value of a name; `value` where there is none."""
        return self._config.get(keyname, value)

    def pop(self, *args: Any) -> Any:
        """Remove a name, as a dictionary does, and return its value."""
        self._refuse_if_frozen(args[0] if args else None)
        return self._config.pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set many values, as a dictionary does."""
        self._refuse_if_frozen(dict(*args, **kwargs))
        self._config.update(*args, **kwargs)

    def _refuse_if_frozen(self, what: Any) -> None:
        if self._frozen:
            raise ValueError(
                f"Cannot mutate attribute(s) because the config is frozen. Received: {what!r}"
            )

    def __getattr__(self, name: str) -> Any:
        # A copy that is being made has no values yet.
        config = self.__dict__.get("_config", {})
        if name in config:
            return config[name]
        near = None if name.startswith("_") else nearest_name(name, config)
        advice = "" if near is None else f" Did you mean {near!r}?"
        raise AttributeError(f"Unknown attribute: {name!r}.{advice}")

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name):
            raise AttributeError(
                f"{name!r} is a method or property of Config: use config[{name!r}] for a value of "
                "this name."
            )
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self:
            raise AttributeError(f"Unknown attribute: {name!r}.")
        del self[name]

    def __getitem__(self, key: str) -> Any:
        return self._config[key]

    def __setitem__(self, key: str, item: Any) -> None:
        self._refuse_if_frozen(key)
        self._config[key] = item

    def __delitem__(self, key: str) -> None:
        self._refuse_if_frozen(key)
        del self._config[key]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._config))

    def __len__(self) -> int:
        return len(self._config)

    def __contains__(self, item: object) -> bool:
        return item in self._config

    def __getstate__(self) -> dict[str, Any]:
        return {"_config": dict(self._config), "_frozen": self._frozen}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"<Config {self._config}>"
