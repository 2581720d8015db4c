"""Modules and functions where Keras 2 had them: breaks when a program can't import one."""

import json
import subprocess
import sys

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

# As published programs write them.
IMPORTS = """
from cornu.layers.core import Dense, Dropout, Activation, Flatten
from cornu.layers.normalization import BatchNormalization
from cornu.layers.advanced_activations import LeakyReLU, PReLU
from cornu.layers.noise import GaussianNoise
from cornu.layers.experimental.preprocessing import Rescaling
from cornu.callbacks.callbacks import EarlyStopping
from cornu.optimizers.legacy import SGD
from cornu.optimizers import legacy
from cornu.utils import np_utils
from cornu.utils.np_utils import to_categorical
from cornu.utils.generic_utils import get_custom_objects, Progbar
from cornu.utils.data_utils import get_file
from cornu.preprocessing.sequence import pad_sequences
from cornu.preprocessing import sequence, text
from cornu.preprocessing.text import Tokenizer, one_hot
from cornu.models import Sequential
import cornu.layers.core
import cornu.utils.np_utils as utils
"""


@pytest.mark.parametrize("line", IMPORTS.strip().splitlines())
def test_imports(line):
    """Each in a process of its own: an import leaves names behind."""
    subprocess.run([sys.executable, "-c", f"{line}\nimport cornu.layers"], check=True)


def test_they_are_the_same():
    from cornu.layers.core import Dense
    from cornu.utils.np_utils import to_categorical

    assert Dense is keras.layers.Dense
    assert keras.utils.np_utils.to_categorical is to_categorical is keras.utils.to_categorical
    assert keras.preprocessing.sequence.pad_sequences is keras.utils.pad_sequences
    with pytest.raises(ImportError, match="'Conv2D' of Keras is not supported by cornu yet"):
        exec("from cornu.layers.convolutional import Conv2D")
    with pytest.raises(ImportError):
        exec("from cornu.layers.nonsense import Dense")


# ---- Texts


@pytest.fixture
def tokenizer():
    made = keras.preprocessing.text.Tokenizer(num_words=5)
    made.fit_on_texts(["a a a b b c", "b d"])
    return made


def test_a_classifier_of_words(tokenizer):
    texts = ["a a b", "c d", "a", "d c d"] * 8
    x = tokenizer.texts_to_matrix(texts, mode="count")
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, np.array([1, 0, 1, 0] * 8), epochs=30, verbose=0)
    assert model.evaluate(x, np.array([1, 0, 1, 0] * 8), verbose=0)[1] == 1


def test_windows_train_a_model():
    series = np.sin(np.arange(40.0))
    windows = keras.preprocessing.sequence.TimeseriesGenerator(series, series, 4, batch_size=8)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit_generator(windows, epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    text = json.loads(windows.to_json())
    assert (text["class_name"], text["config"]["length"]) == ("TimeseriesGenerator", 4)


def test_what_texts_refuse(tokenizer):
    text = keras.preprocessing.text
    refused(lambda: tokenizer.texts_to_matrix(["a"], mode="mean"), "`mode`", "'tfidf'", "'mean'")
    empty = text.Tokenizer()
    refused(lambda: empty.sequences_to_matrix([[1]]), "`num_words`", "fit_on_texts")
    few = text.Tokenizer(num_words=3)
    refused(lambda: few.sequences_to_matrix([[1]], mode="tfidf"), "'tfidf'", "fit_on_texts")
    refused(lambda: text.Tokenizer(words=3), "'words'", error=TypeError)
    refused(lambda: text.Tokenizer(num_words=-3), "`num_words`", "-3")
    assert text.Tokenizer(nb_words=3).num_words == 3
    refused(lambda: text.text_to_word_sequence(3), "`input_text`", "3", error=TypeError)
    refused(lambda: text.one_hot("a", 1), "`n`", "1")
    refused(lambda: text.hashing_trick("a", 9, "sha"), "`hash_function`", "'sha'")
    for wrong in ("", "[]", '{"config": {}}', tokenizer.to_json().replace("word_docs", "docs")):
        refused(lambda wrong=wrong: text.tokenizer_from_json(wrong), "`json_string`")


def test_what_sequences_refuse():
    sequence = keras.preprocessing.sequence
    windows = sequence.TimeseriesGenerator
    refused(lambda: windows([1, 2], [1], 1), "2 and 1")
    refused(lambda: windows([1, 2], [1, 2], 3), "`end_index`", "=3", "=1")
    refused(lambda: windows([1, 2], [1, 2], 1, end_index=2), "at most 1", "end_index=2")
    refused(lambda: windows([1, 2], [1, 2], 0), "`length`", "0")
    refused(lambda: windows([1, 2], [1, 2], 1)[1], "1 batches", error=IndexError)
    refused(lambda: windows([1, 2], [1, {2}], 1).get_config(), "`targets`", error=TypeError)
    refused(lambda: sequence.skipgrams([1, 1], 1), "`vocabulary_size`", "1")
    refused(lambda: sequence.skipgrams([1, 1], 3, negative_samples=-1), "-1")
    refused(lambda: sequence.make_sampling_table(0), "`size`", "0")
