"""Pictures that the program draws itself: landscapes from a seed, to fill an empty library with something pleasant."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Canvas = NDArray[np.float32]
"""Shaped (height, width, 3), sRGB 0..255."""
Colour = tuple[int, int, int]

_CAMERAS = (("Maquette", "Sketchbook I"), ("Maquette", "Sketchbook II"), ("Atelier", "Field Easel"))
_EPOCH = datetime(2016, 1, 1)  # noqa: DTZ001 - EXIF dates are wall clocks
_DAYS = 9 * 365
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class _Mood:
    """A time of day: the sky from top to horizon, the sun, and the hills from far to near."""

    sky: tuple[Colour, ...]
    sun: Colour
    far: Colour
    near: Colour
    stars: bool = False
    hour: int = 12


_MOODS = (
    _Mood(((52, 92, 148), (240, 170, 130), (255, 214, 165)), (255, 236, 190), (176, 132, 148), (44, 40, 66), hour=7),
    _Mood(((74, 142, 212), (150, 200, 236), (226, 240, 246)), (255, 252, 236), (150, 184, 190), (38, 84, 62), hour=12),
    _Mood(((60, 36, 92), (214, 84, 88), (252, 176, 96)), (255, 210, 130), (150, 70, 96), (34, 18, 44), hour=20),
    _Mood(((8, 12, 36), (22, 34, 78), (58, 72, 120)), (240, 240, 226), (38, 48, 88), (6, 10, 24), stars=True, hour=23),
    _Mood(((120, 150, 160), (190, 206, 206), (230, 230, 220)), (250, 250, 240), (170, 186, 184), (62, 84, 86), hour=9),
    _Mood(((86, 176, 190), (190, 226, 204), (252, 236, 190)), (255, 248, 214), (206, 168, 120), (112, 66, 44), hour=16),
)


def draw_picture(seed: int, width: int, height: int) -> bytes:
    """A JPEG landscape of `width` × `height` pixels with camera and date in its EXIF; equal seeds give equal bytes.

    Takes about 0.2 CPU seconds a megapixel. Raises ValueError for sides outside 16..8192
    and for a negative seed.
    """
    if not (16 <= width <= 8192 and 16 <= height <= 8192):
        raise ValueError(f"A drawing has sides of 16 to 8192 pixels, not {width} × {height}.")
    chance = np.random.default_rng(seed)
    mood = _MOODS[seed % len(_MOODS)]  # in turn, so that the first few pictures show every time of day
    canvas = _draw_sky(chance, mood, width, height)
    _draw_sun(chance, mood, canvas)
    if mood.stars:
        _draw_stars(chance, canvas)
    else:
        _draw_clouds(chance, canvas)
    _draw_hills(chance, mood, canvas)
    if chance.random() < 0.45:
        _draw_lake(chance, mood, canvas)
    _draw_grain(chance, canvas)
    picture = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=_QUALITY, exif=_describe(chance, mood))
    return encoded.getvalue()


def _draw_sky(chance: np.random.Generator, mood: _Mood, width: int, height: int) -> Canvas:
    stops = np.linspace(0, 1, len(mood.sky))
    rows = np.linspace(0, 1.25, height)
    column = np.stack([np.interp(rows, stops, [colour[band] for colour in mood.sky]) for band in range(3)], axis=1)
    # A slight lean from left to right keeps two skies of the same mood apart.
    lean = np.linspace(-1, 1, width) * chance.uniform(-14, 14)
    return (column[:, None, :] + lean[None, :, None]).astype(np.float32)


def _draw_sun(chance: np.random.Generator, mood: _Mood, canvas: Canvas) -> None:
    height, width = canvas.shape[:2]
    short = min(width, height)
    x, y = chance.uniform(0.15, 0.85) * width, chance.uniform(0.15, 0.5) * height
    radius = chance.uniform(0.035, 0.09) * short
    distance = np.hypot(np.arange(width)[None, :] - x, np.arange(height)[:, None] - y).astype(np.float32)
    disc = np.clip(radius - distance + 0.5, 0, 1)
    glow = 0.75 * np.exp(-np.maximum(distance - radius, 0) / (short * 0.16))
    _lay(canvas, mood.sun, np.maximum(disc, glow))


def _draw_stars(chance: np.random.Generator, canvas: Canvas) -> None:
    height, width = canvas.shape[:2]
    count = max(20, width * height // 9000)
    rows = (chance.random(count) ** 1.6 * height * 0.7).astype(int)
    columns = chance.integers(0, width, count)
    light = chance.uniform(40, 190, count).astype(np.float32)
    for down, right, share in ((0, 0, 1.0), (1, 0, 0.45), (0, 1, 0.45)):
        canvas[np.minimum(rows + down, height - 1), np.minimum(columns + right, width - 1)] += light[:, None] * share


def _draw_clouds(chance: np.random.Generator, canvas: Canvas) -> None:
    height, width = canvas.shape[:2]
    field = np.zeros((height, width), np.float32)
    for cells, share in ((4, 0.5), (9, 0.28), (22, 0.14), (50, 0.08)):
        noise = chance.random((max(3, cells * height // width * 2), cells)).astype(np.float32)
        layer = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        field += share * np.asarray(layer)
    fade = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    _lay(canvas, (255, 252, 248), np.clip((field - chance.uniform(0.48, 0.58)) * 3, 0, 0.7) * fade)


def _draw_hills(chance: np.random.Generator, mood: _Mood, canvas: Canvas) -> None:
    """Ridges from far to near, each lower, darker and rougher than the one behind it."""
    height, width = canvas.shape[:2]
    across = np.linspace(0, width / max(width, height), width)
    ridges = int(chance.integers(3, 6))
    rows = np.arange(height)[:, None]
    for ridge in range(ridges):
        nearness = ridge / (ridges - 1)
        line = np.zeros(width)
        for octave in range(1, 7):
            roughness = 0.07 * (0.42 + 0.1 * nearness) ** (octave - 1)
            line += roughness * np.sin(across * (2.2**octave) * chance.uniform(0.8, 1.3) + chance.uniform(0, 6.3))
        crest = (0.48 + 0.34 * nearness + line) * height
        cover = np.clip(rows - crest[None, :], 0, 1).astype(np.float32)
        colour = [far + (near - far) * nearness for far, near in zip(mood.far, mood.near, strict=True)]
        # Mist gathers at the foot of far ridges.
        depth = np.clip((rows - crest[None, :]) / (height * 0.25), 0, 1) * (1 - nearness) * 0.5
        for band in range(3):
            shade = colour[band] + (mood.sky[-1][band] - colour[band]) * depth
            canvas[..., band] += (shade - canvas[..., band]) * cover


def _draw_lake(chance: np.random.Generator, mood: _Mood, canvas: Canvas) -> None:
    """The lowest part mirrors what stands above it, rippled and a little darker."""
    height, width = canvas.shape[:2]
    shore = int(height * chance.uniform(0.78, 0.86))
    depth = height - shore
    rows = np.arange(depth)
    ripple = (np.sin(rows**0.75 * 1.9)[:, None] * 3 + np.sin(np.arange(width) / 37)[None, :]) * (rows / depth)[:, None]
    source = np.clip(shore - 1 - rows[:, None] * 1.6 + ripple, 0, shore - 1).astype(int)
    mirrored = canvas[source, np.arange(width)[None, :]]
    water = np.array(mood.sky[0], np.float32)
    canvas[shore:] = mirrored * 0.72 + water * 0.28


def _draw_grain(chance: np.random.Generator, canvas: Canvas) -> None:
    """A breath of grain, so that gradients do not band; one tile serves any size."""
    height, width = canvas.shape[:2]
    tile = chance.normal(0, 1.6, (256, 256)).astype(np.float32)
    canvas += np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width, None]


def _lay(canvas: Canvas, colour: Colour, share: NDArray[np.float32]) -> None:
    for band in range(3):
        canvas[..., band] += (colour[band] - canvas[..., band]) * share


def _describe(chance: np.random.Generator, mood: _Mood) -> Image.Exif:
    minutes = int(chance.integers(0, 60))
    day = _EPOCH + timedelta(days=int(chance.integers(0, _DAYS)), hours=mood.hour, minutes=minutes)
    taken = day.strftime("%Y:%m:%d %H:%M:%S")
    make, model = _CAMERAS[int(chance.integers(len(_CAMERAS)))]
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131], exif[0x0132] = make, model, "maquette demo", taken
    detail = exif.get_ifd(0x8769)
    detail[0x9003] = detail[0x9004] = taken
    detail[0x9011] = "+00:00"
    detail[0x829A], detail[0x829D] = 1 / int(chance.integers(30, 1000)), float(chance.choice([1.8, 2.8, 4, 8]))
    detail[0x8827], detail[0x920A] = int(chance.choice([100, 200, 400])), float(chance.choice([24, 35, 50, 85]))
    return exif
