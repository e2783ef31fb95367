"""Behind TLS a page that came without it is somebody in between; the other way round it is a proxy."""

import httpx
import pytest
from tests.factories.users import PASSWORD, Person

from maquette.app import create_app
from maquette.platform.runtime import Platform


@pytest.mark.parametrize(
    ("served", "origin", "status"),
    [
        ("https://maquette.test", "https://maquette.test", 200),
        ("https://maquette.test", "http://maquette.test", 403),
        ("http://maquette.test", "https://maquette.test", 200),
        ("https://maquette.test", "https://maquette.test:444", 403),
        ("https://maquette.test", "null", 403),
        ("https://maquette.test", "https://maquette.test:what", 403),
    ],
)
async def test_the_page_that_logs_in_is_the_own_one(
    platform: Platform, member: Person, served: str, origin: str, status: int
) -> None:
    transport = httpx.ASGITransport(app=create_app(platform.settings, platform))
    async with httpx.AsyncClient(transport=transport, base_url=served, headers={"Origin": origin}) as browser:
        answer = await browser.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    assert answer.status_code == status
