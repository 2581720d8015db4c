"""A network that reads handwritten digits, in six steps.

They are data sets, model, compile, fit, evaluate and predict.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu
from cornu.utils.stratified_split import stratified_split

TITLE = "Six steps from data to prediction: reading handwritten digits"
TEST_SHARE = 0.3
VALIDATION_SHARE = 0.1
UNITS, EPOCHS, BATCH_SIZE = 256, 30, 32
# Darker is more ink: 0 to 16 in the images, 0 to 1 after scaling.
INK = " .:-=+*#%@"


def load(seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Step 1: the digits, shuffled and cut so that each part has its share of every class.

    Args:
        seed: Of the shuffle.

    Returns:
        `(x, y)` for `"train"`, `"validation"` and `"test"`; x of shape (rows, 8, 8) in [0, 1], y of
        shape (rows,).
    """
    x, y = cornu.datasets.digits.load_data()
    x = x.astype("float32") / 16
    rest, test = stratified_split(y, 1 - TEST_SHARE, seed)
    train, validation = stratified_split(y[rest], 1 - VALIDATION_SHARE, seed)
    parts = {"train": rest[train], "validation": rest[validation], "test": test}
    return {name: (x[rows], y[rows]) for name, rows in parts.items()}


def make_model() -> Any:
    """Steps 2 and 3: a network with one hidden layer, compiled."""
    model = cornu.Sequential(
        [
            cornu.Input(shape=(8, 8)),
            cornu.layers.Flatten(),
            cornu.layers.Dense(UNITS, activation="relu"),
            cornu.layers.Dropout(0.4),
            cornu.layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    model.compile(
        optimizer=cornu.optimizers.Adam(learning_rate=0.004),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def fit(model: Any, parts: dict[str, tuple[np.ndarray, np.ndarray]], verbose: Any = "auto") -> Any:
    """Step 4: training, with a look at the validation part after each epoch."""
    return model.fit(
        *parts["train"],
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        validation_data=parts["validation"],
        verbose=verbose,
    )


def draw(image: np.ndarray) -> list[str]:
    """A digit as eight lines of text, each pixel two characters wide.

    Args:
        image: Shape (8, 8), in [0, 1].

    Example:

    >>> import numpy as np
    >>> from cornu.tour.six_steps import draw
    >>> draw(np.eye(8))[:2]
    ['@@              ', '  @@            ']
    """
    level = np.clip(np.rint(image * (len(INK) - 1)), 0, len(INK) - 1).astype(int)
    return ["".join(INK[i] * 2 for i in row) for row in level]


def draw_predictions(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> str:
    """Digits side by side, four a line, over what the network takes them for.

    Args:
        images: Shape (n, 8, 8), in [0, 1].
        labels: Shape (n,), what they are.
        probabilities: Shape (n, 10), what the network says.
    """
    lines: list[str] = []
    for first in range(0, len(images), 4):
        some = range(first, min(first + 4, len(images)))
        lines += [
            "   ".join(pixels) for pixels in zip(*(draw(images[i]) for i in some), strict=True)
        ]
        captions = []
        for i in some:
            guess = int(probabilities[i].argmax())
            verdict = "" if guess == labels[i] else f" not {labels[i]}"
            captions.append(f"{guess}{verdict} (p={probabilities[i, guess]:.3f})".ljust(16))
        lines += ["   ".join(captions).rstrip(), ""]
    return "\n".join(lines)


class SixSteps:
    """The six steps, the first three taken; `learn` takes the others.

    Args:
        seed: Of the split and of everything random in the network.

    Attributes:
        parts: The data, as `load` returns them.
        model: The network, compiled.
        history: What `fit` returned, once it has.
        loss: That of the test part.
        accuracy: Likewise.
        images: The first ten of the test part, shape (10, 8, 8).
        labels: What they are, shape (10,).
        probabilities: What the network says of them, shape (10, 10).
    """

    def __init__(self, seed: int = 1) -> None:
        cornu.utils.set_random_seed(seed)
        self.parts = load(seed)
        self.model = make_model()
        x, y = self.parts["test"]
        self.images, self.labels = x[:10], y[:10]

    def learn(self, verbose: Any = "auto") -> None:
        """Fit, evaluate and predict.

        Args:
            verbose: What `fit` shows of itself.
        """
        self.history = fit(self.model, self.parts, verbose)
        self.loss, self.accuracy = self.model.evaluate(*self.parts["test"], verbose=0)
        self.probabilities = self.model.predict(self.images, verbose=0)

    @property
    def before(self) -> list[str]:
        """What each of the first four steps is about; a line break is where one may be."""
        count = sum(len(x) for x, _ in self.parts.values())
        shares = f"{100 * (1 - TEST_SHARE):.0f}/{100 * TEST_SHARE:.0f}"
        return [
            f"Data sets: {count:,} digits of 8 x 8 pixels, {shares} into training and test\n"
            f"and of the training part {VALIDATION_SHARE:.0%} are set aside for validation",
            f"Model: 64 pixels, {UNITS} hidden units, 10 classes",
            "Compile: Adam, cross-entropy of the right class, accuracy",
            f"Fit: {EPOCHS} epochs of batches of {BATCH_SIZE}",
        ]

    @property
    def after(self) -> list[str]:
        """What came of the last two."""
        return [
            f"Evaluate: loss {self.loss:.4f}, accuracy {self.accuracy:.4f} on the test part, "
            "unseen so far",
            "Predict: ten digits of the test part, the network's answer and how sure it is",
        ]


def run(seed: int = 1) -> float:
    """All six steps, told as they go.

    Args:
        seed: Of the split and of everything random in the network.

    Returns:
        The accuracy on the test part.
    """
    print(TITLE)
    print("=" * len(TITLE))
    steps = SixSteps(seed)
    data, model, compiled, fitted = steps.before
    print("1. " + data.replace("\n", "\n   "))
    for name, (x, _) in steps.parts.items():
        print(f"   {name:<10} x {x.shape}")
    print(f"\n2. {model}")
    steps.model.summary(line_length=72)
    print(f"\n3. {compiled}\n")
    print(f"4. {fitted}")
    steps.learn()
    evaluated, predicted = steps.after
    print(f"\n5. {evaluated}\n\n6. {predicted}\n")
    print(draw_predictions(steps.images, steps.labels, steps.probabilities))
    return steps.accuracy
