"""What an upload keeps, and that nothing of a refused one stays."""

import hashlib
from datetime import UTC, datetime

import httpx
from tests.factories.media import jpeg, taken, upload


async def test_upload_answers_with_the_media(me: httpx.AsyncClient) -> None:
    data = jpeg(1, exif=taken(datetime(2021, 7, 3, 23, 30, tzinfo=UTC), "+02:00"))
    media = await upload(me, data, "Beach Day.jpg", title="By the sea", tags="beach, summer")
    assert media["checksum"] == hashlib.sha256(data).hexdigest()
    assert (media["width"], media["height"], media["size"]) == (64, 48, len(data))
    assert media["taken_at"] == "2021-07-03T21:30:00+00:00"
    assert media["taken_at_offset"] == 120
    assert media["camera"]["model"] == "One"
    assert media["tags"] == ["beach", "summer"]
    assert media["title"] == "By the sea"
    assert media["duplicate"] is False
    assert media["variants"] == "pending"
    got = await me.get(f"/api/v1/media/{media['id']}")
    assert got.json().items() <= media.items()
