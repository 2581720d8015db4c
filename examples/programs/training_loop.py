"""A loop of one's own: batches one by one, with metrics that are kept by hand."""

import numpy as np

import cornu as keras


def main():
    rng = np.random.default_rng(22)
    x = rng.normal(size=(256, 10)).astype("float32")
    y = np.tanh(x @ rng.normal(size=(10, 2))).astype("float32")

    model = keras.Sequential(
        [keras.Input((10,)), keras.layers.Dense(20, activation="tanh"), keras.layers.Dense(2)]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    mean, cosine = keras.metrics.Mean(), keras.metrics.CosineSimilarity()
    logs = {"loss": [], "cosine": [], "held out": []}
    for epoch in range(6):
        mean.reset_state()
        cosine.reset_state()
        for begin in range(0, 192, 32):
            batch = slice(begin, begin + 32)
            loss = model.train_on_batch(x[batch], y[batch])
            mean.update_state(float(loss))
            cosine.update_state(y[batch], model.predict_on_batch(x[batch]))
        logs["loss"].append(float(mean.result()))
        logs["cosine"].append(float(cosine.result()))
        logs["held out"].append(float(model.test_on_batch(x[192:], y[192:])))
        print(f"epoch {epoch}: loss {logs['loss'][-1]:.4f}, cosine {logs['cosine'][-1]:.4f}")
    return logs, model.predict(x[192:], verbose=0)


if __name__ == "__main__":
    main()
