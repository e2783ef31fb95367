"""How often programs and strangers may read; people who logged in may as often as they like."""

import httpx
import pytest
from tests.factories.users import Person

from maquette.platform.limits.settings import LimitSettings
from maquette.platform.settings.loader import Settings

ME = "/api/v1/auth/me"
LIMIT = 3


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As for every test, with few reads."""
    return settings.replaced(LimitSettings(limit_read=LIMIT))


async def statuses(client: httpx.AsyncClient, headers: dict[str, str], path: str = ME) -> list[int]:
    return [(await client.get(path, headers=headers)).status_code for _ in range(LIMIT + 2)]


async def key_of(client: httpx.AsyncClient, person: Person) -> dict[str, str]:
    body = {"name": "k", "scopes": ["media.read"]}
    made = await client.post("/api/v1/api-keys", json=body, headers=person.headers)
    return {"X-API-Key": made.json()["key"]}


async def test_a_person_reads_as_often_as_a_timeline_is_scrolled(client: httpx.AsyncClient, member: Person) -> None:
    assert await statuses(client, member.headers) == [200] * (LIMIT + 2)


async def test_an_api_key_is_limited_and_told_when_to_come_back(client: httpx.AsyncClient, member: Person) -> None:
    key = await key_of(client, member)
    assert await statuses(client, key) == [200] * LIMIT + [429, 429]
    refused = await client.get(ME, headers=key)
    assert refused.json()["error"]["code"] == "rate_limited"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit-limit"] == str(LIMIT)
    # Its owner, at the page, does not wait for his script.
    assert (await client.get(ME, headers=member.headers)).status_code == 200


async def test_the_short_ways_of_the_library_count_once_too(client: httpx.AsyncClient, member: Person) -> None:
    key = await key_of(client, member)
    assert await statuses(client, key, "/api/v1/media") == [200] * LIMIT + [429, 429]


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "mq_guessed"}, {"Authorization": "Bearer guessed"}])
async def test_strangers_and_guesses_are_counted_by_address(headers: dict[str, str], client: httpx.AsyncClient) -> None:
    assert await statuses(client, headers) == [401] * LIMIT + [429, 429]


async def test_guesses_are_counted_whatever_they_ask(client: httpx.AsyncClient) -> None:
    answers = [await client.delete("/api/v1/media/trash", headers={"X-API-Key": "mq_x"}) for _ in range(LIMIT + 1)]
    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429]
