"""The configurations of models, as files and texts have them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from cornu.saving.serialization import make_object
from cornu.utils.errors import shown
from cornu.utils.memory_limit import take_contents

# What a value takes of memory at least, in a list or a dictionary.
_VALUE_NBYTES = 64
# Each model within a model takes four, and ten of Python's calls, of which there are 1000.
_MOST_DEPTH = 200


def parse_json(text: str | bytes, what: str) -> Any:
    """Return what is written as JSON.

    Args:
        text: The text.
        what: What it is called in errors.

    Raises:
        ValueError: it is no JSON, nested too deep, or has more values than its file may.
    """
    count = sum(
        text.count(mark) if isinstance(text, str) else text.count(mark.encode()) for mark in "[{,"
    )
    take_contents(f"The values of {what}", _VALUE_NBYTES * count)
    try:
        found = json.loads(text, object_pairs_hook=_without_repetition)
    except ValueError as error:
        raise ValueError(f"{what} must be JSON. Received: {error}") from None
    except RecursionError:
        raise _too_deep(what) from None
    _check_values(found, what)
    return found


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dictionary, of which everyone who reads it makes the same."""
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        raise ValueError(f"each key must stand once, and there are repeatedly {shown(repeated)}")
    return found


def _take_texts(key: str, value: Any) -> None:
    """Count the texts of a list as NumPy has them, each padded to the longest; a vocabulary is no
    array."""
    is_list = isinstance(value, list)
    if not is_list or (key == "vocabulary" and all(isinstance(word, str) for word in value)):
        return
    count, longest = 0, 0
    level = value
    while level:
        count += len(level)
        longest = max([longest, *(len(one) for one in level if isinstance(one, str))])
        level = [one for inner in level if isinstance(inner, list) for one in inner]
    if longest:
        take_contents("The texts of a list", 4 * count * longest)


def _check_values(found: Any, what: str) -> None:
    level = [found]
    for _ in range(_MOST_DEPTH):
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return
        for pairs in (one for one in level if isinstance(one, dict)):
            for key, value in pairs.items():
                _take_texts(key, value)
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [one for many in inner for one in many]
    raise _too_deep(what)


def _too_deep(what: str) -> ValueError:
    return ValueError(f"{what} must be nested at most {_MOST_DEPTH} deep.")


def parse_model(text: str | bytes, what: str) -> Mapping[str, Any]:
    """Return the configuration of a model that is written as JSON.

    Args:
        text: The text.
        what: What it is called in errors.

    Raises:
        ValueError: it is no JSON, or not of an object with a class.
    """
    config = parse_json(text, what)
    if not isinstance(config, Mapping) or "class_name" not in config or "config" not in config:
        raise ValueError(
            f"{what} must be the configuration of a model, a dictionary with 'class_name' and "
            f"'config'. Received: {shown(config)}"
        )
    return config


def make_model(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None, safe_mode: bool = True
) -> Any:
    """Return the model that a configuration stands for, not compiled.

    Args:
        config: What `parse_model` returned.
        custom_objects: Classes and functions of one's own by name.
        safe_mode: Whether what may do harm is refused.

    Raises:
        ValueError: it stands for something else, or can't be made.
    """
    from cornu.models.model import Model

    try:
        model = make_object(config, custom_objects, safe_mode)
    except RecursionError:
        raise ValueError(f"The configuration is nested too deep: {shown(config)}") from None
    if not isinstance(model, Model):
        raise ValueError(
            "The configuration must be of a model, such as 'Sequential'. Received: one of "
            f"{config['class_name']!r}"
        )
    return model
