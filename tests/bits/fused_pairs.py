"""Pairs of networks with the same bits: an activation within Dense, and as a layer of its own."""

from .samples import bits, classes, numbers, one_hot
from .training import OPTIMIZERS, dense, sequential, training

# What is computed together from the logits: (loss, activation).
JOINED = [
    ("sparse_categorical_crossentropy", "softmax"),
    ("categorical_crossentropy", "softmax"),
    ("binary_crossentropy", "sigmoid"),
]


def fused_or_apart(optimizer, batch_size, apart):
    """Relu done as a product is stored, and a last activation that the loss takes over, or both as
    layers of their own: at a depth above 512 and others, with few columns and many, and dropout.
    """
    loss, last = JOINED[([*OPTIMIZERS].index(optimizer) + batch_size) % len(JOINED)]

    def make(keras, dtype):
        def activated(units, name):
            if not apart:
                return [dense(keras, dtype, units, name, bias_initializer="ones")]
            activation = keras.layers.Activation(name, dtype=dtype)
            return [dense(keras, dtype, units, bias_initializer="ones"), activation]

        dropout = keras.layers.Dropout(0.2, dtype=dtype)
        chain = [*activated(37, "relu"), dropout, *activated(4, "relu"), *activated(65, "relu")]
        model = sequential(keras, dtype, 601, *chain, *activated(3, last))
        rows = 20 if batch_size == 1 else 210
        x, y = numbers(rows, 601) / 16, one_hot(rows, 3)
        y = classes(rows, 3) if loss.startswith("sparse") else y
        options = {"batch_size": batch_size, "sample_weight": bits(numbers(rows, seed=2))}
        return training(keras, model, loss, optimizer, x, y, metrics=["accuracy"], **options)

    return make


def fused_pairs():
    """Pairs of names, and the networks by name: those of a pair have the same bits."""
    pairs, made = [], {}
    for optimizer in OPTIMIZERS:
        for size in (1, 33, 200):
            names = [f"{how} {optimizer}, batch {size}" for how in ("fused", "apart")]
            pairs.append(tuple(names))
            for name in names:
                made[name] = fused_or_apart(optimizer, size, name.startswith("apart"))
    return pairs, made


FUSED_PAIRS, FUSED_NETWORKS = fused_pairs()
