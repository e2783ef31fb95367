"""What a picture may be at most; a caller fills it from its settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sides in pixels after orientation, areas in pixels.

    `max_total_pixels` is what all frames of an animation have together: each of them is decoded for the large variant
    or by a browser, so an animation is bounded by frames and by work.
    """

    max_side: int = 8192
    max_pixels: int = 64_000_000
    min_side: int = 16
    max_frames: int = 2_000
    max_total_pixels: int = 1_000_000_000
