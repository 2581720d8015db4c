"""Handwritten digits as a picture, with what a network takes them for."""

from __future__ import annotations

import numpy as np

from cornu.utils.svg_elements import document, paint, write

# In pixels: of an image's pixel, between images, and for the two lines below one.
_PIXEL, _GAP, _LINES = 11, 14, 60
# As many as phones have room for.
_IN_A_ROW = 4


def draw_digits(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> str:
    """Return the picture.

    Args:
        images: Shape (n, 8, 8), in [0, 1].
        labels: Shape (n,), what they are.
        probabilities: Shape (n, 10), what the network says.
    """
    size = images.shape[1] * _PIXEL
    rows = -(-len(images) // _IN_A_ROW)
    shapes, said = [], []
    for i, image in enumerate(images):
        left = _GAP + i % _IN_A_ROW * (size + _GAP)
        top = _GAP + i // _IN_A_ROW * (size + _LINES)
        shapes.append(
            f'<rect x="{left}" y="{top}" width="{size}" height="{size}" {paint(fill="fill")}/>'
        )
        shapes += [
            f'<rect x="{left + column * _PIXEL}" y="{top + row * _PIXEL}" width="{_PIXEL}" '
            f'height="{_PIXEL}" fill-opacity="{ink:.3g}" {paint(fill="ink")}/>'
            for (row, column), ink in np.ndenumerate(image)
            if ink > 0
        ]
        guess = int(probabilities[i].argmax())
        is_right = guess == labels[i]
        verdict = f"{guess}" if is_right else f"{guess}, not {labels[i]}"
        sure = f"p={probabilities[i, guess]:.3f}"
        middle, role = left + size / 2, "ink" if is_right else "negative"
        shapes.append(write(verdict, middle, top + size + 13, size=14, bold=True, role=role))
        shapes.append(write(sure, middle, top + size + 30, role="muted"))
        said.append(f"{verdict} ({sure})")
    width = _GAP + _IN_A_ROW * (size + _GAP)
    return document(
        width,
        _GAP + rows * (size + _LINES),
        shapes,
        title=f"{len(images)} digits and what the network takes them for",
        description="; ".join(said),
    )
