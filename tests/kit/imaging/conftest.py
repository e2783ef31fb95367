"""Pictures of every kind, drawn by the test that needs them."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from maquette.kit.imaging.engine import load_heif, load_vips

CORNERS = {
    "upper left": (220, 30, 30),
    "upper right": (30, 200, 40),
    "lower left": (40, 60, 220),
    "lower right": (230, 210, 40),
}


class Pictures:
    """Writes pictures into one folder and gives back where they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def scene(self, width: int = 120, height: int = 80, *, alpha: bool = False) -> NDArray[np.uint8]:
        """Four corners of four colours with a gradient over them: direction, colour and detail in one."""
        rows, columns = np.mgrid[0:height, 0:width]
        lower, right = (rows * 2 >= height).astype(int), (columns * 2 >= width).astype(int)
        table = np.array(list(CORNERS.values()), float)
        pixels = table[lower * 2 + right] + ((rows + columns) / (height + width))[..., None] * 20 - 10
        bands = [np.clip(pixels, 0, 255).astype(np.uint8)]
        if alpha:
            bands.append((columns * 255 // max(1, width - 1)).astype(np.uint8)[..., None])
        return np.concatenate(bands, axis=2)

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def save(self, name: str, kind: str, pixels: NDArray[np.uint8] | None = None, **options: Any) -> Path:
        """With Pillow; `kind` is its name of the format."""
        if kind == "HEIF":
            load_heif().register_heif_opener()
        image = Image.fromarray(self.scene() if pixels is None else pixels)
        encoded = io.BytesIO()
        image.save(encoded, kind, **options)
        return self.write(name, encoded.getvalue())

    def vips(self, pixels: NDArray[np.uint8] | None = None) -> Any:
        pixels = self.scene() if pixels is None else pixels
        height, width, bands = pixels.shape
        image = load_vips().Image.new_from_memory(np.ascontiguousarray(pixels), width, height, bands, "uchar")
        return image.copy(interpretation="srgb")

    def frames(self, count: int, width: int = 40, height: int = 30) -> list[Image.Image]:
        return [Image.fromarray(np.roll(self.scene(width, height), at * 3, axis=1)) for at in range(count)]

    def animation(self, name: str, kind: str, count: int, width: int = 40, height: int = 30) -> Path:
        first, *others = self.frames(count, width, height)
        encoded = io.BytesIO()
        first.save(encoded, kind, save_all=True, append_images=others, duration=70, loop=0)
        return self.write(name, encoded.getvalue())

    def gif_of_many_frames(self, count: int, side: int = 16) -> bytes:
        """Tiny frames that each change one pixel: as many as wanted, without an encoder that would merge them."""
        palette = bytes((0, 0, 0, 255, 255, 255))
        head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + palette
        control = b"\x21\xf9\x04\x04\x02\x00\x00\x00"
        frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
        return head + (control + frame) * count + b"\x3b"

    def png_header(
        self, width: int, height: int, *, depth: int = 8, colour: int = 2, interlaced: bool = False
    ) -> bytes:
        return b"\x89PNG\r\n\x1a\n" + chunk(
            b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
        )

    def png_bomb(self, name: str, side: int, *, interlaced: bool = False) -> Path:
        """A few megabytes that unpack to side² RGB pixels: one compressed block, repeated."""
        rows = 50
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        block = packer.compress(bytes(rows * (side * 3 + 1))) + packer.flush(zlib.Z_FULL_FLUSH)
        body = b"\x78\xda" + block * (side // rows) + b"\x03\x00" + b"\0\0\0\1"
        content = self.png_header(side, side, interlaced=interlaced) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
        return self.write(name, content)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures(tmp_path)


@pytest.fixture
def corners() -> dict[str, tuple[int, int, int]]:
    return CORNERS
