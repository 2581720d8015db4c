"""Keras 2's texts and sequences, which Keras 3 keeps for TensorFlow's name of it."""

import importlib
import random

import numpy as np

from .harness import Case, draw

TEXTS = [
    "The quick brown fox, jumped over\tthe lazy dog!",
    "A quick-witted fox; a LAZY one?",
    "",
    "dogs & foxes: the end (of the fox)",
]
LISTS = [["The", "fox"], ["the", "the", "End"]]


def module(keras, name):
    if keras.__name__ == "cornu":
        return importlib.import_module(f"cornu.preprocessing.{name}")
    return importlib.import_module(f"keras._tf_keras.keras.preprocessing.{name}")


def as_text(value):
    return np.array(str(value))


def plain(mapping):
    return as_text(list(mapping.items()))


def run_tokenizer(keras, dtype):
    text = module(keras, "text")
    options = {
        "default": {},
        "few": {"num_words": 4},
        "unknown": {"num_words": 6, "oov_token": "fox"},
        "out": {"oov_token": "<OOV>"},
        "letters": {"char_level": True, "num_words": 9},
        "as they are": {"lower": False, "filters": "!", "split": "o"},
        "analyzer": {"analyzer": lambda words: words.upper().split("E")},
    }
    fields = {}
    for name, given in options.items():
        tokenizer = text.Tokenizer(**given)
        tokenizer.fit_on_texts(TEXTS[:3])
        tokenizer.fit_on_texts(LISTS)
        sequences = tokenizer.texts_to_sequences(TEXTS + LISTS)
        fields |= {
            f"{name}: index": plain(tokenizer.word_index),
            f"{name}: counts": plain(tokenizer.word_counts),
            f"{name}: docs": as_text(sorted(tokenizer.word_docs.items())),
            f"{name}: index docs": as_text(sorted(tokenizer.index_docs.items())),
            f"{name}: sequences": as_text(sequences),
            f"{name}: texts": as_text(tokenizer.sequences_to_texts([*sequences, [99, 1]])),
        }
        for mode in ("binary", "count", "freq", "tfidf"):
            fields[f"{name}: {mode}"] = tokenizer.texts_to_matrix(TEXTS, mode=mode)
        again = text.tokenizer_from_json(tokenizer.to_json())
        fields[f"{name}: again"] = as_text(again.texts_to_sequences(LISTS))
    counted = text.Tokenizer(num_words=5)
    counted.fit_on_sequences([[1, 2, 2], [], [4, 9]])
    matrix = counted.sequences_to_matrix([[1, 1, 9], [4]], mode="tfidf")
    return fields | {"sequences": matrix, "document count": counted.document_count}


def run_words(keras, dtype):
    text = module(keras, "text")
    return {
        "words": as_text(text.text_to_word_sequence(TEXTS[0])),
        "others": as_text(text.text_to_word_sequence(TEXTS[1], "ai", False, "--")),
        "hashes": np.array(text.hashing_trick(TEXTS[0], 7, "md5")),
        "own": np.array(text.hashing_trick(TEXTS[3], 5, len, analyzer=str.split)),
    }


def run_windows(keras, dtype):
    sequence = module(keras, "sequence")
    data, targets = draw("windows", 23, 2, dtype=dtype), draw("targets", 23, dtype=dtype)
    options = {
        "default": {},
        "every second": {"sampling_rate": 2, "stride": 3},
        "part": {"start_index": 3, "end_index": 15, "reverse": True},
        "drawn": {"shuffle": True},
    }
    fields = {}
    for name, given in options.items():
        windows = sequence.TimeseriesGenerator(data, targets, 5, batch_size=4, **given)
        fields[f"{name}: count"] = len(windows)
        for index in (0, len(windows) - 1):
            np.random.seed(3)  # noqa: NPY002
            fields[f"{name}: x {index}"], fields[f"{name}: y {index}"] = windows[index]
    return fields


def run_pairs(keras, dtype):
    sequence = module(keras, "sequence")
    table = sequence.make_sampling_table(30, 1e-3)
    options = {
        "default": {"seed": 7},
        "near": {"window_size": 1, "negative_samples": 0},
        "columns": {"categorical": True, "negative_samples": 0.5, "shuffle": False},
        "sampled": {"sampling_table": table},
    }
    fields = {"table": table, "small factor": sequence.make_sampling_table(9)}
    for name, given in options.items():
        random.seed(11)
        couples, labels = sequence.skipgrams([3, 0, 8, 29, 4, 4, 17], 30, **given)
        fields |= {f"{name}: couples": np.array(couples), f"{name}: labels": np.array(labels)}
    return fields


CASES = [
    Case("tokenizer", run_tokenizer),
    Case("words", run_words),
    Case("windows", run_windows),
    Case("pairs", run_pairs),
]
