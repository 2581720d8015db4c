"""A network that reads handwritten digits, in six steps.

They are data sets, model, compile, fit, evaluate and predict.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu
from cornu.utils.stratified_split import stratified_split

TEST_SHARE = 0.3
VALIDATION_SHARE = 0.1
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
            cornu.layers.Dense(256, activation="relu"),
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
        batch_size=32,
        epochs=30,
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


def run(seed: int = 1) -> float:
    """All six steps, told as they go.

    Args:
        seed: Of the split and of everything random in the network.

    Returns:
        The accuracy on the test part.
    """
    cornu.utils.set_random_seed(seed)
    print("Six steps from data to prediction: reading handwritten digits")
    print("=============================================================")
    print("1. Data sets: 1,797 digits of 8 x 8 pixels, 70/30 into training and test")
    print(f"   and of the training part {VALIDATION_SHARE:.0%} are set aside for validation")
    parts = load(seed)
    for name, (x, _) in parts.items():
        print(f"   {name:<10} x {x.shape}")
    print("\n2. Model: 64 pixels, 256 hidden units, 10 classes")
    model = make_model()
    model.summary(line_length=72)
    print("\n3. Compile: Adam, cross-entropy of the right class, accuracy\n")
    print("4. Fit: 30 epochs of batches of 32")
    fit(model, parts)
    loss, accuracy = model.evaluate(*parts["test"], verbose=0)
    print(
        f"\n5. Evaluate: loss {loss:.4f}, accuracy {accuracy:.4f} on the test part, unseen so far"
    )
    print("\n6. Predict: ten digits of the test part, the network's answer and how sure it is\n")
    x, y = parts["test"]
    print(draw_predictions(x[:10], y[:10], model.predict(x[:10], verbose=0)))
    return accuracy
