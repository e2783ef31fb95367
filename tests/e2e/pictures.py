"""Pictures to put into a library: landscapes that the program draws itself, with dates of the test's choosing."""

import asyncio
import io
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from PIL import Image
from tests.e2e.people import Person

from maquette.kit.imaging.drawing import draw_picture

SHAPES = ((360, 240), (240, 360), (400, 300), (480, 270), (300, 300), (520, 260))
CAMERAS = (("Fujifilm", "X-T5"), ("Apple", "iPhone 16 Pro"), ("RICOH", "GR III"))


@cache
def photograph(seed: int, when: datetime, width: int = 300, height: int = 200) -> bytes:
    """A JPEG taken at `when`, with camera and exposure."""
    with Image.open(io.BytesIO(draw_picture(seed, width, height))) as drawn:
        exif = drawn.getexif()
        exif[0x010F], exif[0x0110] = CAMERAS[seed % len(CAMERAS)]
        detail = exif.get_ifd(0x8769)
        detail[0x9003] = detail[0x9004] = when.strftime("%Y:%m:%d %H:%M:%S")
        taken = io.BytesIO()
        drawn.save(taken, "JPEG", quality=88, exif=exif)
    return taken.getvalue()


async def fill_library(person: Person, days: dict[str, int]) -> dict[str, str]:
    """So many photographs on each ISO day, in many shapes; ids by file name, DSC_0001.jpg being the oldest."""
    made: dict[str, str] = {}
    number = 0
    for day, count in sorted(days.items()):
        for each in range(count):
            number += 1
            when = datetime.fromisoformat(day) + timedelta(hours=9, minutes=17 * each)
            data = await asyncio.to_thread(photograph, number, when, *SHAPES[number % len(SHAPES)])
            name = f"DSC_{number:04d}.jpg"
            made[name] = (await person.upload(data, name))["id"]
    await person.until_pictured()
    return made


def write_pictures(folder: Path, names: list[str], seed: int = 500) -> list[Path]:
    """Small photographs as files."""
    paths = []
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        when = datetime(2024, 5, 1, 12) + timedelta(days=number)  # noqa: DTZ001 - EXIF dates are wall clocks
        path.write_bytes(photograph(seed + number, when))
        paths.append(path)
    return paths
