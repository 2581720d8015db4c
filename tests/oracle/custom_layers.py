"""Layers that users write: the same code on Keras and on cornu."""


def layers_of(keras):
    class Linear(keras.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units = units

        def build(self, input_shape):
            self.kernel = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel"
            )
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

        def call(self, x):
            return x @ self.kernel + self.bias

    class Gated(keras.layers.Layer):
        """Layers within, a scalar weight, and a count that training does not move."""

        def __init__(self, units, **options):
            super().__init__(**options)
            self.value = keras.layers.Dense(units, activation="tanh")
            self.gates = [Linear(units), keras.layers.Dropout(0.0)]

        def build(self, input_shape):
            self.power = self.add_weight(shape=(), initializer="ones", name="power")
            self.calls = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="calls"
            )
            self.value.build(input_shape)
            self.gates[0].build(input_shape)

        def call(self, x, training=None):
            gate = keras.activations.sigmoid(self.gates[0](x))
            if training:
                self.calls.assign(self.calls + 1)
            return self.gates[1](self.value(x) * gate * self.power, training=training)

    return Linear, Gated


def penalized(keras, units, **options):
    """A layer that adds to the loss, whose weights, and a layer within, have rules."""

    class Penalized(keras.layers.Layer):
        def build(self, input_shape):
            rules = {"regularizer": keras.regularizers.L2(0.2), "constraint": "non_neg"}
            self.scale = self.add_weight(
                shape=(input_shape[-1],), initializer="ones", name="scale", **rules
            )
            self.inner = keras.layers.Dense(
                units,
                kernel_regularizer=keras.regularizers.L1(0.05),
                kernel_constraint=keras.constraints.MaxNorm(0.9),
                activity_regularizer=keras.regularizers.L2(0.1),
                name="inner",
            )
            self.inner.build(input_shape)

        def call(self, x):
            y = self.inner(x * self.scale)
            self.add_loss(0.3 * (y**4).mean())
            self.add_loss((0.2 * self.scale).sum())
            return y

    return Penalized(**options)


def residual(keras, **options):
    """A model within, and layers whose training is unlike their prediction."""
    layers = keras.layers

    class Residual(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            parts = [
                layers.Dense(3, activation="tanh", name="a"),
                layers.BatchNormalization(momentum=0.7, name="b"),
                layers.Dense(4, name="c"),
                layers.LeakyReLU(0.2, name="d"),
            ]
            self.inner = keras.Sequential(parts, name="inner")
            self.noise = layers.GaussianNoise(0.0)
            self.norm = layers.LayerNormalization(name="norm")

        def build(self, input_shape):
            self.inner.build(input_shape)
            self.norm.build(input_shape)

        def call(self, x, training=None):
            y = self.inner(x, training=training)
            return self.norm(self.noise(x + y, training=training))

    return Residual(**options)


def derived(keras):
    """Layers of Keras's with methods of their own, and what they make of training."""
    layers = keras.layers

    class Scaled(layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

        def call(self, inputs):
            return super().call(inputs) * self.scale + 0.1 * (inputs @ self.kernel)

    class Still(layers.BatchNormalization):
        """Trained with its moving statistics."""

        def call(self, inputs, training=None, mask=None):
            return super().call(inputs, training=False)

    class Moving(layers.BatchNormalization):
        def call(self, inputs, training=None, mask=None):
            return super().call(inputs, training=training, mask=mask) + inputs

    class Joined(layers.LayerNormalization):
        def call(self, inputs):
            return keras.ops.concatenate([super().call(inputs), inputs * self.gamma], axis=-1)

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], 2 * input_shape[-1])

    return [
        Scaled(3, activation="tanh", kernel_regularizer="l2", name="a"),
        Still(name="b"),
        Moving(momentum=0.7, name="c"),
        Joined(name="d"),
        layers.Dense(2, name="e"),
    ]


def wide(keras):
    """Layers of which the core has the only derivatives, within one of one's own."""
    layers = keras.layers

    class Wide(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.parts = [
                layers.EinsumDense("ab,bc->ac", 4, activation="tanh", bias_axes="c", name="a"),
                layers.GroupNormalization(2, name="b"),
                layers.RMSNormalization(name="c"),
                layers.AlphaDropout(0.0, name="d"),
                layers.Rescaling(0.5, offset=0.1, name="e"),
                layers.UnitNormalization(name="f"),
                layers.PReLU("ones", name="g"),
                layers.RepeatVector(2, name="h"),
                layers.Permute((2, 1), name="i"),
                layers.Flatten(name="j"),
            ]

        def build(self, input_shape):
            for part in self.parts:
                part.build(input_shape)
                input_shape = part.compute_output_shape(input_shape)

        def call(self, x, training=None):
            for part in self.parts:
                x = part(x)
            return x * x

    return [Wide(name="a"), layers.Dense(2, name="b")]


def holding(keras, inner, **options):
    """A layer that calls another one, on what differs from its own input."""

    class Holding(keras.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.inner = inner

        def build(self, input_shape):
            self.inner.build(input_shape)

        def call(self, x, training=None):
            return self.inner(x * 1.5, training=training)

    return Holding(**options)


def held(keras):
    layers = keras.layers
    return [
        layers.Dense(6, name="a"),
        holding(keras, layers.Activation("glu", name="in"), name="b"),
        holding(keras, layers.Reshape((3, 1), name="in"), name="c"),
        holding(keras, layers.Masking(5.0, name="in"), name="d"),
        holding(keras, layers.PReLU("ones", name="in"), name="e"),
        holding(keras, layers.LayerNormalization(axis=(1, 2), name="in"), name="f"),
        layers.Flatten(name="g"),
        layers.Dense(2, name="h"),
    ]
