"""An original that is gone from its store: nobody waits for thumbnails that cannot be made."""

import httpx
from tests.factories.media import jpeg, upload
from tests.factories.users import make_person

from maquette.platform.jobs.runner import drain
from maquette.platform.runtime import Platform
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings


async def test_the_picture_says_so_at_once_and_a_retry_mends_it(
    live_platform: Platform, live_client: httpx.AsyncClient, live_settings: Settings
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(90, 300, 200))
    (original,) = (live_settings[GeneralSettings].data_dir / "media" / "originals").rglob("*.jpg")
    away = original.rename(original.with_suffix(".away"))
    await drain(live_platform)
    read = (await me.get(f"/api/v1/media/{media['id']}")).json()
    assert read["variants"] == "failed"
    assert "has no file" in read["failure"]["message"]

    away.rename(original)
    assert (await me.post(f"/api/v1/media/{media['id']}/retry")).status_code == 202
    await drain(live_platform)
    read = (await me.get(f"/api/v1/media/{media['id']}")).json()
    assert (read["variants"], read["failure"]) == ("ready", None)
