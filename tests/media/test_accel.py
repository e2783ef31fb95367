"""Files handed to nginx by X-Accel-Redirect."""

import httpx
import pytest
from tests.factories.media import jpeg, upload

from maquette.media.settings import MediaSettings
from maquette.platform.settings.loader import Settings
from maquette.platform.storage.settings import StorageSettings


@pytest.fixture(params=["fs", "memory"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, scheme: str) -> Settings:
    """As for every test, behind an nginx; the stores are folders, or where no nginx can read."""
    url = "memory://" if scheme == "memory" else None
    storage = StorageSettings(storage_url=url, storage_variants_url=url)
    return settings.replaced(MediaSettings(accel_redirect="/_media/"), storage)


async def test_nginx_is_told_of_folders_and_of_nothing_else(scheme: str, me: httpx.AsyncClient) -> None:
    data = jpeg(1)
    made = await upload(me, data)
    original = await me.get(f"/api/v1/media/{made['id']}/data")
    small = await me.get(f"/api/v1/media/{made['id']}/thumbnail")
    # What is known of the media by now is answered a shorter way.
    again = await me.get(f"/api/v1/media/{made['id']}/thumbnail")
    assert again.headers.get("x-accel-redirect") == small.headers.get("x-accel-redirect")
    assert (again.content, again.headers["etag"]) == (small.content, small.headers["etag"])
    known = {"If-None-Match": small.headers["etag"]}
    assert (await me.get(f"/api/v1/media/{made['id']}/thumbnail", headers=known)).status_code == 304
    if scheme == "fs":
        assert original.headers["x-accel-redirect"].startswith("/_media/main/uploaded/")
        assert small.headers["x-accel-redirect"].startswith("/_media/variants/thumbnails/")
        assert original.content == small.content == b""
    else:
        assert "x-accel-redirect" not in original.headers.keys() | small.headers.keys()
        assert original.content == data
        assert small.content[:4] == b"RIFF"
