"""Layers that make numbers of strings and categories: kinds of data, vocabularies, errors."""

import numpy as np
import pytest

import cornu as keras
from cornu import _core

layers = keras.layers


def test_hashes_are_the_published_ones():
    """SipHash's first test vectors; what Keras's pages show of both hashes."""
    key = tuple(int.from_bytes(bytes(range(at, at + 8)), "little") for at in (0, 8))
    bins = 2**63 - 1
    expected = {0: 0x726FDB47DD0E0E31, 1: 0x74F839C593DC67FD, 15: 0xA129CA6149BE45E5}
    for count, value in expected.items():
        found = _core.hash_buckets([bytes(range(count))], bins, key)
        assert int(found[0]) == value % bins
    words = [["A"], ["B"], ["C"], ["D"], ["E"]]
    assert layers.Hashing(3)(words).ravel().tolist() == [1, 0, 1, 1, 2]
    masked = layers.Hashing(3, mask_value="")
    assert masked(["A", "B", "", "C", "D"]).tolist() == [1, 1, 0, 2, 2]
    assert layers.Hashing(3, salt=[133, 137])(words).ravel().tolist() == [1, 2, 1, 0, 2]


@pytest.mark.parametrize("text", ["", "é", "a" * 65, "日本" * 40])
def test_strings_and_their_bytes_have_one_hash(text):
    as_bytes = np.array([text.encode()], object)
    for salt in (None, 3):
        layer = layers.Hashing(10**9, salt=salt)
        assert layer([text]).tolist() == layer(as_bytes).tolist()


def test_hashes_of_other_things_are_refused():
    with pytest.raises(TypeError, match="`texts` must be str or bytes"):
        _core.hash_buckets([1], 3, ())
    for bins, key in ((0, ()), (3, (1,))):
        with pytest.raises(ValueError, match="`bins` must be positive"):
            _core.hash_buckets(["a"], bins, key)
    with pytest.raises(ValueError, match="`inputs` must be strings"):
        layers.Hashing(3)(np.array(["a", None], object))


@pytest.mark.parametrize(
    "words",
    [
        [["a"], ["b"]],
        np.array([["a"], ["b"]]),
        np.array([["a"], ["b"]], object),
        np.array([[b"a"], [b"b"]]),
    ],
)
def test_every_kind_of_strings(words):
    assert layers.StringLookup(vocabulary=["b", "a"])(words).tolist() == [[2], [1]]


def test_vocabularies(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("bee\nété\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(path), mask_token="")
    assert layer.get_vocabulary() == ["", "[UNK]", "bee", "été"]
    assert layer([["été", "", "x"]]).tolist() == [[3, 0, 1]]
    path.write_text("12\n-3\n")
    assert layers.IntegerLookup(vocabulary=str(path))([-3, 12, 0]).tolist() == [2, 1, 0]
    inverse = layers.StringLookup(vocabulary=layer.get_vocabulary(), invert=True, mask_token="")
    assert inverse([[3, 0, 1, 9]]).tolist() == [["été", "", "[UNK]", "[UNK]"]]


def test_the_configuration_of_a_vocabulary_from_a_file(tmp_path):
    """The layer's own has none; whatever is made of a model has it, when the file is gone too."""
    path = tmp_path / "words.txt"
    path.write_text("bee\nété\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(path), name="words")
    path.unlink()
    assert layer.get_config()["vocabulary"] is None
    assert type(layer).from_config(layer.get_config()).vocabulary_size() == 1
    model = keras.Sequential([layer])
    with pytest.warns(UserWarning, match="no weights yet"):
        model.save(tmp_path / "model.keras")
    for other in (
        keras.models.load_model(tmp_path / "model.keras"),
        keras.models.clone_model(model),
        keras.Sequential.from_config(model.get_config()),
    ):
        assert other.get_layer("words").get_vocabulary() == ["[UNK]", "bee", "été"]
    layer.set_vocabulary(["a"])
    assert layer.get_config()["vocabulary"] == ["a"]


def test_adapting_to_batches():
    layer = layers.StringLookup(num_oov_indices=2)
    layer.adapt(batch for batch in (np.array([["b", "a"]]), np.array([["b", "c"]])))
    assert layer.get_vocabulary() == ["[UNK]", "[UNK]", "b", "c", "a"]
    layer.adapt(batch for batch in (["b", "a"], ["b", "c", "b"]))
    assert layer.get_vocabulary() == ["[UNK]", "[UNK]", "b", "c", "a"]
    layer.adapt([["z"]])
    assert layer.get_vocabulary(include_special_tokens=False) == ["z"]
    layer.reset_state()
    assert layer.vocabulary_size() == 2
    series = layers.IntegerLookup(max_tokens=3)
    series.adapt(np.array([5, 5, 9, 9, 9, 1]), batch_size=2, steps=2)
    assert series.get_vocabulary() == [-1, 9, 5]


def test_configurations_make_the_same_layer_again():
    x = np.array([["a", "b", "z"]])
    found = layers.StringLookup(output_mode="tf_idf", max_tokens=7, pad_to_max_tokens=True)
    found.adapt([["a", "b"], ["b", "c"]])
    bins = layers.Discretization(num_bins=3)
    bins.adapt(np.arange(30.0))
    numbers = layers.IntegerLookup(vocabulary=[3, 5], num_oov_indices=3)
    for layer, data in (
        (found, x),
        (layers.StringLookup(vocabulary=["b"], mask_token="a"), x),
        (numbers, [[3, 4, 5]]),
        (layers.Hashing(7, salt=3), x),
        (layers.Hashing(7, output_mode="count"), x),
        (layers.CategoryEncoding(3, "one_hot"), [[1, 2]]),
        (bins, [[3.0, 17.0, 40.0]]),
        (layers.Discretization([1, 2], output_mode="multi_hot"), [[3.0, 17.0]]),
    ):
        config = layer.get_config()
        again = type(layer).from_config(config)
        assert again.name == layer.name
        np.testing.assert_array_equal(again(data), layer(data))
        assert again(data).dtype == layer(data).dtype
    # Keras's Discretization has no such argument, and would refuse the file.
    assert "trainable" not in bins.get_config()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.Hashing(0), "`num_bins` must be"),
        (lambda: layers.Hashing(3, salt="x"), "`salt` must be an integer or two"),
        (lambda: layers.Hashing(3, salt=[1, 2, 3]), "`salt` must be an integer or two"),
        (lambda: layers.Hashing(3, dtype="float32"), "`dtype` must be 'int32' or 'int64'"),
        (lambda: layers.Hashing(3, sparse=True), "`sparse` must be False"),
        (lambda: layers.Hashing(3, output_mode="x"), "`output_mode` must be one of"),
        (lambda: layers.CategoryEncoding(), "`num_tokens` must be"),
        (lambda: layers.CategoryEncoding(3, "int"), "`output_mode` must be one of"),
        (lambda: layers.Discretization(), "One of `bin_boundaries` and `num_bins`"),
        (lambda: layers.Discretization([1], num_bins=2), "One of `bin_boundaries` and `num_bins`"),
        (lambda: layers.Discretization([2, 1]), "must be numbers in order"),
        (lambda: layers.Discretization([np.nan]), "must be numbers in order"),
        (lambda: layers.Discretization(num_bins=2, epsilon=0), "`epsilon` must be"),
        (lambda: layers.StringLookup(max_tokens=1), "`max_tokens` must be"),
        (lambda: layers.StringLookup(num_oov_indices=-1), "`num_oov_indices` must be"),
        (lambda: layers.StringLookup(pad_to_max_tokens=True), "`max_tokens` must be given"),
        (lambda: layers.StringLookup(invert=True, output_mode="count"), "where invert=True"),
        (lambda: layers.StringLookup(vocabulary=["a", "a"]), "each word once"),
        (lambda: layers.StringLookup(vocabulary=["a", ""], mask_token=""), "only at its start"),
        (lambda: layers.StringLookup(vocabulary=[1]), "`vocabulary` must be strings"),
        (lambda: layers.StringLookup(vocabulary=["a"] * 0, num_oov_indices=0), "must"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "at most max_tokens=2"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "`idf_weights` must"),
        (lambda: layers.StringLookup(vocabulary=["a"], idf_weights=[1]), "`idf_weights` must be"),
        (lambda: layers.IntegerLookup(vocabulary_dtype="int32"), "must be 'int64'"),
        (lambda: layers.IntegerLookup(salt=3), "with oov_method='farmhash'"),
        (lambda: layers.IntegerLookup(oov_method="x"), "`oov_method` must be"),
        (lambda: layers.IntegerLookup(vocabulary=[1.5]), "must be whole numbers"),
    ],
)
def test_arguments_that_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_inputs_that_are_refused():
    with pytest.raises(ValueError, match=r"all words must be in the vocabulary.*'z'"):
        layers.StringLookup(vocabulary=["a"], num_oov_indices=0)([["a", "z"]])
    with pytest.raises(ValueError, match="from 0 to 2"):
        layers.CategoryEncoding(3)([[0, 3]])
    with pytest.raises(ValueError, match="whole numbers"):
        layers.CategoryEncoding(3)([[0.5]])
    with pytest.raises(ValueError, match="`count_weights` must be None"):
        layers.CategoryEncoding(3)([[0]], count_weights=[[1.0]])
    with pytest.raises(ValueError, match="no boundaries yet"):
        layers.Discretization(num_bins=3)([1.0])
    with pytest.raises(ValueError, match="no vocabulary yet"):
        layers.StringLookup(output_mode="count")([["a"]])
    with pytest.raises(ValueError, match="without a `vocabulary`"):
        layers.StringLookup(vocabulary=["a"]).adapt(["b"])
    with pytest.raises(ValueError, match="made with `num_bins`"):
        layers.Discretization([1]).adapt([2.0])
    with pytest.raises(TypeError, match="must be an array or a list"):
        layers.StringLookup()(object())
