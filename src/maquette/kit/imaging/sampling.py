"""Averaging a small array of brightness onto a coarser grid."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def shrink_to(values: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """The mean of each cell of a `width` × `height` grid laid over a 2-D array; cells may cut through pixels.

    A grid finer than the array repeats pixels.
    """
    return _weights(values.shape[0], height) @ values @ _weights(values.shape[1], width).T


@lru_cache(maxsize=64)
def _weights(length: int, cells: int) -> NDArray[np.float64]:
    """Row i says how much each of `length` pixels counts in cell i; rows sum to one."""
    edges = np.linspace(0, length, cells + 1)
    pixels = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights: NDArray[np.float64] = np.clip(overlap, 0, None) * (cells / length)
    return weights
