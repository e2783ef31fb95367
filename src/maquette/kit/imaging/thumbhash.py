"""ThumbHash: a picture's likeness in about 25 bytes, shown while the picture loads.

Our own encoder of Evan Wallace's public algorithm (https://evanw.github.io/thumbhash/): the lowest cosine
frequencies of brightness and two colour differences, quantised to four bits each.
"""

from math import floor

import numpy as np
from numpy.typing import NDArray

MAX_SIDE = 100
_SILENCE = 1e-9
"""Below this the frequencies of a flat picture are only the noise of floating point: written as zero, so that equal
pictures have equal hashes on every machine."""


def encode_thumbhash(rgba: NDArray[np.uint8]) -> bytes:
    """The ThumbHash of pixels shaped (height, width, 4), sRGB, not premultiplied, at most 100 × 100.

    Raises ValueError for another shape.
    """
    if rgba.ndim != 3 or rgba.shape[2] != 4 or not 0 < max(rgba.shape[:2]) <= MAX_SIDE:  # (height, width, RGBA)
        raise ValueError(f"ThumbHash takes (height, width, 4) up to {MAX_SIDE} × {MAX_SIDE}, not {rgba.shape}")
    height, width = rgba.shape[:2]
    colour = rgba[..., :3].astype(np.float64) / 255
    alpha = rgba[..., 3].astype(np.float64) / 255
    opacity = float(alpha.sum())
    average = (colour * alpha[..., None]).sum(axis=(0, 1)) / (opacity or 1)
    has_alpha = bool((rgba[..., 3] < 255).any())  # 255 is opaque
    shown = average * (1 - alpha[..., None]) + colour * alpha[..., None]
    red, green, blue = shown[..., 0], shown[..., 1], shown[..., 2]

    limit = 5 if has_alpha else 7
    across = max(1, _round(limit * width / max(width, height)))
    down = max(1, _round(limit * height / max(width, height)))
    light = _Channel((red + green + blue) / 3, max(3, across), max(3, down))
    yellow_blue = _Channel((red + green) / 2 - blue, 3, 3)
    red_green = _Channel(red - green, 3, 3)
    channels = [light, yellow_blue, red_green]

    is_landscape = width > height
    header = (
        _round(63 * light.mean)
        | _round(31.5 + 31.5 * yellow_blue.mean) << 6
        | _round(31.5 + 31.5 * red_green.mean) << 12
        | _round(31 * light.scale) << 18
        | has_alpha << 23
        | (down if is_landscape else across) << 24
        | _round(63 * yellow_blue.scale) << 27
        | _round(63 * red_green.scale) << 33
        | is_landscape << 39
    )
    hashed = bytearray(header.to_bytes(5, "little"))
    if has_alpha:
        transparency = _Channel(alpha, 5, 5)
        hashed.append(_round(15 * transparency.mean) | _round(15 * transparency.scale) << 4)
        channels.append(transparency)
    nibbles = [_round(15 * value) for channel in channels for value in channel.waves]
    nibbles += [0] * (len(nibbles) % 2)
    hashed += bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return bytes(hashed)


class _Channel:
    """The mean of a channel, its cosine waves scaled to 0..1 in reading order, and the scale."""

    def __init__(self, values: NDArray[np.float64], across: int, down: int) -> None:
        height, width = values.shape
        horizontal = np.cos(np.pi / width * np.outer(np.arange(across), np.arange(width) + 0.5))
        vertical = np.cos(np.pi / height * np.outer(np.arange(down), np.arange(height) + 0.5))
        waves = vertical @ values @ horizontal.T / (width * height)
        # Only the upper left triangle of frequencies is kept, a row at a time.
        kept = [float(waves[y, x]) for y in range(down) for x in range(across) if x * down < across * (down - y)]
        self.mean = kept[0]
        self.scale = max((abs(wave) for wave in kept[1:]), default=0.0)
        if self.scale < _SILENCE:
            self.scale = 0.0
        self.waves = [0.5 + 0.5 / self.scale * wave if self.scale else 0.0 for wave in kept[1:]]


def _round(value: float) -> int:
    """Half up, as the reference rounds; Python rounds half to even."""
    return floor(value + 0.5)
