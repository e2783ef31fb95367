"""The colour that a picture is mostly made of."""

import numpy as np
from numpy.typing import NDArray

_STEPS = 16
"""Cells along each of red, green and blue."""


def find_dominant_colour(rgba: NDArray[np.uint8]) -> str:
    """`#rrggbb` of the largest cluster of colour in pixels shaped (height, width, 4); transparent pixels count less.

    A wholly transparent picture has `#000000`.
    """
    pixels = rgba.reshape(-1, 4)
    weight = pixels[:, 3] / 255.0
    cells = (pixels[:, :3] >> 4).astype(np.intp)
    index = (cells[:, 0] * _STEPS + cells[:, 1]) * _STEPS + cells[:, 2]
    counts = np.bincount(index, weights=weight, minlength=_STEPS**3).reshape(_STEPS, _STEPS, _STEPS)
    # A cluster may straddle the border of two cells: each is judged together with its neighbours.
    padded = np.pad(counts, 1)
    for axis in range(3):
        padded = padded + np.roll(padded, 1, axis) + np.roll(padded, -1, axis)
    # The cell's own weight breaks ties in favour of the heart of a cluster.
    heart = np.array(np.unravel_index(int((padded[1:-1, 1:-1, 1:-1] + counts).argmax()), counts.shape))
    near = (np.abs(cells - heart) <= 1).all(axis=1) * weight
    total = near.sum()
    if not total:
        return "#000000"
    red, green, blue = (int(value) for value in np.rint((pixels[:, :3] * near[:, None]).sum(axis=0) / total))
    return f"#{red:02x}{green:02x}{blue:02x}"
