"""Layers that make numbers of strings and categories, in front of a model: every way in."""

import json
import zipfile

import h5py
import numpy as np
import pytest

import cornu as keras

layers = keras.layers
X = np.array([["a"], ["b"], ["c"], ["a"], ["z"], ["b"]] * 5)
IDS = np.array([{"a": 1, "b": 2, "c": 3, "z": 0}[word] for word in X.ravel()])
Y = (X == "a").astype("float32")


def model_of_words(has_input=True, **options):
    lookup = layers.StringLookup(vocabulary=["a", "b", "c"], output_mode="one_hot")
    first = [keras.Input((1,), dtype="string")] if has_input else []
    model = keras.Sequential([*first, lookup, layers.Dense(3, "tanh"), layers.Dense(1)], **options)
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model


def model_of_rows():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model


ROWS = np.eye(4, dtype="float32")[IDS]


@pytest.mark.parametrize("has_input", [True, False])
def test_it_is_the_model_of_what_the_layers_make(has_input):
    model, plain = model_of_words(has_input), model_of_rows()
    model.predict(X[:1], verbose=0)
    plain.set_weights(model.get_weights())
    options = {"epochs": 3, "verbose": 0, "batch_size": 4, "shuffle": False}
    got = model.fit(X, Y, validation_data=(X[:7], Y[:7]), **options)
    expected = plain.fit(ROWS, Y, validation_data=(ROWS[:7], Y[:7]), **options)
    assert got.history == expected.history
    for x, rows in ((X, ROWS), (X.tolist(), ROWS), (X.ravel(), ROWS), ([X], ROWS)):
        np.testing.assert_array_equal(
            model.predict(x, verbose=0), plain.predict(rows, verbose=0), str(type(x))
        )
    np.testing.assert_array_equal(model(X[:2]), plain(ROWS[:2]))
    np.testing.assert_array_equal(model.predict_on_batch(X[:5]), plain.predict_on_batch(ROWS[:5]))
    assert model.evaluate(X, Y, verbose=0) == plain.evaluate(ROWS, Y, verbose=0)
    assert model.train_on_batch(X, Y) == plain.train_on_batch(ROWS, Y)
    assert model.loss_and_gradients(X, Y)[0] == plain.loss_and_gradients(ROWS, Y)[0]
    split = {"validation_split": 0.2, **options}
    assert model.fit(X, Y, **split).history == plain.fit(ROWS, Y, **split).history
    batches, of_rows = (((x[:9], Y[:9]), (x[9:], Y[9:])) for x in (X, ROWS))
    got, expected = model.fit(iter(batches), verbose=0), plain.fit(iter(of_rows), verbose=0)
    assert got.history == expected.history
    found = [model.predict(iter([x[:3], x[3:]]), verbose=0) for x in (X,)]
    np.testing.assert_array_equal(found[0], plain.predict(iter([ROWS[:3], ROWS[3:]]), verbose=0))


def test_shapes_and_parts():
    model = model_of_words(has_input=False)
    assert not model.built
    assert [type(layer).__name__ for layer in model.layers] == ["StringLookup", "Dense", "Dense"]
    assert model.compute_output_shape((None, 1)) == (None, 1)
    model.build((None, 1))
    assert (model.input_shape, model.output_shape) == ((None, 1), (None, 1))
    assert model.layers[1].kernel.shape == (4, 3)
    assert model.count_params() == 19
    lines = []
    model.summary(print_fn=lines.append)
    assert "(None, 4)" in "".join(lines)


def test_several_in_a_row():
    model = keras.Sequential(
        [
            keras.Input((2,), dtype="int64"),
            layers.IntegerLookup(vocabulary=[5, 7]),
            layers.CategoryEncoding(3),
            layers.Dense(1, use_bias=False),
        ]
    )
    model.set_weights([[[1], [10], [100]]])
    got = model.predict(np.array([[5, 7], [9, 9], [7, 1]]), verbose=0)
    np.testing.assert_array_equal(got, [[110], [1], [101]])


def test_numbers_in_bins_go_through_no_short_cut():
    """The core could take these numbers as they are."""
    model = keras.Sequential(
        [keras.Input((1,)), layers.Discretization([0.0, 1.0]), layers.Dense(1, use_bias=False)]
    )
    model.set_weights([[[1.0]]])
    x = np.array([[-5.0], [0.5], [9.0]])
    np.testing.assert_array_equal(model.predict(x, verbose=0), [[0], [1], [2]])
    np.testing.assert_array_equal(model(x), [[0], [1], [2]])


def test_files_and_copies(tmp_path):
    lookup = layers.StringLookup(output_mode="multi_hot")
    lookup.adapt(X)
    model = keras.Sequential([keras.Input((1,), dtype="string"), lookup, layers.Dense(2)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
    assert loaded.layers[0].get_vocabulary() == lookup.get_vocabulary()
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict(X, verbose=0), model.predict(X, verbose=0))


def test_vocabularies_in_files_of_their_own(tmp_path):
    """As Keras writes what was learned."""
    path = tmp_path / "model.keras"

    def save(lookup, *files):
        model = keras.Sequential([keras.Input((1,), dtype="string"), lookup, layers.Dense(2)])
        model.save(path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        config = json.loads(members["config.json"])
        config["config"]["layers"][1]["config"]["vocabulary"] = None
        members["config.json"] = json.dumps(config)
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in [*members.items(), *files]:
                archive.writestr(name, content)
        return model

    name = "assets/layers/string_lookup/vocabulary.txt"
    lookup = layers.StringLookup(vocabulary=["b", "é"], mask_token="", output_mode="one_hot")
    model = save(lookup, (name, "[UNK]\nb\né"))
    loaded = keras.models.load_model(path)
    assert loaded.layers[0].get_vocabulary() == ["[UNK]", "b", "é"]
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
    save(lookup, (name, "b\né"), ("assets/layers/other/vocabulary.txt", "b"))
    with pytest.raises(ValueError, match=r"layers that the model has not.*other"):
        keras.models.load_model(path)
    options = {"num_oov_indices": 2, "max_tokens": 6, "pad_to_max_tokens": True}
    weighted = {"vocabulary": ["b", "é"], "idf_weights": [1.0, 3.0], "output_mode": "tf_idf"}
    lookup = layers.StringLookup(**weighted, **options)
    model = save(lookup, (name, "[UNK]\n[UNK]\nb\né"))
    loaded = keras.models.load_model(path)
    assert loaded.layers[0].get_vocabulary() == lookup.get_vocabulary()
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
    save(lookup, (name, "\n".join("[[bcdefgh")))
    with pytest.raises(ValueError, match=r"words of string_lookup .* 9 numbers must be there.*6"):
        keras.models.load_model(path)


def test_weights_of_words_are_where_keras_reads_them(tmp_path):
    """Keras takes them from there, though they are in the configuration too."""
    lookup = layers.StringLookup(output_mode="tf_idf")
    lookup.adapt(X)
    model = keras.Sequential([keras.Input((1,), dtype="string"), lookup, layers.Dense(2)])
    model.save_weights(tmp_path / "model.weights.h5")
    with h5py.File(tmp_path / "model.weights.h5") as file:
        found = file["layers/string_lookup/vars/idf_weights"][()]
    np.testing.assert_array_equal(found, np.float32(lookup.get_config()["idf_weights"]))
    assert found.dtype == "float32"


@pytest.mark.parametrize(
    ("work", "text"),
    [
        (
            lambda: keras.Sequential([layers.Dense(2), layers.Hashing(3)]),
            "A Hashing must stand before all layers that compute",
        ),
        (
            lambda: keras.Sequential([keras.Input((1,), dtype="string"), layers.Dense(2)]),
            'An input of dtype "string" must stand before a layer',
        ),
        (
            lambda: keras.Sequential([model_of_words(), layers.Dense(2)]),
            "A model within another can't have layers",
        ),
        (lambda: model_of_words().predict(np.ones((3, 1)), verbose=0), "`x` must be strings"),
        (
            lambda: model_of_words().fit(X.reshape(-1, 2), Y[:15]),
            "must have the shape that layer 0",
        ),
        (lambda: model_of_words().predict(X[:0], verbose=0), "at least one row"),
    ],
)
def test_what_is_refused(work, text):
    with pytest.raises(ValueError, match=text):
        work()


def test_data_layers_alone_say_what_is_missing():
    lookup = layers.StringLookup(vocabulary=["a", "b"])
    model = keras.Sequential([keras.Input((1,), dtype="string"), lookup])
    with pytest.raises(ValueError, match="no layers behind those that prepare data"):
        model.predict(np.array([["a"]]), verbose=0)
