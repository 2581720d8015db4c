"""Models as estimators of scikit-learn's."""

import functools
import warnings

import numpy as np

from .harness import Case, draw, set_drawn_weights

QUIET = {"epochs": 3, "batch_size": 4, "shuffle": False, "verbose": 0}


def make(keras, X, y, units=3, loss="categorical_crossentropy", last="softmax", rate=0.25):
    """Of drawn weights, so that both train the same."""
    model = keras.Sequential(
        [
            keras.Input((X.shape[1],)),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.Dense(y.shape[1], activation=last),
        ]
    )
    set_drawn_weights(model, f"wrapped {units}")
    model.compile(keras.optimizers.SGD(rate), loss)
    return model


def rows(dtype, count=20):
    x = draw("wrapped x", count, 4, dtype=dtype)
    return x, np.array(["low", "mid", "high"])[np.digitize(x[:, 0] + x[:, 1], [-0.4, 0.4])]


def quietly(work):
    """scikit-learn says that Keras's clones lack their `fit_kwargs`, and more."""

    @functools.wraps(work)
    def run(keras, dtype):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work(keras, dtype)

    return run


@quietly
def run_classifier(keras, dtype):
    x, y = rows(dtype)
    estimator = keras.wrappers.SKLearnClassifier(
        functools.partial(make, keras), model_kwargs={"units": 5}
    )
    estimator.fit(x, y, **QUIET)
    return {
        "classes": estimator.classes_,
        "decision": estimator.decision_function(x),
        "predicted": estimator.predict(x),
        "score": estimator.score(x, y),
        "losses": np.asarray(estimator.history_.history["loss"]),
        "features": estimator.n_features_in_,
        "parameters": np.array(sorted(estimator.get_params())),
    }


@quietly
def run_regressor(keras, dtype):
    x, _ = rows(dtype)
    y = (x[:, 0] - 2 * x[:, 2]).astype(dtype)
    options = {"loss": "mse", "last": None, "rate": 0.1}
    estimator = keras.wrappers.SKLearnRegressor(
        functools.partial(make, keras), model_kwargs=options, fit_kwargs={**QUIET, "epochs": 9}
    )
    estimator.fit(x, y, epochs=5)
    return {"predicted": estimator.predict(x), "score": estimator.score(x, y)}


@quietly
def run_transformer(keras, dtype):
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline

    x, _ = rows(dtype)
    y = (x[:, :1] * x[:, 1:2]).astype(dtype)
    options = {"loss": "mse", "last": None}
    estimator = keras.wrappers.SKLearnTransformer(
        functools.partial(make, keras), model_kwargs=options, fit_kwargs=dict(QUIET)
    )
    out = estimator.fit(x, y[:, 0]).transform(x)
    pipeline = make_pipeline(estimator, LinearRegression()).fit(x, y[:, 0])
    return {"transformed": out, "through": pipeline.predict(x)}


# Statistics of two passes of float32 differ more.
CASES = [
    Case("classifier", run_classifier, float32=(2e-5, 2e-6)),
    Case("regressor", run_regressor, float32=(5e-5, 5e-6)),
    Case("transformer", run_transformer, float32=(1e-3, 1e-4)),
]
