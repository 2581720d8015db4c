"""Methods of older Keras: breaks when they mean something else than they did."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import classifier, labels, make_model, regression, regressor, state

X, Y = regression()


def batches():
    while True:
        yield X[:9], Y[:9]
        yield X[9:], Y[9:]


def test_generators():
    old, new = regressor(), regressor()
    first = old.fit_generator(
        batches(),
        2,
        3,
        verbose=0,
        validation_data=batches(),
        validation_steps=2,
        max_queue_size=2,
        workers=4,
        use_multiprocessing=True,
    )
    second = new.fit(
        batches(), steps_per_epoch=2, epochs=3, verbose=0,
        validation_data=batches(), validation_steps=2,
    )  # fmt: skip
    assert first.history == second.history
    assert state(old) == state(new)
    assert old.evaluate_generator(batches(), 2) == new.evaluate(batches(), steps=2, verbose=0)
    np.testing.assert_array_equal(old.predict_generator(batches(), 2), new.predict(X, verbose=0))


def test_classes():
    x, ids = labels()
    model = classifier()
    model.fit(x, ids, epochs=5, verbose=0)
    output = model.predict(x, verbose=0)
    np.testing.assert_array_equal(model.predict_proba(x), output)
    found = model.predict_classes(x)
    assert found.shape == (len(x),)
    np.testing.assert_array_equal(found, output.argmax(-1))
    binary = make_model(1, activation="sigmoid")
    found = binary.predict_classes(x, batch_size=5)
    assert (found.shape, found.dtype) == ((len(x), 1), np.int32)
    np.testing.assert_array_equal(found, binary.predict(x, verbose=0) > 0.5)
    assert set(found.reshape(-1).tolist()) == {0, 1}


def test_states():
    assert keras.Sequential([keras.layers.Dense(2)]).reset_states() is None
    model = keras.Sequential([keras.layers.Dense(2)])
    calls = []
    model.layers[0].reset_states = lambda: calls.append(1)
    model.reset_states()
    assert calls == [1]


def same(made, expected):
    assert made.get_config() | {"name": ""} == expected.get_config() | {"name": ""}


def test_keywords_of_keras_1():
    layers = keras.layers
    old = layers.Dense(
        output_dim=3,
        init="uniform",
        activation="relu",
        W_regularizer="l2",
        b_regularizer="l1",
        activity_regularizer="l2",
        W_constraint="nonneg",
        b_constraint="maxnorm",
        bias=True,
        input_dim=4,
    )
    new = layers.Dense(
        3,
        "relu",
        True,
        "uniform",
        "zeros",
        "l2",
        "l1",
        "l2",
        "nonneg",
        "maxnorm",
    )
    same(old, new)
    same(layers.Dense(3, bias=False), layers.Dense(3, use_bias=False))
    same(layers.Dropout(p=0.25, seed=1), layers.Dropout(0.25, seed=1))
    same(layers.GaussianDropout(p=0.25, seed=1), layers.GaussianDropout(0.25, seed=1))
    same(layers.AlphaDropout(p=0.25, seed=1), layers.AlphaDropout(0.25, seed=1))
    same(layers.GaussianNoise(sigma=0.25, seed=1), layers.GaussianNoise(0.25, seed=1))
    same(layers.PReLU(init="ones"), layers.PReLU("ones"))
    same(
        layers.BatchNormalization(beta_init="ones", gamma_init="zeros"),
        layers.BatchNormalization(beta_initializer="ones", gamma_initializer="zeros"),
    )
    x = keras.Input((3,))
    model = keras.Model(input=x, output=layers.Dense(2)(x))
    assert model.output_shape == (None, 2)


def test_an_argument_by_both_names():
    layers = keras.layers
    refused(lambda: layers.Dense(3, output_dim=3), "`output_dim` is the old name of `units`", "3")
    refused(
        lambda: layers.Dense(3, kernel_initializer="ones", init="zeros"),
        "`init` is the old name of `kernel_initializer`",
        "kernel_initializer=ones, init=zeros",
    )
    refused(lambda: regressor().fit(X, Y, nb_epoch=1, epochs=2), "`nb_epoch`", "`epochs`")


def test_layers_without_such_an_argument():
    for name in ("init", "p", "nb_epoch", "output_dim"):
        refused(lambda n=name: keras.layers.Flatten(**{n: 1}), "Unrecognized keyword", name)

    class Own(keras.layers.Layer):
        def __init__(self, output_dim, p=1, **kwargs):
            super().__init__(**kwargs)
            self.output_dim, self.p = output_dim, p

    assert (Own(output_dim=3, p=2).output_dim, Own(3).p) == (3, 1)
    refused(lambda: Own(3, init="uniform"), "Unrecognized keyword", "init")


def test_nb_epoch():
    old = regressor()
    first = old.fit(X, Y, 5, nb_epoch=3, verbose=0)
    assert first.history == regressor().fit(X, Y, 5, 3, verbose=0).history
    assert len(old.fit_generator(batches(), 2, nb_epoch=3, verbose=0).epoch) == 3
    with pytest.raises(TypeError, match=r"Sequential.fit\(\) .* 'nb_epochs'"):
        old.fit(X, Y, nb_epochs=3)


def test_weights_to_begin_with():
    kernel, bias = np.arange(6.0).reshape(3, 2), np.array([7.0, 8.0])
    layer = keras.layers.Dense(2, weights=[kernel, bias], input_dim=3)
    model = keras.Sequential([layer])
    np.testing.assert_array_equal(layer.kernel, kernel)
    np.testing.assert_array_equal(model.predict(np.zeros((1, 3)), verbose=0), [bias])
    alone = keras.layers.BatchNormalization(weights=[bias, bias + 1, bias + 2, bias + 3])
    alone.build((None, 2))
    np.testing.assert_array_equal(alone.moving_variance, bias + 3)
    spectral = keras.layers.SpectralNormalization(
        keras.layers.Dense(2), weights=[kernel, [[1, 2]], bias]
    )
    spectral.build((None, 3))
    np.testing.assert_array_equal(spectral.layer.bias, bias)
    refused(lambda: keras.layers.Hashing(3, weights=[bias]), "`weights`", "has weights, 0")
    assert "weights" not in layer.get_config()
    for given in ([kernel], [bias, kernel], kernel):
        wrong = keras.layers.Dense(2, weights=given)
        refused(lambda w=wrong: w.build((None, 3)), "weights")
        assert not wrong.built
        refused(lambda w=wrong: keras.Sequential([keras.Input((3,)), w]), "weights")


def test_functions_by_short_names():
    for module in (keras.losses, keras.metrics):
        for name in ("mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "kld"):
            assert getattr(module, name) is keras.losses.get(name)
        assert module.mse is keras.losses.mean_squared_error
        assert not hasattr(module, "msee")
    model = make_model()
    model.compile("sgd", keras.losses.mse, metrics=[keras.metrics.mae])
    assert [*model.fit(X, Y, verbose=0).history] == ["loss", "mean_absolute_error"]


def test_names_of_files_without_an_ending(tmp_path):
    """As programs for SavedModel have them: one file, to be found under the same name."""
    model = make_model(1)
    model.predict(X, verbose=0)
    model.save(tmp_path / "mine")
    model.save_weights(str(tmp_path / "checkpoints.ckpt"))
    again = keras.models.load_model(tmp_path / "mine")
    again.load_weights(str(tmp_path / "checkpoints.ckpt"))
    for mine, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    for save in (model.save, model.save_weights):
        folder = f"{tmp_path}/new/"
        refused(lambda s=save, f=folder: s(f), "a file's path", "new/", error=IsADirectoryError)


def test_names_of_constraints():
    from cornu.constraints import MaxNorm, NonNeg, UnitNorm, maxnorm, nonneg, unitnorm

    assert (maxnorm, nonneg, unitnorm) == (MaxNorm, NonNeg, UnitNorm)
    assert isinstance(keras.constraints.get("maxnorm"), MaxNorm)


@pytest.mark.parametrize("kind", ["generator", "data set"])
def test_generators_of_keras_1(kind):
    """Its rows are as many batches as they make, and the first batch is not lost."""
    seen = []

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 9

        def __getitem__(self, i):
            seen.append(i)
            return X[4 * i % 8 :][:4], Y[4 * i % 8 :][:4]

    def source():
        return iter([Batches()[i] for i in range(9)]) if kind == "generator" else Batches()

    old, new = regressor(), regressor()
    found = old.fit_generator(
        source(),
        samples_per_epoch=11,
        nb_epoch=2,
        validation_data=source(),
        nb_val_samples=8,
        max_q_size=10,
        nb_worker=1,
        pickle_safe=False,
        shuffle=False,
        verbose=0,
    )
    kept = new.fit(
        source(),
        steps_per_epoch=3,
        epochs=2,
        validation_data=source(),
        validation_steps=2,
        shuffle=False,
        verbose=0,
    )
    assert found.history == kept.history
    assert state(old) == state(new)
    score = old.evaluate_generator(source(), val_samples=8, max_q_size=1)
    assert score == new.evaluate(source(), steps=2, verbose=0)
    assert len(old.predict_generator(source(), val_samples=5)) == 8
    refused(lambda: old.fit_generator(source(), 3, samples_per_epoch=9), "old name", "samples_per")
    refused(lambda: old.fit_generator(source(), samples_per_epoch=0), "samples_per_epoch")


def test_arguments_of_no_effect():
    model = regressor()
    model.compile("sgd", "mse", sample_weight_mode=None, target_tensors=None)
    loss = model.test_on_batch(X, Y, reset_metrics=True)
    assert model.train_on_batch(X, Y, reset_metrics=True) == loss
    for call in (model.train_on_batch, model.test_on_batch):
        refused(lambda c=call: c(X, Y, reset_metrics=False), "`reset_metrics` must be True")
    model.compile("sgd", "mse", sample_weight_mode="temporal")
    refused(lambda: model.compile("sgd", "mse", sample_weight_mode="steps"), "steps")
    refused(lambda: model.compile("sgd", "mse", target_tensors=[1]), "target_tensors")
    assert "fused" not in keras.layers.BatchNormalization(fused=True).get_config()


def test_nb_words():
    """Both names at once are refused, as with every other old keyword."""
    tokenizer = keras.preprocessing.text.Tokenizer(nb_words=5)
    assert tokenizer.num_words == 5
    with pytest.raises(ValueError, match="`nb_words` is the old name of `num_words`"):
        keras.preprocessing.text.Tokenizer(4, nb_words=5)
    for module in (keras.datasets.imdb, keras.datasets.reuters):
        with pytest.raises(ValueError, match="`nb_words` is the old name of `num_words`"):
            module.load_data(num_words=4, nb_words=5)
