"""The configurations of models, as files and texts have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cornu.saving.serialization import make_object
from cornu.utils.errors import shown


def parse_json(text: str | bytes, what: str) -> Any:
    """Return what is written as JSON.

    Args:
        text: The text.
        what: What it is called in errors.

    Raises:
        ValueError: it is no JSON, or nested too deep.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{what} must be JSON. Received: {error}") from None


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
        safe_mode: Whether a lambda is refused.

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
