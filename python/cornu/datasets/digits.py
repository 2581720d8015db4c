"""The UCI handwritten digits: 1,797 grey images of 8 x 8 pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def load_data() -> tuple[np.ndarray, np.ndarray]:
    """Load the handwritten digits of the UCI repository.

    The 1,797 images come with cornu: nothing is downloaded. They are one set in the order of the
    source, not yet split into train and test: `keras.datasets.mnist.load_data()` gives two pairs,
    this function gives one.

    Returns:
        A tuple `(x, y)` of new arrays. `x`: uint8, shape `(1797, 8, 8)`, axes (image, row, column),
        from 0 (paper) to 16 (ink); divide by 16 for values in [0, 1]. `y`: uint8, shape
        `(1797,)`, the digit, 0 to 9.

    Example:
        >>> import cornu
        >>> x, y = cornu.datasets.digits.load_data()
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((1797, 8, 8), dtype('uint8'), (1797,), dtype('uint8'))
        >>> y[:10].tolist()
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

    Source:
        E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine
        Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0. digits.txt, beside this
        file, says more.
    """
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as archive:
        # All images have each pixel side by side there, which takes less room.
        return np.ascontiguousarray(archive["x"]), archive["y"]
