"""What layers of the user's own save and read themselves, as in Keras."""

import copy
import pickle

import h5py
import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import state

WIDTH = 4
X = np.linspace(-1, 1, 6 * WIDTH).reshape(6, WIDTH)


@keras.saving.register_keras_serializable(package="variables")
class Counted(keras.layers.Layer):
    """Keeps numbers that are no weights, and its slope by another name; a layer is within it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seen, self.is_on, self.calls = np.zeros(3), True, []
        self.inner = keras.layers.Dense(WIDTH)

    def build(self, input_shape):
        self.slope = self.add_weight((WIDTH,), "ones", name="slope")
        self.inner.build(input_shape)

    def call(self, x):
        return self.inner(x) * self.slope + self.seen.sum()

    def save_own_variables(self, store):
        store["the slope"], store["seen"], store["on"] = self.slope, self.seen, self.is_on
        store["many"] = np.array([True, False])

    def load_own_variables(self, store):
        self.calls.append(sorted(store))
        self.slope.assign(store["the slope"])
        self.seen, self.is_on = store["seen"], bool(store["on"])
        assert store["many"].tolist() == [True, False]
        if self.seen[0] < 0:
            raise ZeroDivisionError("one of these is negative")


def counted():
    layers = [Counted(name="counted"), keras.layers.Dense(2, name="last")]
    model = keras.Sequential([keras.Input((WIDTH,)), *layers])
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], verbose=0)
    layers[0].seen, layers[0].is_on = np.array([0.5, 0.25, 1.0]), False
    return model


@pytest.mark.parametrize("name", ["model.keras", "a.weights.h5"])
def test_a_layer_writes_and_reads_what_it_likes(name, tmp_path):
    model, path = counted(), tmp_path / name
    if name == "model.keras":
        model.save(path)
        again = keras.models.load_model(path)
    else:
        model.save_weights(path)
        again = counted()
        again.load_weights(path)
        with h5py.File(path) as file:
            assert sorted(file["layers/counted/vars"]) == ["many", "on", "seen", "the slope"]
            assert sorted(file["layers/counted/inner/vars"]) == ["0", "1"]
    layer = again.layers[0]
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert state(again) == state(model)
    assert (layer.is_on, layer.calls) == (False, [["many", "on", "seen", "the slope"]])


@pytest.mark.parametrize("how", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_copies_have_what_a_layer_keeps(how):
    model = counted()
    again = how(model)
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert state(again) == state(model)
    for layer in (again.layers[0], how(model.layers[0])):
        assert (layer.seen.tolist(), layer.is_on) == ([0.5, 0.25, 1.0], False)
        # The copy has arrays of its own.
        layer.seen[0] = 9
    assert model.layers[0].seen[0] == 0.5


def test_a_layer_that_fails_to_read_leaves_everything_as_it_was(tmp_path):
    model, path = counted(), tmp_path / "model.keras"
    model.layers[0].seen = np.array([-1.0, 0, 0])
    model.fit(X, X[:, :2], verbose=0)
    model.save(path)
    message = ["model.keras", 'Layer "counted"', "variables: ZeroDivisionError: one of these"]
    refused(lambda: keras.models.load_model(path), *message)
    other = counted()
    other.set_weights([2 * weight for weight in other.get_weights()])
    before = state(other)
    refused(lambda: other.load_weights(path), *message)
    assert state(other) == before
    # Its slope and the optimizer's state stay; what else fits is read.
    slope, kept = other.layers[0].slope.numpy(), other.optimizer.get_weights()
    with pytest.warns(UserWarning, match='Some weights, and .* Layer "counted" can\'t read'):
        other.load_weights(path, skip_mismatch=True)
    np.testing.assert_array_equal(other.layers[0].slope, slope)
    for found, wanted in zip(other.optimizer.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(found, wanted)
    for ours, saved in zip(other.layers, model.layers, strict=True):
        inner, wanted = getattr(ours, "inner", ours), getattr(saved, "inner", saved)
        np.testing.assert_array_equal(inner.kernel, wanted.kernel)


def test_what_does_not_fit_besides_is_told_before_a_layer_reads(tmp_path):
    model, path = counted(), tmp_path / "a.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        del file["layers/dense/vars/1"]
    refused(lambda: model.load_weights(path), 'Layer "last" has weights of shapes')
    assert model.layers[0].calls == []


def test_variables_of_a_file_are_bounded_and_lie_in_it(tmp_path):
    model, path = counted(), tmp_path / "a.weights.h5"
    model.save_weights(path)
    group = "layers/counted/vars"
    with h5py.File(path, "r+") as file:
        del file[group]["seen"]
        # Nothing of it is there.
        file[group].create_dataset("seen", (10**9,), "f8")
    refused(lambda: model.load_weights(path), "a.weights.h5", "must take at most", "8000000000")
    with h5py.File(path, "r+") as file:
        del file[group]["seen"]
        file[group]["seen"] = h5py.ExternalLink("other.h5", "/seen")
    refused(lambda: model.load_weights(path), "a.weights.h5", "in the file itself", "other.h5")
    with h5py.File(path, "r+") as file:
        del file[group]["seen"]
    refused(lambda: model.load_weights(path), "a.weights.h5", "KeyError: 'seen'")


@pytest.mark.parametrize(
    ("name", "value"),
    [("a", "text"), ("a", [None]), ("a/b", 1.0), (1, 1.0), ("", 1.0), (".", 1.0), ("a\0b", 1.0)],
)
def test_what_can_not_be_written_is_refused_before_the_file_is(name, value, tmp_path):
    class Wrong(keras.layers.Layer):
        def save_own_variables(self, store):
            store[name] = value

        def call(self, x):
            return x

    model = keras.Sequential([keras.Input((2,)), Wrong(name="wrong")])
    refused(
        lambda: model.save(tmp_path / "model.keras"),
        'layer "wrong"',
        "arrays of numbers by names",
        f"{value!r} by {name!r}",
    )
    assert list(tmp_path.iterdir()) == []


def test_what_all_layers_write_and_read():
    model, store = counted(), {}
    layer = model.layers[0].inner
    layer.save_own_variables(store)
    for found, wanted in zip([store["0"], store["1"]], layer.get_weights(), strict=True):
        np.testing.assert_array_equal(found, wanted)
    layer.load_own_variables({name: 2 * array for name, array in store.items()})
    np.testing.assert_array_equal(layer.kernel, 2 * store["0"])
    for wrong, *message in (
        ({}, "must have 2 variables, ['0', '1']. Received: 0, []"),
        ({"0": store["0"], "b": store["1"]}, "Received: 2, ['0', 'b']"),
        ({"0": store["0"], "1": np.zeros(9)}, "(4,). Received: (9,)"),
    ):
        refused(lambda wrong=wrong: layer.load_own_variables(wrong), f'"{layer.name}"', *message)
        np.testing.assert_array_equal(layer.kernel, 2 * store["0"])
    # Of what is within a layer each has its own.
    keras.layers.Layer.save_own_variables(model.layers[0], own := {})
    np.testing.assert_array_equal(own.pop("0"), model.layers[0].slope)
    assert own == {}


def test_files_of_keras_2_have_weights_alone(tmp_path):
    model = counted()
    model.save(tmp_path / "model.h5")
    again = keras.models.load_model(tmp_path / "model.h5")
    assert again.layers[0].calls == []
    for ours, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_files_beside_the_weights_are_not_kept_without_a_word(tmp_path):
    @keras.saving.register_keras_serializable(package="variables")
    class Filed(keras.layers.Layer):
        def call(self, x):
            return x

        def save_assets(self, folder):
            raise AssertionError

        load_assets = save_assets

    model = keras.Sequential([keras.Input((2,)), Filed(name="filed")])
    with pytest.warns(UserWarning, match='`save_assets` of layer "filed" is not called'):
        model.save(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match='`load_assets` of layer "filed" is not called'):
        keras.models.load_model(tmp_path / "model.keras")


def test_a_layer_within_one_of_cornu_s(tmp_path):
    @keras.saving.register_keras_serializable(package="variables")
    class Shifted(keras.layers.Dense):
        shift = 0.0

        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["shift"] = self.shift

        def load_own_variables(self, store):
            self.shift = float(store["shift"])
            super().load_own_variables({"0": store["0"], "1": store["1"]})

    inner = Shifted(2)
    model = keras.Sequential([keras.Input((3,)), keras.layers.SpectralNormalization(inner)])
    inner.shift = 0.5
    model.save(tmp_path / "model.keras")
    for again in (keras.models.load_model(tmp_path / "model.keras"), copy.deepcopy(model)):
        assert again.layers[0].layer.shift == 0.5
        assert state(again) == state(model)


@keras.saving.register_keras_serializable(package="variables")
class Table(keras.layers.Layer):
    """Has no weights, but numbers; and generators, by which copies are made otherwise."""

    def __init__(self, **options):
        super().__init__(**options)
        self.numbers, self.draws = np.zeros(3), keras.random.SeedGenerator(1)

    def call(self, x):
        return 2 * x

    def save_own_variables(self, store):
        store["numbers"] = self.numbers

    def load_own_variables(self, store):
        self.numbers = store["numbers"]


def test_what_is_kept_before_anything_is_built(tmp_path):
    model = keras.Sequential([Table(), keras.layers.Dense(2)])
    model.layers[0].numbers += 5
    with pytest.warns(UserWarning, match="no weights yet"):
        model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    copies = [again.layers[0], copy.deepcopy(model).layers[0], copy.deepcopy(model.layers[0])]
    copies.append(pickle.loads(pickle.dumps(model)).layers[0])
    assert [layer.numbers.tolist() for layer in copies] == 4 * [[5, 5, 5]]
    assert not again.built
    # One that can't say anything before is built has nothing.
    unbuilt = keras.Sequential([Counted()])
    assert copy.deepcopy(unbuilt).layers[0].calls == []
    with pytest.warns(UserWarning, match="no weights yet"):
        unbuilt.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").layers[0].calls == []


def test_an_array_is_counted_once_however_often_it_is_read(tmp_path):
    @keras.saving.register_keras_serializable(package="variables")
    class Rows(keras.layers.Layer):
        def call(self, x):
            return x

        def save_own_variables(self, store):
            store["rows"] = np.ones((200, 1000))

        def load_own_variables(self, store):
            assert len([store["rows"][at] for at in range(200)]) == 200
            # Each is the caller's.
            store["rows"][...] = 0
            assert store["rows"].min() == 1
            for _ in range(300):
                assert dict.fromkeys(store) == {"rows": None}

    model = keras.Sequential([keras.Input((2,)), Rows()])
    model.save(tmp_path / "model.keras")
    keras.models.load_model(tmp_path / "model.keras")


def test_files_of_keras_before_3_5_have_a_layer_s_variables_elsewhere(tmp_path):
    model, path = counted(), tmp_path / "a.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        file.move("layers", "_layer_checkpoint_dependencies")
        del file["_layer_checkpoint_dependencies/counted/inner"]
    refused(lambda: model.load_weights(path, skip_mismatch=False), "has weights of shapes")
    with pytest.warns(UserWarning, match="left as they are"):
        model.load_weights(path, skip_mismatch=True)
    assert model.layers[0].calls == [["many", "on", "seen", "the slope"]]


def test_a_dictionary_of_lambdas_finds_them_by_the_name_in_it():
    code = {"class_name": "__lambda__", "config": {"value": ["", None, None]}}
    own = {"d/activation": abs, "d": max}
    found = keras.saving.deserialize_keras_object(
        {"name": "d", "activation": code, "function": code}, own
    )
    assert found == {"name": "d", "activation": abs, "function": max}


def test_names_that_are_no_numbers_need_a_method_that_reads_them(tmp_path):
    @keras.saving.register_keras_serializable(package="variables")
    class Writing(keras.layers.Dense):
        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["more"] = 1.0

    model = keras.Sequential([keras.Input((2,)), Writing(2, name="writing")])
    model.save(tmp_path / "model.keras")
    message = ['Layer "writing"', "names [0, 1, 2]", "`save_own_variables`", "'more'"]
    refused(lambda: keras.models.load_model(tmp_path / "model.keras"), "model.keras", *message)


@keras.saving.register_keras_serializable(package="variables")
class Tagged(keras.Sequential):
    tag = 0

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["tag"] = self.tag

    def load_own_variables(self, store):
        self.tag = int(store["tag"])


@pytest.mark.parametrize("is_within", [False, True])
def test_a_model_of_one_s_own_has_a_say_too(is_within, tmp_path):
    tagged = Tagged([keras.Input((2,)), keras.layers.Dense(2)])
    tagged.tag = 7
    model = keras.Sequential([keras.Input((2,)), tagged]) if is_within else tagged
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for again in (loaded, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert (again.layers[0] if is_within else again).tag == 7
        assert state(again) == state(model)
    unbuilt = Tagged([keras.layers.Dense(2)])
    unbuilt.tag = 7
    assert copy.deepcopy(unbuilt).tag == 7
