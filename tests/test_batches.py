"""Data in batches: breaks when a data set, a generator or their errors are taken otherwise."""

import traceback
import warnings

import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from small_models import classifier, labels, make_model, regression, regressor, state

X, Y = regression()
WEIGHTS = np.linspace(0, 2, len(X)).astype("float32")


class Rows(keras.utils.PyDataset):
    """The rows of arrays, seven at a time."""

    def __init__(self, *arrays, size=7, **options):
        super().__init__(**options)
        self.arrays, self.size, self.events = arrays, size, []

    def __len__(self):
        return -(-len(self.arrays[0]) // self.size)

    def __getitem__(self, index):
        self.events.append(index)
        return tuple(a[index * self.size : (index + 1) * self.size] for a in self.arrays)

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


def endless(*arrays, size=7):
    rows = Rows(*arrays, size=size)
    while True:
        for i in range(len(rows)):
            yield rows[i]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("size", [1, 7, 22, 23, 24])
def test_batches_train_as_arrays_do(size, weighted, optimizer):
    """To the last bit, results and weights: of one pass over the same rows in the same order."""
    arrays = (X, Y, WEIGHTS) if weighted else (X, Y)
    options = {"epochs": 3, "shuffle": False, "verbose": 0}
    weight = {"sample_weight": WEIGHTS} if weighted else {}
    plain = regressor(optimizer)
    history = plain.fit(
        X, Y, batch_size=size, validation_data=arrays, validation_batch_size=size, **weight,
        **options,
    )  # fmt: skip
    for x, more in (
        (Rows(*arrays, size=size), {"validation_data": Rows(*arrays, size=size)}),
        (
            endless(*arrays, size=size),
            {
                "validation_data": endless(*arrays, size=size),
                "steps_per_epoch": -(-len(X) // size),
                "validation_steps": -(-len(X) // size),
            },
        ),
        (Rows(*arrays, size=size), {"validation_data": arrays, "validation_batch_size": size}),
    ):
        model = regressor(optimizer)
        found = model.fit(x, **more, **options)
        assert found.history == history.history
        assert state(model) == state(plain)


def test_evaluation_and_prediction():
    model = regressor()
    expected = model.evaluate(X, Y, sample_weight=WEIGHTS, batch_size=7, verbose=0)
    assert model.evaluate(Rows(X, Y, WEIGHTS), verbose=0) == expected
    assert model.evaluate(endless(X, Y, WEIGHTS), steps=4, verbose=0) == expected
    output = model.predict(X, verbose=0)
    out = np.empty_like(output)
    for x in (Rows(X), Rows(X, Y), Rows(X, Y, WEIGHTS), (X[i : i + 5] for i in range(0, 23, 5))):
        np.testing.assert_array_equal(model.predict(x, verbose=0), output)
    assert model.predict(Rows(X), verbose=0, out=out) is out
    np.testing.assert_array_equal(out, output)
    assert model.predict(endless(X), steps=2, verbose=0).shape == (14, 3)


def test_a_model_that_is_not_built():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile("sgd", "mse")
    model.fit(Rows(X, Y), verbose=0)
    assert model.input_shape == (None, 4)
    other = keras.Sequential([keras.layers.Dense(2)])
    assert other.predict(Rows(X), verbose=0).shape == (23, 2)
    third = keras.Sequential([keras.layers.Dense(3)])
    third.compile("sgd", "mse")
    bad = X.copy()
    bad[0, 0] = np.nan
    unchanged(third, lambda: third.fit(Rows(bad, Y), verbose=0), "finite", "batch 0")
    assert not third.built


def test_what_a_dataset_is_asked_for():
    data = Rows(X, Y)
    model = regressor()
    model.fit(data, epochs=2, shuffle=False, verbose=0)
    assert data.events == ["begin", 0, 1, 2, 3, "end"] * 2
    data.events.clear()
    model.fit(data, epochs=2, verbose=0)
    assert sorted(data.events[1:5]) == sorted(data.events[7:11]) == [0, 1, 2, 3]
    data.events.clear()
    with pytest.warns(UserWarning, match="ran out of data"):
        model.fit(data, epochs=2, steps_per_epoch=3, shuffle=False, verbose=0)
    assert data.events == ["begin", 0, 1, 2, "end", "begin", 3, "end"]


def test_batches_are_used_where_they_lie():
    """Any layout and type, read-only; nothing is written to."""
    x, y = np.asfortranarray(X.astype("float64")), Y.astype(">f4")
    for array in (x, y):
        array.flags.writeable = False
    one, two = regressor(), regressor()
    one.fit(X, Y, batch_size=7, shuffle=False, verbose=0)
    two.fit(Rows(x, y), shuffle=False, verbose=0)
    assert state(one) == state(two)


def test_other_things_to_iterate_over():
    """Made for other packages: whatever can be iterated over again, with a length or without."""

    class Loader:
        def __iter__(self):
            return iter([(X[:9], Y[:9]), (X[9:], Y[9:])])

    class Sized(Loader):
        def __len__(self):
            return 2

    for loader, steps in ((Loader(), None), (Sized(), 2)):
        history = regressor().fit(loader, epochs=3, verbose=0)
        assert len(history.epoch) == 3
        assert history.params["steps"] == steps


def test_a_dataset_of_keras_itself():
    """Told by its base's name, as Keras may not be there."""
    base = type("PyDataset", (), {"__module__": "keras.src.trainers", "__len__": lambda _: 2})
    kind = type("Mine", (base,), {"__getitem__": lambda _, i: (X[i::2], Y[i::2])})
    assert regressor().fit(kind(), verbose=0).params["steps"] == 2


# ---- The ends of data


def test_data_that_run_out():
    model = regressor()
    with pytest.warns(UserWarning, match="ran out of data"):
        history = model.fit(
            (batch for batch in [(X, Y)] * 3), steps_per_epoch=2, epochs=5, verbose=0
        )
    assert history.epoch == [0, 1]
    with pytest.warns(UserWarning, match="ran out of data"):
        history = model.fit((batch for batch in [(X, Y)] * 3), epochs=5, verbose=0)
    assert history.epoch == [0]
    with pytest.warns(UserWarning, match="ran out of data"):
        history = model.fit(X, Y, epochs=2, verbose=0, validation_data=iter([(X, Y)]))
    assert len(history.history["val_loss"]) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert model.fit((batch for batch in [(X, Y)] * 3), verbose=0).epoch == [0]
    unchanged(model, lambda: model.fit(iter([]), verbose=0), "no batch", "train")
    unchanged(model, lambda: model.evaluate(iter([]), verbose=0), "no batch", "evaluate")
    unchanged(model, lambda: model.predict(iter([]), verbose=0), "no batch", "predict")


def test_no_epochs():
    history = regressor().fit(Rows(X, Y), epochs=0, verbose=0)
    assert history.history == {}


# ---- Errors


def failing(after):
    for _ in range(after):
        yield X, Y
    raise KeyError("of the user")


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_error_in_the_users_generator(after):
    """It comes as it is, its traceback ends in the user's line, and the model can be used."""
    model = regressor()
    for work in (
        lambda: model.fit(failing(after), verbose=0),
        lambda: model.evaluate(failing(after), verbose=0),
        lambda: model.predict(failing(after), verbose=0),
        lambda: model.fit(X, Y, validation_data=failing(after), verbose=0),
    ):
        with pytest.raises(KeyError, match="of the user") as caught:
            work()
        line = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert line.name == "failing"
        assert caught.value.__context__ is None
        model.add(keras.layers.Dense(3))
        model.pop()
        model.fit(X, Y, verbose=0)


def test_an_error_in_a_hook():
    class Failing(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise ValueError("mine")

    model = regressor()
    with pytest.raises(ValueError, match=r"^mine$"):
        model.fit(Rows(X, Y), verbose=0, callbacks=[Failing()])
    model.fit(X, Y, verbose=0)


def test_the_model_is_in_training():
    model = regressor()
    errors = []

    class Changing(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            for work in (
                lambda: model.add(keras.layers.Dense(2)),
                lambda: model.compile("sgd", "mse"),
                lambda: model.fit(X, Y, verbose=0),
            ):
                with pytest.raises(RuntimeError) as caught:
                    work()
                errors.append(str(caught.value))

    model.fit(Rows(X, Y), verbose=0, callbacks=[Changing()])
    assert len(errors) == 12
    model.fit(X, Y, verbose=0)


def test_evaluation_in_a_hook_leaves_the_results():
    """The sums of an epoch are the fit's own."""

    class Evaluating(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.evaluate(X[:3], Y[:3], verbose=0)

    one, two = regressor(), regressor()
    first = one.fit(Rows(X, Y), epochs=2, shuffle=False, verbose=0)
    second = two.fit(Rows(X, Y), epochs=2, shuffle=False, verbose=0, callbacks=[Evaluating()])
    assert first.history == second.history


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        ((X[:, :3], Y), ("`x`", "(None, 4)", "batch 1")),
        ((X, Y[:-1]), ("as many rows", "batch 1")),
        ((X, Y, WEIGHTS[:3]), ("`sample_weight`", "batch 1")),
        ((X[:0], Y[:0]), ("at least one row", "batch 1")),
        (X, ("A batch must be", "ndarray", "batch 1")),
        ((X,), ("A batch must be", "length 1", "batch 1")),
        ((X, Y, WEIGHTS, 1), ("A batch must be", "tuple", "batch 1")),
        ((X * np.nan, Y), ("`x`", "finite", "batch 1")),
    ],
)
def test_batches_that_do_not_fit(batch, words):
    model = regressor()
    refused(lambda: model.fit(iter([(X, Y), batch]), verbose=0), *words)
    refused(lambda: model.evaluate(iter([(X, Y), batch]), verbose=0), *words)
    model.fit(X, Y, verbose=0)


def test_labels_out_of_range():
    x, y = labels()
    model = classifier()
    bad = np.where(np.arange(len(y)) == 3, 7, y)
    unchanged(model, lambda: model.fit(Rows(x, bad), shuffle=False, verbose=0), "row 3", "batch 0")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"y": Y}, ("`y`", "None", "data set")),
        ({"sample_weight": WEIGHTS}, ("`sample_weight`", "None")),
        ({"validation_split": 0.2}, ("`validation_split`", "0.2")),
        ({"class_weight": "balanced"}, ("`class_weight`", "batches", "balanced")),
        ({"steps_per_epoch": 0}, ("`steps_per_epoch`", "0")),
        ({"validation_data": (Rows(X, Y), Y)}, ("`validation y`", "None")),
    ],
)
def test_arguments_beside_batches(options, words):
    model = regressor()
    arguments = options if "validation_data" in options else {"x": Rows(X, Y)} | options
    if "x" not in arguments:
        arguments |= {"x": X, "y": Y}
    unchanged(model, lambda: model.fit(**arguments), *words)


def test_the_bar(capsys):
    model = regressor()
    for x, steps in ((Rows(X, Y), 4), (((X, Y) for _ in range(3)), 3)):
        model.fit(x, verbose=2)
        assert capsys.readouterr().out.startswith(f"{steps}/{steps} - 0s - ")
        model.predict(Rows(X), verbose=1)
        assert capsys.readouterr().out.startswith("4/4 ")


def test_options_of_a_dataset():
    data = keras.utils.Sequence(workers=3, use_multiprocessing=True, max_queue_size=5)
    assert (data.workers, data.use_multiprocessing, data.max_queue_size) == (3, True, 5)
    assert data.num_batches is None
    with pytest.raises(NotImplementedError, match="__getitem__"):
        data[0]
    refused(lambda: keras.utils.PyDataset(workers=-1), "`workers`", "-1")


def test_a_prediction_that_ends_early():
    class Stopper(keras.callbacks.Callback):
        def on_predict_batch_end(self, batch, logs=None):
            assert logs["outputs"].shape == (7, 3)
            self.model.stop_predicting = batch == 1

    assert make_model().predict(Rows(X), verbose=0, callbacks=[Stopper()]).shape == (14, 3)
