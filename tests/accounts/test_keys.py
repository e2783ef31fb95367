"""API keys: shown once, no stronger than their owner, and over when they are said to be."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text
from tests.accounts.conftest import Wait
from tests.factories.users import Person, make_person

from maquette.accounts.actor import ADMINISTER, ActorKind, Role
from maquette.accounts.authentication import recognition_of
from maquette.accounts.models import ApiKey
from maquette.accounts.schemas import UserUpdate
from maquette.accounts.users import service as users
from maquette.kit import clock
from maquette.platform.database.database import count_queries
from maquette.platform.runtime import Platform

KEYS = "/api/v1/api-keys"
ME = "/api/v1/auth/me"


async def make_key(client: httpx.AsyncClient, person: Person, *scopes: str, **more: str) -> dict[str, str]:
    answer = await client.post(KEYS, json={"name": "a key", "scopes": list(scopes), **more}, headers=person.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_key_is_shown_once_and_kept_as_a_hash(
    client: httpx.AsyncClient, platform: Platform, member: Person
) -> None:
    made = await make_key(client, member, "media.read")
    assert made["key"].startswith("mq_")
    assert len(made["key"]) == 46, "32 random bytes behind the mark"
    listed = await client.get(KEYS, headers=member.headers)
    assert made["key"] not in listed.text
    (item,) = listed.json()["items"]
    assert (item["prefix"], item["scopes"], item["last_used_at"]) == (made["key"][:11], ["media.read"], None)
    async with platform.database.reading() as session:
        row = await session.scalar(text("SELECT api_key::text FROM api_key"))
    assert made["key"] not in row
    assert made["key"][11:] not in row


async def test_a_key_acts_for_its_owner_within_its_scopes(client: httpx.AsyncClient, administrator: Person) -> None:
    made = await make_key(client, administrator, "users.read")
    key = {"X-API-Key": made["key"]}
    me = (await client.get(ME, headers=key)).json()
    assert (me["id"], me["permissions"]) == (str(administrator.id), ["users.read"])
    assert (await client.get("/api/v1/users", headers=key)).status_code == 200
    refused = await client.delete(f"/api/v1/users/{administrator.id}", headers=key)
    assert code(refused) == (403, "forbidden")
    assert refused.json()["error"]["details"] == {"permission": "users.write"}


async def test_without_a_key_and_with_a_wrong_one_it_is_401(client: httpx.AsyncClient, member: Person) -> None:
    good = (await make_key(client, member, "media.read"))["key"]
    assert code(await client.get(ME)) == (401, "unauthenticated")
    for wrong in ("", "mq_", "mq_" + "A" * 43, good[:-1], good + "x", good.upper(), "mq_\xe9\x00", "x" * 5000):
        answer = await client.get(ME, headers=[(b"X-API-Key", wrong.encode("latin-1"))])
        assert code(answer) == (401, "invalid_api_key"), wrong
    both = await client.get(ME, headers={"X-API-Key": "mq_wrong", **member.headers})
    assert both.status_code == 401, "a wrong key is not forgiven because a token is there as well"


async def test_a_key_cannot_do_more_than_its_owner(client: httpx.AsyncClient, member: Person) -> None:
    for scopes, expected in (
        (["users.write"], (403, "scope_not_held")),
        ([ADMINISTER], (403, "scope_not_held")),
        (["media.read", "nonsense"], (422, "unknown_scope")),
        ([], (422, "validation_error")),
    ):
        body = {"name": "k", "scopes": scopes}
        assert code(await client.post(KEYS, json=body, headers=member.headers)) == expected


async def test_a_key_loses_what_its_owner_loses(
    client: httpx.AsyncClient, platform: Platform, administrator: Person
) -> None:
    await make_person(platform, Role.ADMINISTRATOR)
    key = {"X-API-Key": (await make_key(client, administrator, "users.read", "media.read"))["key"]}
    assert (await client.get("/api/v1/users", headers=key)).status_code == 200
    async with platform.database.transaction() as session:
        await users.update_user(session, platform, administrator.id, UserUpdate(role=Role.MEMBER))
    assert (await client.get(ME, headers=key)).json()["permissions"] == ["media.read"]
    async with platform.database.transaction() as session:
        await users.update_user(session, platform, administrator.id, UserUpdate(is_active=False))
    assert code(await client.get(ME, headers=key)) == (401, "invalid_api_key")


async def test_an_administrators_key_is_no_administrator_unless_said(
    client: httpx.AsyncClient, platform: Platform, administrator: Person
) -> None:
    recognition = recognition_of(platform)
    for scopes, is_administrator in ((["media.read"], False), (["media.read", ADMINISTER], True)):
        made = await make_key(client, administrator, *scopes)
        standing = await recognition.by_key(made["key"])
        assert standing is not None
        assert standing.actor.kind is ActorKind.API_KEY
        assert standing.actor.is_administrator is is_administrator


async def test_a_key_expires(client: httpx.AsyncClient, member: Person, wait: Wait) -> None:
    until = clock.now() + timedelta(hours=1)
    key = {"X-API-Key": (await make_key(client, member, "media.read", expires_at=until.isoformat()))["key"]}
    assert (await client.get(ME, headers=key)).status_code == 200
    wait(timedelta(hours=1, seconds=6))
    assert code(await client.get(ME, headers=key)) == (401, "invalid_api_key")


@pytest.mark.parametrize("expires_at", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00", "tomorrow"])
async def test_an_expiry_must_be_to_come_and_have_a_zone(
    client: httpx.AsyncClient, member: Person, expires_at: str
) -> None:
    body = {"name": "k", "scopes": ["media.read"], "expires_at": expires_at}
    assert (await client.post(KEYS, json=body, headers=member.headers)).status_code == 422


async def test_a_revoked_key_is_over_at_once(client: httpx.AsyncClient, member: Person) -> None:
    made = await make_key(client, member, "media.read")
    key = {"X-API-Key": made["key"]}
    assert (await client.get(ME, headers=key)).status_code == 200
    assert (await client.delete(f"{KEYS}/{made['id']}", headers=member.headers)).status_code == 204
    assert code(await client.get(ME, headers=key)) == (401, "invalid_api_key")
    assert code(await client.delete(f"{KEYS}/{made['id']}", headers=member.headers)) == (404, "not_found")


async def test_a_key_makes_no_keys_and_changes_no_account(client: httpx.AsyncClient, administrator: Person) -> None:
    scopes = (await client.get(f"{KEYS}/scopes", headers=administrator.headers)).json()["items"]
    made = await make_key(client, administrator, *(each["name"] for each in scopes))
    key = {"X-API-Key": made["key"]}
    for call in (
        client.post(KEYS, json={"name": "k", "scopes": ["media.read"]}, headers=key),
        client.get(KEYS, headers=key),
        client.delete(f"{KEYS}/{made['id']}", headers=key),
        client.patch(ME, json={"name": "x"}, headers=key),
        client.get("/api/v1/auth/sessions", headers=key),
        client.post("/api/v1/auth/logout", headers=key),
    ):
        assert code(await call) == (403, "login_needed")


async def test_the_last_use_is_noted_at_most_once_a_minute(
    client: httpx.AsyncClient, platform: Platform, member: Person, wait: Wait
) -> None:
    made = await make_key(client, member, "media.read")
    asked: list[str] = []
    stop = count_queries(platform.database.engine, asked)
    for _ in range(12):
        wait(timedelta(seconds=10))
        assert (await client.get(ME, headers={"X-API-Key": made["key"]})).status_code == 200
    stop()
    assert len([each for each in asked if each.startswith("UPDATE api_key")]) == 2
    async with platform.database.reading() as session:
        used = await session.scalar(select(ApiKey.last_used_at))
    assert used is not None
    assert clock.now() - used <= timedelta(minutes=1)


async def test_scopes_are_listed_with_what_they_allow(
    client: httpx.AsyncClient, member: Person, viewer: Person, administrator: Person
) -> None:
    listed = {}
    for person in (viewer, member, administrator):
        items = (await client.get(f"{KEYS}/scopes", headers=person.headers)).json()["items"]
        assert all(each["description"] for each in items)
        listed[person.id] = {each["name"] for each in items}
    assert listed[viewer.id] < listed[member.id] < listed[administrator.id]
    assert all(name.endswith(".read") for name in listed[viewer.id])
    assert not any(name.startswith("users.") for name in listed[member.id])
    assert ADMINISTER in listed[administrator.id]


async def test_keys_are_listed_page_by_page_newest_first(client: httpx.AsyncClient, member: Person) -> None:
    made = [(await make_key(client, member, "media.read"))["id"] for _ in range(3)]
    first = (await client.get(f"{KEYS}?limit=2&total=true", headers=member.headers)).json()
    second = (await client.get(f"{KEYS}?limit=2&cursor={first['next_cursor']}", headers=member.headers)).json()
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert (first["total"], second["next_cursor"]) == (3, None)
