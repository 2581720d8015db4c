"""Layers that no format has, and what exports say of them."""

import cornu as keras


class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x


# Each with the beginning of the error.
LAYERS = [
    (Doubled(name="own"), r'"own" \(Doubled\).*Python computes it'),
    (keras.layers.Lambda(lambda x: x, name="mine"), r'"mine" \(Lambda\).*Python computes it'),
    (keras.layers.Dense(2, activation=lambda x: x, name="odd"), r'"odd" \(Dense\).*Put layers of'),
    (
        keras.layers.Dense(2, activation=keras.layers.PReLU(), name="two"),
        r'"two" \(Dense\).*Put that, <PReLU .*behind it',
    ),
    (keras.layers.CategoryEncoding(2, name="c"), r'"c" \(CategoryEncoding\).*prepares'),
    (keras.layers.IntegerLookup(vocabulary=[1], name="i"), r'"i" \(IntegerLookup\).*prepares'),
    (keras.layers.Hashing(2, name="h"), r'"h" \(Hashing\).*prepares'),
    (keras.layers.Discretization([0.5], name="bins"), r'"bins" \(Discretization\).*prepares'),
]
