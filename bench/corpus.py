"""Draws the photographs that the benchmarks use: 12 Mpx JPEGs of about 3.4 MB with dates, and a place in a third.

    python bench/corpus.py [COUNT] [WIDTH] [HEIGHT] [KILOBYTES]

They are kept in bench/corpus/ and drawn once. Size matters more than beauty: a decoder's work follows the bytes,
so each picture has soft colour, fine texture and sensor noise in the amount that fills the wanted size.
"""

import io
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

CORPUS = Path(__file__).parent / "corpus"
_QUALITY = 90


def draw_corpus(count: int, width: int = 4000, height: int = 3000, kilobytes: int = 3400) -> list[Path]:
    """Paths of `count` photographs; only the missing ones are drawn (about 3 CPU seconds each)."""
    folder = CORPUS / f"{width}x{height}-{kilobytes}k"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:05d}.jpg" for number in range(count)]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    if missing:
        print(f"drawing {len(missing)} photographs into {folder}", flush=True)
        with ProcessPoolExecutor(2) as pool:
            list(pool.map(partial(_draw, folder, width, height, kilobytes), missing))
    return paths


def _draw(folder: Path, width: int, height: int, kilobytes: int, number: int) -> None:
    chance = np.random.default_rng((number, width, height))
    scene = _scene(chance, width, height)
    noise = chance.normal(0, 1, (height // 3 + 5, width // 3 + 7)).astype(np.float32)
    noise = np.tile(noise, (4, 4))[:height, :width, None]
    exif = _exif(chance, number)
    low, high = 0.0, 40.0
    encoded = b""
    for _ in range(6):  # the amount of noise is searched, the quality stays that of a camera
        amount = (low + high) / 2
        encoded = _encode(np.clip(scene + noise * amount, 0, 255).astype(np.uint8), exif)
        share = len(encoded) / (kilobytes * 1024)
        if 0.95 < share < 1.05:
            break
        low, high = (amount, high) if share < 1 else (low, amount)
    partial_file = folder / f"{number:05d}.part"
    partial_file.write_bytes(encoded)
    partial_file.rename(folder / f"{number:05d}.jpg")


def _scene(chance: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    top, bottom = chance.uniform(40, 215, (2, 3)).astype(np.float32)
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    scene = np.broadcast_to(top * (1 - ramp) + bottom * ramp, (height, width, 3)).copy()
    for cells, strength in ((5, 80), (17, 40), (60, 20), (230, 12)):
        coarse = chance.integers(0, 256, (max(2, cells * height // width), cells, 3), dtype=np.uint8)
        layer = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        scene += (np.asarray(layer, np.float32) / 255 - 0.5) * strength
    picture = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture, "RGBA")
    for _ in range(35):
        x, y, size = chance.integers(0, width), chance.integers(0, height), chance.integers(width // 70, width // 7)
        colour = (*(int(value) for value in chance.integers(0, 256, 3)), int(chance.integers(100, 250)))
        shape = (pen.ellipse, pen.rectangle)[int(chance.integers(2))]
        shape((int(x), int(y), int(x + size), int(y + size * 0.7)), fill=colour)
    return np.asarray(picture, np.float32)


def _encode(pixels: NDArray[np.uint8], exif: Image.Exif) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=_QUALITY, subsampling=2, exif=exif)
    return encoded.getvalue()


def _exif(chance: np.random.Generator, number: int) -> Image.Exif:
    taken = datetime(2011, 1, 1) + timedelta(minutes=int(chance.integers(0, 13 * 365 * 24 * 60)))  # noqa: DTZ001 - EXIF dates are wall clocks
    text = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0132] = "Bench", f"Model {number % 4}", 1, text
    detail = exif.get_ifd(0x8769)
    detail[0x9003] = detail[0x9004] = text
    detail[0x829A], detail[0x829D], detail[0x8827] = 1 / int(chance.integers(30, 2000)), 2.8, 200
    if number % 3 == 0:
        place = exif.get_ifd(0x8825)
        latitude, longitude = float(chance.uniform(-60, 70)), float(chance.uniform(-180, 180))
        place[1], place[2] = "N" if latitude >= 0 else "S", _sexagesimal(latitude)
        place[3], place[4] = "E" if longitude >= 0 else "W", _sexagesimal(longitude)
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = abs(degrees) * 60
    return float(minutes // 60), float(minutes % 60 // 1), round(minutes * 60 % 60, 3)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:5]]
    drawn = draw_corpus(*(numbers or [300]))
    print(len(drawn), "photographs,", round(sum(path.stat().st_size for path in drawn) / len(drawn) / 1024), "KB each")
