"""Vocabularies that Keras keeps in files of their own, beside a model's weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cornu.saving.archive import Archive
from cornu.saving.saved_names import check_class_name
from cornu.saving.weights_file import read_weights_of_words
from cornu.utils.errors import shown
from cornu.utils.naming import numbered_names, snake_case


def take_vocabularies(archive: Archive, config: Mapping[str, Any]) -> None:
    """Put each vocabulary of an archive into the configuration of its layer.

    Args:
        archive: The archive of a whole model.
        config: The model's configuration, which is changed.

    Raises:
        ValueError: there is a vocabulary for no layer, or one without the weights that its layer
            has of the words.
    """
    found = {name for name in archive.names if name.endswith("/vocabulary.txt")}
    for place, layer in _layers(config):
        name = f"assets/layers/{place}/vocabulary.txt"
        if name not in found:
            continue
        found.remove(name)
        settings = layer.get("config")
        if not isinstance(settings, dict):
            raise ValueError(f"{name} of the archive is for a layer without a configuration.")
        words = archive.read(name).decode().rstrip("\n").split("\n")
        settings["vocabulary"] = words
        if settings.get("output_mode") in ("tf_idf", "tf-idf"):
            settings["idf_weights"] = read_weights_of_words(archive, place, len(words))
    if found:
        raise ValueError(
            f"The archive has vocabularies of layers that the model has not: {shown(sorted(found))}"
        )


def _layers(config: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The configurations of a model's layers, each with the name that it has in the archive."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, Mapping) else None
    found = []
    for layer in layers if isinstance(layers, list) else []:
        kind = layer.get("class_name") if isinstance(layer, dict) else None
        if isinstance(kind, str) and kind != "InputLayer":
            found.append((snake_case(check_class_name(kind)), layer))
    names = numbered_names(name for name, _ in found)
    return zip(names, (layer for _, layer in found), strict=True)
