"""Work of several tiles, chunks and segments against NumPy in float64.

The core cuts at 16,384 and 65,536 elements, at 64 rows and 256 columns of a product and at 1,024 of
its depth (csrc/net). Whatever is at a wrong offset behind the first cut shows here, and in no test
of small sizes.
"""

import numpy as np
import pytest

import cornu as keras
from cornu import layers

# A prime above 65,536: more than one tile even of one column, and a last one that is not whole.
ROWS = 70_001
TOLERANCE = 1e-12


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def model_of(columns, *chain, optimizer="sgd", loss="mse", metrics=()):
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((columns,), dtype="float64"), *chain])
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


def dense(units, activation=None, **options):
    return layers.Dense(units, activation=activation, dtype="float64", **options)


def assert_near(came, expected):
    scale = max(np.abs(expected).max(), 1e-300)
    assert np.abs(np.asarray(came) - expected).max() <= TOLERANCE * scale


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_a_batch_of_many_rows():
    """Loss, loss gradient, metric, row weights, activation, products and column sums."""
    x, y, weight = numbers(ROWS, 7), numbers(ROWS, 3, seed=1), np.linspace(0.0, 2.0, ROWS)
    # The biases of the layers are not zero, so a row of zeros in between would be seen.
    first = dense(19, "tanh", bias_initializer="ones")
    model = model_of(7, first, dense(3, bias_initializer="ones"), metrics=["mae"])
    w1, b1, w2, b2 = model.get_weights()
    h = np.tanh(x @ w1 + b1)
    o = h @ w2 + b2
    per_row = ((o - y) ** 2).mean(1)
    loss, gradients = model.loss_and_gradients(x, y, weight)
    assert_near(loss, (per_row * weight).mean())
    do = 2 * (o - y) * weight[:, None] / y.size
    dh = do @ w2.T * (1 - h * h)
    for came, expected in zip(gradients, [x.T @ dh, dh.sum(0), h.T @ do, do.sum(0)], strict=True):
        assert_near(came, expected)
    values = model.evaluate(x, y, batch_size=ROWS, sample_weight=weight, verbose=0)
    assert_near(values[0], (per_row * weight).mean())
    assert_near(values[1], np.abs(o - y).mean())
    assert_near(model.predict(x, batch_size=ROWS, verbose=0), o)


def test_a_batch_of_many_class_ids():
    """The tiles of ids, which are four bytes in a float64 model, and of joined probabilities."""
    x = numbers(ROWS, 4)
    ids = np.random.default_rng(2).integers(0, 3, ROWS)
    loss = "sparse_categorical_crossentropy"
    model = model_of(4, dense(3, "softmax"), loss=loss, metrics=["accuracy"])
    kernel, bias = model.get_weights()
    p = softmax(x @ kernel + bias)
    came, gradients = model.loss_and_gradients(x, ids)
    expected = -np.log(p[np.arange(ROWS), ids]).mean()
    assert_near(came, expected)
    dz = (p - np.eye(3)[ids]) / ROWS
    assert_near(gradients[0], x.T @ dz)
    assert_near(gradients[1], dz.sum(0))
    values = model.evaluate(x, ids, batch_size=ROWS, verbose=0)
    assert_near(values[0], expected)
    assert_near(values[1], (p.argmax(1) == ids).mean())


@pytest.mark.parametrize("name", ["softmax", "glu", "tanh", "silu"])
def test_activations_of_many_tiles(name):
    """Along the row and element by element, from x and from y; glu halves the row."""
    rows, columns = 5_003, 14
    x, y = numbers(rows, columns), numbers(rows, 2, seed=1)
    activation = layers.Activation(name, dtype="float64")
    model = model_of(columns, dense(columns, use_bias=False), activation, dense(2, use_bias=False))
    w1, w2 = model.get_weights()
    z = x @ w1
    sigmoid = 1 / (1 + np.exp(-z))
    if name == "softmax":
        a = softmax(z)
    elif name == "glu":
        a = z[:, :7] * sigmoid[:, 7:]
    else:
        a = np.tanh(z) if name == "tanh" else z * sigmoid
    do = 2 * (a @ w2 - y) / y.size
    da = do @ w2.T
    if name == "softmax":
        dz = a * (da - (da * a).sum(1, keepdims=True))
    elif name == "glu":
        gate = sigmoid[:, 7:]
        dz = np.concatenate([da * gate, da * z[:, :7] * gate * (1 - gate)], axis=1)
    elif name == "tanh":
        dz = da * (1 - a * a)
    else:
        dz = da * (sigmoid + a * (1 - sigmoid))
    assert_near(model.predict(x, batch_size=rows, verbose=0), a @ w2)
    _, (g1, g2) = model.loss_and_gradients(x, y)
    assert_near(g1, x.T @ dz)
    assert_near(g2, a.T @ do)


def test_products_of_many_tiles():
    """Three tiles of rows and of columns, three segments of the depth, the bias once."""
    x, y = numbers(131, 2_051), numbers(131, 517, seed=1)
    model = model_of(
        2_051, dense(517, bias_initializer="ones"), dense(517, bias_initializer="ones")
    )
    w1, b1, w2, b2 = model.get_weights()
    h = x @ w1 + b1
    o = h @ w2 + b2
    assert_near(model.predict(x, batch_size=131, verbose=0), o)
    do = 2 * (o - y) / y.size
    dh = do @ w2.T
    _, gradients = model.loss_and_gradients(x, y)
    for came, expected in zip(gradients, [x.T @ dh, dh.sum(0), h.T @ do, do.sum(0)], strict=True):
        assert_near(came, expected)


class NumpyAdam:
    def __init__(self, amsgrad):
        self.m, self.v, self.v_hat, self.t, self.amsgrad = 0.0, 0.0, 0.0, 0, amsgrad

    def step(self, w, g):
        self.t += 1
        self.m = self.m + (g - self.m) * (1 - 0.9)
        self.v = self.v + (g * g - self.v) * (1 - 0.999)
        self.v_hat = np.maximum(self.v_hat, self.v) if self.amsgrad else self.v
        rate = 0.01 * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        return w - rate * self.m / (np.sqrt(self.v_hat) + 1e-7)


class NumpyMomentum:
    def __init__(self, nesterov):
        self.velocity, self.nesterov = 0.0, nesterov

    def step(self, w, g):
        self.velocity = 0.9 * self.velocity - 0.01 * g
        return w + (0.9 * self.velocity - 0.01 * g if self.nesterov else self.velocity)


@pytest.mark.parametrize("kind", [NumpyAdam, NumpyMomentum])
@pytest.mark.parametrize("option", [False, True])
def test_updates_of_many_tiles(kind, option):
    """Weights, gradient and slots of each tile, in ranges that a frozen layer keeps apart."""
    if kind is NumpyAdam:
        optimizer = keras.optimizers.Adam(0.01, amsgrad=option)
    else:
        optimizer = keras.optimizers.SGD(0.01, momentum=0.9, nesterov=option)
    chain = [dense(301), dense(131), dense(151), dense(3)]
    model = model_of(300, *chain, optimizer=optimizer)
    chain[1].trainable = False
    model.compile(optimizer, "mse")
    weights = model.get_weights()
    references = [kind(option) for _ in weights]
    for step in range(3):
        x, y = numbers(5, 300, seed=step), numbers(5, 3, seed=9)
        inputs = [x]
        for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
            inputs.append(inputs[-1] @ kernel + bias)
        delta = 2 * (inputs[-1] - y) / y.size
        for i in reversed(range(4)):
            gradients = inputs[i].T @ delta, delta.sum(0)
            delta = delta @ weights[2 * i].T
            for at, gradient in zip((2 * i, 2 * i + 1), gradients, strict=True):
                if i != 1:
                    weights[at] = references[at].step(weights[at], gradient)
        model.train_on_batch(x, y)
    for came, expected in zip(model.get_weights(), weights, strict=True):
        # Adam divides by a root of a gradient's square: a few more digits go.
        assert np.abs(came - expected).max() <= 1e-9


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_numbers_that_are_not_finite_late_in_a_batch(value, shuffle):
    """Behind the first 65,536 elements, where the check begins anew; the row is named."""
    x, y, weight = np.ones((ROWS, 3)), np.ones((ROWS, 2)), np.ones(ROWS)
    model = model_of(3, dense(2))
    options = {"batch_size": ROWS, "shuffle": shuffle, "verbose": 0}
    for array, place in ((x, (69_001, 2)), (y, (68_999, 0)), (weight, (69_998,))):
        array[place] = value
        name = f"[{', '.join(map(str, place))}] = {value}"
        with pytest.raises(ValueError) as caught:  # noqa: PT011 the message is looked at below
            model.fit(x, y, sample_weight=weight, **options)
        assert name in str(caught.value)
        array[place] = 1.0


def every_third(x):
    wide = np.full((3 * len(x), x.shape[1]), 77, x.dtype)
    wide[::3] = x
    return wide[::3]


@pytest.mark.parametrize("dtype", ["bool", "int8", ">i2", "uint32", ">i8", "float16", ">f4", ">f8"])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, every_third])
@pytest.mark.parametrize("columns", [1, 3])
def test_conversions_of_many_chunks(dtype, layout, columns):
    """A model that changes nothing shows what was gathered, in whatever way."""
    values = np.random.default_rng(4).integers(0, 100, (ROWS, columns)).astype(dtype)
    model = keras.Sequential(
        [keras.Input((columns,), dtype="float64"), layers.Flatten(dtype="float64")]
    )
    came = model.predict(layout(values), batch_size=ROWS, verbose=0)
    assert came.dtype == np.float64
    np.testing.assert_array_equal(came, values.astype("float64"))


def test_a_shuffled_batch_of_many_rows():
    """Rows and their targets go together in every chunk, and every row once."""
    x = numbers(ROWS, 3).astype("float32")
    y = (x @ np.array([[1.0], [2.0], [3.0]])).astype(">f4")
    # An exact model of these targets: any pair that is torn apart makes a loss of order 1.
    model = model_of(3, dense(1, use_bias=False))
    model.set_weights([np.array([[1.0], [2.0], [3.0]])])
    history = model.fit(x, y, batch_size=ROWS, epochs=1, verbose=0)
    assert history.history["loss"][0] < 1e-12
    targets = np.arange(ROWS, dtype="int32")
    still = model_of(3, dense(1, use_bias=False), optimizer=keras.optimizers.SGD(0.0))
    still.set_weights([np.zeros((3, 1))])
    loss = still.fit(x, targets, batch_size=66_000, verbose=0).history["loss"][0]
    assert_near(loss, (targets.astype("float64") ** 2).mean())
