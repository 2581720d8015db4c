"""How well a colour can be read on another."""

import numpy as np
from matplotlib.colors import to_rgb


def contrast(color, other="white"):
    """As WCAG 2 has it."""
    lights = []
    for each in (color, other):
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in to_rgb(each)]
        lights.append(float(np.dot(parts, [0.2126, 0.7152, 0.0722])) + 0.05)
    return max(lights) / min(lights)
