"""Pictures that the program draws itself, to fill a library with something to look at. Equal seeds, equal pictures."""

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from maquette.accounts.actor import Actor
from maquette.kit.imaging.drawing import draw_picture
from maquette.media.schemas import MediaUpdate, Origin
from maquette.media.service import UploadFields, find_existing, store_file, update_media
from maquette.platform.runtime import Platform

AT_ONCE = 2
"""Drawing is work for a processor; two keep one busy while the other waits for the disk."""
SHAPES = ((3, 2), (4, 3), (2, 3), (16, 9), (1, 1), (3, 4), (21, 9), (5, 4), (9, 16), (2, 1), (4, 5))
LONG_SIDES = (1280, 960, 1536, 1120)
# In the order of the moods that `draw_picture` takes in turn.
TIMES = ("Dawn", "Noon", "Sunset", "Night", "Mist", "Late light")
PLACES = ("the ridge", "the valley", "the lake road", "the north face", "the pass", "the old border", "the foothills")
WORDS = ("landscape", "walk", "sketchbook", "postcard", "window seat")


@dataclass(frozen=True, slots=True)
class DemoPicture:
    """One drawing, and what its owner says of it."""

    seed: int

    @property
    def filename(self) -> str:
        """As cameras count."""
        return f"MQ_{self.seed + 1:05}.jpg"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        across, down = SHAPES[self.seed % len(SHAPES)]
        long = LONG_SIDES[self.seed % len(LONG_SIDES)]
        return long * across // max(across, down), long * down // max(across, down)

    @property
    def fields(self) -> UploadFields:
        """Title, caption and tags; not everything has them, as in any library."""
        time, place = TIMES[self.seed % len(TIMES)], PLACES[self.seed % len(PLACES)]
        return UploadFields(
            title=f"{time} over {place}" if self.seed % 4 != 3 else None,
            caption=f"Drawn by Maquette from the number {self.seed}." if self.seed % 5 == 0 else None,
            tags=[time.lower(), *([WORDS[self.seed % len(WORDS)]] if self.seed % 2 == 0 else [])],
        )

    @property
    def opinion(self) -> MediaUpdate | None:
        """Favourite and rating, where it has any."""
        said: dict[str, bool | int] = {}
        if self.seed % 7 == 0:
            said["favourite"] = True
        if self.seed % 3 == 0:
            said["rating"] = 3 + self.seed // 3 % 3
        return MediaUpdate.model_validate(said) if said else None

    def draw(self) -> bytes:
        """The JPEG, with a camera and a day of some year. Blocking."""
        return draw_picture(self.seed, *self.size)


@dataclass(slots=True)
class DemoLibrary:
    """Fills a library with the drawings of the first seeds; those that are there already stay as they are."""

    platform: Platform
    actor: Actor
    tell: Callable[[], None] = lambda: None
    new: int = 0
    present: int = 0
    _is_stopping: bool = False
    _pictures: Iterator[DemoPicture] = field(default_factory=lambda: iter(()))

    def stop(self) -> None:
        """Draw no further picture."""
        self._is_stopping = True

    async def fill(self, count: int) -> None:
        """Draw and store `count` pictures. Raises what storing one raises."""
        self._pictures = (DemoPicture(seed) for seed in range(count))
        with tempfile.TemporaryDirectory(prefix="maquette-demo-") as folder:
            ends = await asyncio.gather(*(self._work(Path(folder)) for _ in range(AT_ONCE)), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _work(self, folder: Path) -> None:
        try:
            while not self._is_stopping and (picture := next(self._pictures, None)) is not None:
                await self._add(picture, folder / picture.filename)
                self.tell()
        except BaseException:
            self.stop()
            raise

    async def _add(self, picture: DemoPicture, path: Path) -> None:
        data = await asyncio.to_thread(picture.draw)
        if await find_existing(self.platform, self.actor, [hashlib.sha256(data).hexdigest()]):
            self.present += 1
            return
        await asyncio.to_thread(path.write_bytes, data)
        stored = await store_file(self.platform, self.actor, path, origin=Origin.INGESTED, fields=picture.fields)
        await asyncio.to_thread(path.unlink)
        if picture.opinion is not None:
            await update_media(self.platform, self.actor, stored.id, picture.opinion)
        self.new += 1
