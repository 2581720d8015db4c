"""Models as estimators of scikit-learn's, by Keras 3's names and by Keras 2's."""

import functools
import subprocess
import sys

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import cornu as keras
from bad_input import refused
from cornu.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
from cornu.wrappers.scikit_learn import KerasClassifier, KerasRegressor

rng = np.random.default_rng(7)
X = rng.standard_normal((60, 4))
IDS = (X[:, 0] + X[:, 1] > 0).astype(int) + (X[:, 2] > 0.3)
NAMES = np.array(["no", "some", "yes"])[IDS]
REAL = X @ [1.0, -2.0, 0.5, 0.0]


def dynamic(X, y, loss="categorical_crossentropy", last="softmax", units=8):
    model = keras.Sequential(
        [
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(y.shape[1], activation=last),
        ]
    )
    model.compile(keras.optimizers.Adam(0.05), loss)
    return model


def classifier(units=8, optimizer="adam", loss="sparse_categorical_crossentropy", outputs=3):
    model = keras.Sequential(
        [
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(outputs, activation="sigmoid" if outputs == 1 else "softmax"),
        ]
    )
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def regressor():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.2), "mean_squared_error", metrics=["mae"])
    return model


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(1)


# ---- Keras 3's


@pytest.mark.parametrize("kind", [SKLearnClassifier, SKLearnRegressor, SKLearnTransformer])
def test_scikit_learns_own_checks(kind):
    """Those that need no reproducible fit; Keras's own tests leave out the same ones."""
    settings = {} if kind is SKLearnClassifier else {"loss": "mse", "last": None}
    estimator = kind(dynamic, model_kwargs=settings, fit_kwargs={"epochs": 1, "verbose": 0})
    left_out = {
        "check_classifiers_one_label_sample_weights": "rows of weight 0 take part in drawing",
        "check_classifiers_classes": "one epoch doesn't find all classes",
        "check_classifiers_train": "one epoch is not enough",
        "check_classifier_data_not_an_array": "weights are drawn anew",
        "check_supervised_y_2d": "a regressor takes several targets a row",
        "check_fit_idempotent": "weights are drawn anew",
        "check_regressors_int": "weights are drawn anew",
        "check_estimators_pickle": "models can't be pickled yet",
        "check_regressor_data_not_an_array": "weights are drawn anew",
    }
    results = check_estimator(
        estimator, expected_failed_checks=left_out, on_fail=None, on_skip=None
    )
    failed = [one for one in results if one["status"] == "failed"]
    assert [(one["check_name"], one["exception"]) for one in failed] == []
    assert sum(one["status"] == "passed" for one in results) > 30


def test_clones_keep_all_arguments():
    """Keras 3.15 loses `fit_kwargs`, so a search trains one epoch whatever is asked."""
    estimator = SKLearnClassifier(dynamic, fit_kwargs={"epochs": 3, "verbose": 0})
    search = GridSearchCV(estimator, {"model_kwargs": [{"units": 1}, {"units": 16}]}, cv=3)
    search.fit(X, NAMES)
    assert search.best_params_ == {"model_kwargs": {"units": 16}}
    assert search.best_estimator_.epoch_ == 3
    estimator.fit(X, NAMES, epochs=2)
    assert estimator.fit_kwargs == {"epochs": 3, "verbose": 0}
    assert estimator.epoch_ == 2


def test_warm_start_goes_on():
    model = dynamic(X, IDS[:, None], "mse", None)
    for warm in (False, True):
        estimator = SKLearnRegressor(model, warm_start=warm, fit_kwargs={"verbose": 0})
        before = estimator.fit(X, REAL).model_
        after = estimator.fit(X, REAL).model_
        assert (before is model, after is before) == (warm, warm)
        copy = clone(estimator)
        assert (copy.model is model) == (not warm)
    assert before.optimizer.iterations == 4
    np.testing.assert_array_equal(copy.model.get_weights()[0], model.get_weights()[0])


def test_targets():
    estimator = SKLearnRegressor(
        dynamic, model_kwargs={"loss": "mse", "last": None}, fit_kwargs={"verbose": 0}
    )
    assert estimator.fit(X, np.stack([REAL, -REAL], 1)).predict(X).shape == (60, 2)
    classes = SKLearnClassifier(dynamic, fit_kwargs={"verbose": 0})
    refused(lambda: classes.fit(X, REAL), "binary and multiclass", "continuous")
    refused(lambda: classes.fit(X, np.zeros(60)), "only one class")
    wrong = SKLearnClassifier(lambda X, y: classifier(loss="mse", outputs=1), fit_kwargs={})
    refused(lambda: wrong.fit(X, IDS), "(60, 3)")


def test_models_that_are_refused():
    bare = keras.Sequential([keras.layers.Dense(1)])
    refused(lambda: SKLearnRegressor(bare).fit(X, REAL), "needs to be compiled", error=RuntimeError)
    refused(lambda: SKLearnRegressor(3).fit(X, REAL), "`model`", "3", error=TypeError)
    refused(
        lambda: SKLearnRegressor(lambda X, y: 3).fit(X, REAL), "must return", "3", error=TypeError
    )
    refused(lambda: SKLearnRegressor(bare).predict(X), "not fitted", error=NotFittedError)


def test_metadata_routing():
    estimator = SKLearnRegressor(regressor(), fit_kwargs={"verbose": 0})
    refused(lambda: estimator.set_fit_request(sample_weight=True), "routing", error=RuntimeError)
    with sklearn.config_context(enable_metadata_routing=True):
        estimator.set_fit_request(sample_weight=True)
        pipeline = Pipeline([("scale", StandardScaler().set_fit_request(sample_weight=True))])
        pipeline.steps.append(("net", estimator))
        pipeline.fit(X, REAL, sample_weight=np.linspace(1, 2, 60))
    assert pipeline.predict(X).shape == (60,)


# ---- Keras 2's


def test_cross_validation():
    estimator = KerasClassifier(build_fn=classifier, epochs=60, batch_size=5, verbose=0)
    scores = cross_val_score(estimator, X, NAMES, cv=StratifiedKFold(3))
    assert scores.shape == (3,)
    assert scores.mean() > 0.6
    steps = [("scale", StandardScaler()), ("net", KerasRegressor(regressor, epochs=20, verbose=0))]
    losses = cross_val_score(Pipeline(steps), X, REAL, cv=KFold(3))
    assert (losses < 0).all()
    assert losses.mean() > -1
    squares = cross_val_score(
        Pipeline(steps), X, REAL, cv=KFold(3), scoring="neg_mean_squared_error"
    )
    assert squares.mean() > -1


def test_a_grid():
    estimator = KerasClassifier(build_fn=classifier, verbose=0)
    grid = {"units": [1, 8], "epochs": [1, 15], "optimizer": ["adam"], "batch_size": [5]}
    search = GridSearchCV(estimator, grid, cv=3).fit(X, IDS)
    assert search.best_params_["epochs"] == 15
    assert search.best_estimator_.model.layers[0].units == search.best_params_["units"]
    assert search.predict(X).shape == (60,)


def test_where_arguments_go(monkeypatch):
    seen = {}
    fit = keras.Sequential.fit

    @functools.wraps(fit)
    def watched(self, x, y, **given):
        seen.update(given)
        return fit(self, x, y, **given)

    monkeypatch.setattr(keras.Sequential, "fit", watched)
    monkeypatch.setattr("cornu.wrappers.scikit_learn.Sequential", keras.Sequential)
    estimator = KerasClassifier(classifier, units=3, nb_epoch=2, batch_size=7, verbose=0)
    history = estimator.fit(X, IDS, batch_size=9)
    assert seen == {"epochs": 2, "batch_size": 9, "verbose": 0}
    assert len(history.epoch) == 2
    assert estimator.model.layers[0].units == 3
    assert estimator.get_params() == {
        "units": 3,
        "nb_epoch": 2,
        "batch_size": 7,
        "verbose": 0,
        "build_fn": classifier,
    }
    assert estimator.set_params(units=4).get_params()["units"] == 4
    refused(lambda: estimator.set_params(unit=4), "unit is not a legal parameter", "'units'")
    refused(lambda: KerasClassifier(classifier, epoch=4), "epoch is not a legal", "'epochs'")


class Own(KerasRegressor):
    def __call__(self, rate=0.1):
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(rate), "mse")
        return model


def test_a_subclass_that_is_its_own_builder():
    estimator = clone(Own(rate=0.5, verbose=0))
    estimator.fit(X, REAL)
    assert float(estimator.model.optimizer.learning_rate) == 0.5
    assert estimator.predict(X).shape == (60,)
    refused(lambda: KerasRegressor(), "`build_fn`", "__call__")
    refused(lambda: KerasRegressor(build_fn=3), "`build_fn`", "3")


@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy"])
def test_two_classes(loss):
    outputs = 1 if loss.startswith("binary") else 2
    estimator = KerasClassifier(classifier, outputs=outputs, loss=loss, epochs=15, verbose=0)
    names = np.array(["no", "yes"])[np.minimum(IDS, 1)]
    estimator.fit(X, names)
    chances = estimator.predict_proba(X)
    assert chances.shape == (60, 2)
    np.testing.assert_allclose(chances.sum(1), 1, rtol=1e-5)
    predicted = estimator.predict(X)
    assert (predicted == estimator.classes_[(chances[:, 1] > 0.5).astype(int)]).all()
    assert estimator.score(X, names) == pytest.approx((predicted == names).mean())
    if outputs == 2:
        estimator.fit(X, np.eye(2)[np.minimum(IDS, 1)])
        assert estimator.classes_.tolist() == [0, 1]


def test_what_the_older_ones_refuse():
    refused(lambda: KerasClassifier(classifier).predict(X), "fitted", error=NotFittedError)
    without = KerasClassifier(lambda: dynamic(X, np.eye(3)), verbose=0)
    without.fit(X, IDS)
    refused(lambda: without.score(X, IDS), "accuracy", "['loss']")
    refused(lambda: without.fit(X, np.zeros((60, 1, 1))), "`y`", "(60, 1, 1)")
    refused(lambda: KerasRegressor(lambda: 3).fit(X, REAL), "return a model", error=TypeError)


def test_without_scikit_learn():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import cornu\n"
        "for module, name in (('', 'SKLearnRegressor'), ('.scikit_learn', 'KerasRegressor')):\n"
        "    try:\n"
        "        exec(f'from cornu.wrappers{module} import {name}')\n"
        "    except ImportError as error:\n"
        "        assert \"pip install 'cornu[sklearn]'\" in str(error), error\n"
        "    else:\n"
        "        raise SystemExit(name)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
