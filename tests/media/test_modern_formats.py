"""HEIC and AVIF on the whole road: in through the door, variants by the job, thumbnails, and the same bytes out."""

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.factories.media import avif, draw, heic, jpeg, taken, upload
from tests.factories.users import make_person
from tests.media.test_bad_input import assert_nothing_stayed

from maquette.platform.jobs.runner import drain
from maquette.platform.runtime import Platform

WIDTH, HEIGHT = 900, 600
SIZES = {"small": ("WEBP", 256, 171), "medium": ("WEBP", 768, 512), "large": ("JPEG", 900, 600)}
Draw = Callable[..., bytes]
KINDS = [
    pytest.param(heic, {}, "heic", id="HEIC"),
    pytest.param(heic, {"quality": -1}, "heic", id="HEIC lossless"),
    pytest.param(avif, {}, "avif", id="AVIF"),
    pytest.param(avif, {"bitdepth": 10}, "avif", id="AVIF of ten bits"),
]


@pytest.mark.parametrize(("make", "options", "kind"), KINDS)
async def test_the_whole_road(
    make: Draw, options: dict[str, int], kind: str, live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    data = make(7, WIDTH, HEIGHT, **options)
    # The name lies: content decides.
    media = await upload(me, data, "holiday.jpg")
    assert (media["format"], media["mime_type"], media["filename"]) == (kind, f"image/{kind}", "holiday.jpg")
    assert (media["width"], media["height"], media["size"]) == (WIDTH, HEIGHT, len(data))
    assert media["checksum"] == hashlib.sha256(data).hexdigest()

    await drain(live_platform)
    url = f"/api/v1/media/{media['id']}"
    after = (await me.get(url)).json()
    assert (after["variants"], after["failure"]) == ("ready", None)
    assert after["thumbhash"]
    drawn = draw(7, WIDTH, HEIGHT)
    for size, expected in SIZES.items():
        answer = await me.get(f"{url}/thumbnail?size={size}")
        assert answer.status_code == 200
        shown = Image.open(io.BytesIO(answer.content))
        assert (shown.format, *shown.size) == expected
        assert difference(shown, drawn) < 6, size

    download = await me.get(f"{url}/data")
    assert download.content == data
    assert download.headers["content-type"] == f"image/{kind}"
    part = await me.get(f"{url}/data", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, data[100:200])
    assert (await upload(me, data, expect=200))["id"] == media["id"]


async def test_a_telephone_s_heic_is_upright_and_keeps_its_time(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    with Image.open(io.BytesIO(jpeg(exif={**taken(datetime(2021, 7, 3, 12, tzinfo=UTC)), 0x0112: 6}))) as written:
        exif = written.info["exif"]
    media = await upload(me, heic(8, WIDTH, HEIGHT, exif=exif), "IMG_0001.HEIC")
    # pillow-heif writes the turn into the container, where it belongs in a HEIC.
    assert (media["width"], media["height"]) == (HEIGHT, WIDTH)
    assert media["taken_at"].startswith("2021-07-03T12:00:00")
    assert media["camera"]["model"] == "One"
    await drain(live_platform)
    shown = Image.open(io.BytesIO((await me.get(f"/api/v1/media/{media['id']}/thumbnail?size=large")).content))
    assert shown.size == (HEIGHT, WIDTH)
    assert difference(shown, draw(8, WIDTH, HEIGHT).transpose(Image.Transpose.ROTATE_270)) < 6


@pytest.mark.parametrize("make", [heic, avif])
async def test_transparency_stays(make: Draw, live_platform: Platform, live_client: httpx.AsyncClient) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, make(9, 300, 200, "RGBA"))
    await drain(live_platform)
    shown = Image.open(io.BytesIO((await me.get(f"/api/v1/media/{media['id']}/thumbnail?size=large")).content))
    assert (shown.format, shown.mode) == ("WEBP", "RGBA")
    expected = np.asarray(draw(9, 300, 200, "RGBA"), float)[..., 3]
    assert abs(np.asarray(shown, float)[..., 3] - expected).mean() < 6


@pytest.mark.parametrize("make", [heic, avif])
async def test_one_that_is_cut_off_is_refused(make: Draw, me: httpx.AsyncClient, platform: Platform) -> None:
    data = make(10, WIDTH, HEIGHT)
    for length in (len(data) - 1, len(data) // 2, 40):
        error = (await upload(me, data[:length], expect=422))["error"]
        assert error["code"] == "undecodable_picture"
    await assert_nothing_stayed(platform)


def difference(shown: Image.Image, expected: Image.Image) -> float:
    """How far apart two pictures are on average, 0 to 255, at the size of the first."""
    wanted = expected.convert("RGB").resize(shown.size, Image.Resampling.LANCZOS)
    return float(abs(np.asarray(shown.convert("RGB"), float) - np.asarray(wanted, float)).mean())
