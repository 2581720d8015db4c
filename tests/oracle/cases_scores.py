"""F-scores and R2: called, and in models that are trained and evaluated."""

import numpy as np

from .harness import Case, draw, draw_integers, set_drawn_weights, text_of

CALLED = [
    *(
        (name, {"average": average, "threshold": threshold})
        for name in ("F1Score", "FBetaScore")
        for average in (None, "micro", "macro", "weighted")
        for threshold in (None, 0.4)
    ),
    ("FBetaScore", {"beta": 2.0, "average": "macro"}),
    ("R2Score", {}),
    ("R2Score", {"class_aggregation": None}),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}),
    ("R2Score", {"num_regressors": 3}),
]
IN_MODELS = [
    ("F1Score", {"average": "macro", "threshold": 0.5}),
    ("F1Score", {}),
    ("R2Score", {}),
]


def batch(name, index, dtype, rows):
    y_pred = draw(f"score {index}", rows, 3, dtype=dtype)
    if name == "R2Score":
        return (y_pred + draw("score noise", rows, 3) / 2).astype(dtype), y_pred
    bits = draw_integers(f"score bits {index}", 2, rows, 3).astype(dtype)
    return bits, (1 / (1 + np.exp(-y_pred))).astype(dtype)


def called_case(name, options):
    def run(keras, dtype):
        metric, results = getattr(keras.metrics, name)(**options), []
        for index, rows in enumerate((9, 5)):
            metric.update_state(*batch(name, index, dtype, rows))
            results.append(np.asarray(metric.result()))
        metric.reset_state()
        w = np.abs(draw("score weights", 9, dtype=dtype))
        metric.update_state(*batch(name, 0, dtype, 9), sample_weight=w)
        results.append(np.asarray(metric.result()))
        return {"results": np.stack(results), "name": np.array(metric.name)}

    return Case(f"called/{text_of(name, options)}", run, (2e-5, 2e-6))


def model_case(name, options):
    def run(keras, dtype):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="sigmoid")])
        set_drawn_weights(model, "score model")
        metric = getattr(keras.metrics, name)(**options)
        model.compile(optimizer="sgd", loss="mse", metrics=[metric, "mae"], run_eagerly=True)
        x, y = draw("score x", 11, 4, dtype=dtype), batch("F1Score", 3, dtype, 11)[0]
        logs = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
        return {
            "names": np.array(sorted(logs)),
            "values": np.concatenate([np.ravel(logs[key]) for key in sorted(logs)]).astype(dtype),
            "result": np.asarray(metric.result()),
        }

    return Case(f"model/{text_of(name, options)}", run, (2e-5, 2e-6))


CASES = [
    *(called_case(name, options) for name, options in CALLED),
    *(model_case(name, options) for name, options in IN_MODELS),
]
