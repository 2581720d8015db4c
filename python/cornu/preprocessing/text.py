"""Texts by Keras 2's names: cut into words, and words made numbers."""

from __future__ import annotations

from cornu.preprocessing.tokenizer import Tokenizer as Tokenizer
from cornu.preprocessing.tokenizer import tokenizer_from_json as tokenizer_from_json
from cornu.preprocessing.words import hashing_trick as hashing_trick
from cornu.preprocessing.words import one_hot as one_hot
from cornu.preprocessing.words import text_to_word_sequence as text_to_word_sequence
from cornu.utils.absent_names import absent_name as _absent_name

__all__ = [
    "Tokenizer",
    "hashing_trick",
    "one_hot",
    "text_to_word_sequence",
    "tokenizer_from_json",
]


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
