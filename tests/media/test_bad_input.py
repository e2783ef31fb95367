"""Everything that is wrong with an upload: a clear answer, and nothing left behind."""

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from PIL import Image
from sqlalchemy import func, select
from tests.factories.media import encode, jpeg, upload
from tests.factories.users import Person

from maquette.app import create_app
from maquette.media.models import Media, UnclaimedFile
from maquette.media.settings import MediaSettings
from maquette.media.trash.service import TrashService
from maquette.platform.runtime import Platform

FIXTURES = {
    "empty": (b"", 400, "empty_picture"),
    "one byte": (b"\xff", 415, "unsupported_media_type"),
    "text": (b"Dear diary, this is no picture. " * 40, 415, "unsupported_media_type"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415, "unsupported_media_type"),
    "truncated": (jpeg(3, 800, 600)[:-2000], 422, "undecodable_picture"),
    "header only": (jpeg(3)[:30], 422, "undecodable_picture"),
    "too small": (encode(1, "PNG", 8, 8), 422, "picture_too_small"),
    "too wide": (encode(1, "PNG", 9000, 16), 413, "too_large"),
}


def files_of(platform: Platform) -> list[Path]:
    """Every file in the stores and the staging folder."""
    roots = [platform.stores.staging.folder]
    for store in (*platform.stores.originals.shards, platform.stores.variants):
        root = store.local_path("x")
        assert root is not None
        roots.append(root.parent)
    return sorted({path for root in roots for path in root.rglob("*") if path.is_file()})


async def assert_nothing_stayed(platform: Platform) -> None:
    """No file, no row, and after the cleaner no note either."""
    await TrashService(platform).remove_files()
    assert files_of(platform) == []
    async with platform.database.reading() as session:
        assert (await session.execute(select(func.count()).select_from(Media))).scalar_one() == 0
        assert (await session.execute(select(func.count()).select_from(UnclaimedFile))).scalar_one() == 0


@pytest.mark.parametrize("name", FIXTURES)
async def test_refused_files_leave_nothing(name: str, me: httpx.AsyncClient, platform: Platform) -> None:
    data, status, code = FIXTURES[name]
    error = (await upload(me, data, "holiday.jpg", expect=status))["error"]
    assert error["code"] == code
    assert len(error["message"]) > 20
    await assert_nothing_stayed(platform)


async def test_content_decides_not_the_name(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(4), "really.png")
    assert (media["format"], media["mime_type"], media["filename"]) == ("jpeg", "image/jpeg", "really.png")


def bomb(side: int) -> bytes:
    """A PNG of `side` × `side` black pixels that is a few kilobytes small."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    squeeze = zlib.compressobj(9)
    rows = b"".join(squeeze.compress(bytes(side + 1)) for _ in range(side)) + squeeze.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def test_a_bomb_is_refused_from_its_header(me: httpx.AsyncClient, platform: Platform) -> None:
    data = bomb(30_000)
    before = psutil.Process().memory_info().rss
    error = (await upload(me, data, "bomb.png", expect=413))["error"]
    assert error["details"]["limit"] == "max_side"
    assert psutil.Process().memory_info().rss - before < 300 * 1024 * 1024
    await assert_nothing_stayed(platform)


async def test_an_animation_of_ten_thousand_frames_is_refused(me: httpx.AsyncClient, platform: Platform) -> None:
    frame = encode(1, "GIF", 16, 16)
    start = 13 + 3 * 2 ** ((frame[10] & 7) + 1)
    data = frame[:start] + frame[start:-1] * 10_000 + b";"
    error = (await upload(me, data, "long.gif", expect=413))["error"]
    assert error["details"]["limit"] == "max_frames"
    await assert_nothing_stayed(platform)


async def test_one_byte_over_the_limit_is_refused_and_the_limit_itself_is_not(
    me: httpx.AsyncClient, platform: Platform
) -> None:
    limit = platform.settings[MediaSettings].max_upload_size
    whole = jpeg(5)
    at_limit = whole + bytes(limit - len(whole))
    error = (await upload(me, at_limit + b"\0", expect=413))["error"]
    assert error["details"] == {"limit": "max_upload_size", "max_upload_size": limit}
    assert "20 MiB" in error["message"]
    await assert_nothing_stayed(platform)
    assert (await upload(me, at_limit))["size"] == limit


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\me\\holiday.jpg", "holiday.jpg"),
        ("a\x00b\x07.jpg", "ab.jpg"),
        ("🏖️ día.jpg", "🏖️ día.jpg"),
        ("gpj.\u202eexe.jpg", "gpj.exe.jpg"),
        ("..", "unnamed.jpg"),
        ("", "unnamed.jpg"),
    ],
)
async def test_names_are_cleaned(given: str, kept: str, me: httpx.AsyncClient, platform: Platform) -> None:
    # Written by hand: HTTP libraries refuse to send some of these.
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n%b\r\n--b--\r\n' % (
        given.encode(),
        jpeg(6),
    )
    answer = await me.post("/api/v1/media", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    if "\x00" in given:  # a control character in a header is no HTTP, and the parser says so
        assert answer.status_code in {201, 400}
        if answer.status_code == 400:
            return
    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == kept
    assert all(
        path.resolve().is_relative_to(platform.stores.staging.folder.parent.parent) for path in files_of(platform)
    )


async def test_long_names_keep_their_ending(me: httpx.AsyncClient) -> None:
    name = (await upload(me, jpeg(7), "x" * 300 + ".jpeg"))["filename"]
    assert len(name) <= 255
    assert name.endswith(".jpeg")


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "multipart/form-data; boundary=b", 400),
        (b"x", "multipart/form-data; boundary=b", 400),
        (b"{}", "application/json", 415),
        (b"x", "multipart/form-data", 400),
        (
            b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            400,
        ),
        (b"--b\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", 400),
        (
            (
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nx\r\n--b--\r\n'
            ),
            "multipart/form-data; boundary=b",
            400,
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + b"x" * 300_000 + b"\r\n--b--\r\n",
            "multipart/form-data; boundary=b",
            400,
        ),
    ],
)
async def test_bodies_that_are_no_upload(
    content: bytes, content_type: str, status: int, me: httpx.AsyncClient, platform: Platform
) -> None:
    answer = await me.post("/api/v1/media", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text
    await assert_nothing_stayed(platform)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("visibility", "everyone"),
        ("expires_at", "yesterday"),
        ("expires_at", "2001-01-01T00:00:00Z"),
        ("title", "x" * 501),
        ("tags", "x" * 101),
        ("delete_token", "perhaps"),
        ("last_modified", "0001-01-01T00:00:00+14:00"),
    ],
)
async def test_fields_that_cannot_be(field: str, value: str, me: httpx.AsyncClient, platform: Platform) -> None:
    error = (await upload(me, jpeg(8), expect=422, **{field: value}))["error"]
    assert error["details"]["fields"][0]["path"].startswith(f"body.{field}")
    await assert_nothing_stayed(platform)


class Broken:
    """A request whose body ends with a disconnect, at the level where the server hands it over."""

    def __init__(self, person: Person, body: bytes, announced: int) -> None:
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/api/v1/media",
            "raw_path": b"/api/v1/media",
            "root_path": "",
            "query_string": b"",
            "client": ("127.0.0.1", 1),
            "server": ("maquette.test", 80),
            "headers": [
                (b"host", b"maquette.test"),
                (b"content-type", b"multipart/form-data; boundary=b"),
                (b"content-length", str(announced).encode()),
                *((name.lower().encode(), value.encode()) for name, value in person.headers.items()),
            ],
        }
        self._messages: AsyncIterator[dict[str, Any]] = self._give(body)
        self.answers: list[Any] = []

    async def _give(self, body: bytes) -> AsyncIterator[dict[str, Any]]:
        for start in range(0, len(body), 65536):
            yield {"type": "http.request", "body": body[start : start + 65536], "more_body": True}
        while True:
            yield {"type": "http.disconnect"}

    async def receive(self) -> dict[str, Any]:
        return await anext(self._messages)

    async def send(self, message: Any) -> None:
        self.answers.append(message)


async def test_a_client_that_leaves_at_half_leaves_nothing(platform: Platform, member: Person) -> None:
    data = jpeg(9) + bytes(4_000_000)
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + data + b"\r\n--b--\r\n"
    request = Broken(member, body[: len(body) // 2], len(body))
    app = create_app(platform.settings, platform)
    async with app.router.lifespan_context(app):
        await app(request.scope, request.receive, request.send)
    assert request.answers == [] or request.answers[0]["status"] == 400
    await assert_nothing_stayed(platform)


async def test_the_same_bytes_are_one_media(me: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    first = await upload(me, jpeg(10), "one.jpg")
    again = await upload(me, jpeg(10), "two.jpg", expect=200)
    assert (again["id"], again["duplicate"], again["filename"]) == (first["id"], True, "one.jpg")
    assert (await upload(other, jpeg(10)))["id"] != first["id"]


async def test_an_upload_brings_a_picture_back_from_the_trash(me: httpx.AsyncClient) -> None:
    first = await upload(me, jpeg(11))
    assert (await me.delete(f"/api/v1/media/{first['id']}")).status_code == 204
    again = await upload(me, jpeg(11), expect=200)
    assert (again["id"], again["trashed_at"]) == (first["id"], None)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "TIFF", "AVIF"])
async def test_formats_are_accepted(kind: str, me: httpx.AsyncClient) -> None:
    media = await upload(me, encode(12, kind), f"picture.{kind.lower()}")
    assert media["format"] == kind.lower()


async def test_pictures_of_other_colours_are_accepted(me: httpx.AsyncClient) -> None:
    cmyk = io.BytesIO()
    Image.new("CMYK", (40, 30), (10, 200, 30, 0)).save(cmyk, "JPEG")
    deep = io.BytesIO()
    Image.new("I;16", (40, 30), 30_000).save(deep, "PNG")
    for data in (cmyk.getvalue(), deep.getvalue()):
        media = await upload(me, data)
        thumbnail = await me.get(f"/api/v1/media/{media['id']}/thumbnail?size=small")
        assert Image.open(io.BytesIO(thumbnail.content)).mode == "RGB"


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_orientation_decides_what_is_width(orientation: int, me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(orientation, 64, 48, exif={0x0112: orientation}))
    assert (media["width"], media["height"]) == ((64, 48) if orientation < 5 else (48, 64))
    thumbnail = await me.get(f"/api/v1/media/{media['id']}/thumbnail?size=small")
    assert Image.open(io.BytesIO(thumbnail.content)).size == (media["width"], media["height"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/media/00000000-0000-0000-0000-000000000000", 404),
        ("/media/not-an-id", 422),
        ("/media?cursor=nonsense", 422),
        (
            "/media?cursor=WyJuZXdlc3QiLFsiZCIsIjIwMjAtMDEtMDEiXSxbInUiLCIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXV0",
            422,
        ),
        ("/media?limit=0", 422),
        ("/media?limit=1000000000", 422),
        ("/media?sort=relevance", 422),
        ("/media?q=before:tomorrow", 422),
        ("/media?q=" + "x" * 501, 422),
        ("/media?tag=%00", 422),
        ("/media?since=0001-01-01T00:00:00%2B14:00", 422),
        ("/media?min_width=99999999999", 422),
        ("/media/timeline/page?start=2024-02-01&end=2024-01-01", 422),
        ("/media/timeline/page?start=2024-01-01&end=9999-12-31", 422),
        ("/media/timeline/page?start=2024-01-01&end=2024-01-02&cursor=x", 422),
        ("/media/00000000-0000-0000-0000-000000000000/thumbnail?size=huge", 422),
        ("/media/00000000-0000-0000-0000-000000000000/thumbnail", 404),
        ("/media/00000000-0000-0000-0000-000000000000/data", 404),
        ("/tags?cursor=x", 422),
    ],
)
async def test_bad_requests_are_refused_with_the_envelope(path: str, status: int, me: httpx.AsyncClient) -> None:
    answer = await me.get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]


async def test_nobody_uploads_without_a_login(client: httpx.AsyncClient, platform: Platform) -> None:
    await upload(client, jpeg(1), expect=401)
    await assert_nothing_stayed(platform)


async def test_uploads_of_the_same_bytes_at_once_are_one_media(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    from tests.factories.users import make_person

    me = (await make_person(live_platform)).at(live_client)
    data = jpeg(13, 300, 200)
    answers = await asyncio.gather(*(me.post("/api/v1/media", files={"file": ("a.jpg", data)}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    await TrashService(live_platform).remove_files()
    assert len(files_of(live_platform)) == 1
