"""dHash: 64 bits that stay nearly the same when a picture is scaled, re-encoded or slightly changed."""

import numpy as np
from numpy.typing import NDArray

from maquette.kit.imaging.sampling import shrink_to

_ROWS, _COLUMNS = 8, 8
_LUMA = (0.299, 0.587, 0.114)


def hash_differences(rgb: NDArray[np.uint8]) -> int:
    """The dHash of pixels shaped (height, width, 3) as an unsigned 64-bit number.

    A bit is set where brightness rises from one cell to its right neighbour, on a grid of 9 × 8 cells; the first
    (upper left) comparison is the highest bit. Any size is taken; a hundred pixels a side are plenty.
    """
    grey = shrink_to(rgb @ np.array(_LUMA), _COLUMNS + 1, _ROWS)
    # Rounded first: cells that differ by less than a step of brightness are noise, not a direction.
    steps = np.rint(grey)
    return int.from_bytes(np.packbits(steps[:, 1:] > steps[:, :-1]).tobytes(), "big")


def count_differences(one: int, other: int) -> int:
    """In how many of 64 bits two hashes differ: 0 is the same look, up to about 10 nearly so."""
    return (one ^ other).bit_count()
