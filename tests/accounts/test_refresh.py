"""Refresh tokens: used once, continued, and a thief is noticed."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from tests.accounts.conftest import Wait
from tests.factories.users import PASSWORD, Person, make_person

from maquette.accounts.models import LoginSession
from maquette.platform.runtime import Platform

REFRESH = "/api/v1/auth/refresh"
Tokens = dict[str, str]


async def log_in(client: httpx.AsyncClient, person: Person) -> Tokens:
    answer = await client.post("/api/v1/auth/login", json={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    tokens: Tokens = answer.json()
    return tokens


async def refresh(client: httpx.AsyncClient, tokens: Tokens) -> httpx.Response:
    answer = await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})
    client.cookies.clear()
    return answer


async def is_in(client: httpx.AsyncClient, tokens: Tokens) -> bool:
    me = await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    return me.status_code == 200


async def test_a_login_goes_on_with_new_tokens(client: httpx.AsyncClient, member: Person, wait: Wait) -> None:
    tokens = await log_in(client, member)
    for _ in range(3):
        wait(timedelta(minutes=16))
        assert not await is_in(client, tokens), "the access token is over"
        answer = await refresh(client, tokens)
        assert answer.status_code == 200, answer.text
        assert answer.json()["refresh_token"] != tokens["refresh_token"]
        tokens = answer.json()
        assert await is_in(client, tokens)


async def test_a_browser_refreshes_by_its_cookie(client: httpx.AsyncClient, member: Person) -> None:
    await client.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    before = client.cookies["maquette_refresh"]
    assert (await client.post(REFRESH)).status_code == 200
    assert client.cookies["maquette_refresh"] != before
    assert (await client.get("/api/v1/auth/me")).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", None])
async def test_a_cookie_refreshes_from_the_own_page_only(
    client: httpx.AsyncClient, member: Person, origin: str | None
) -> None:
    await client.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    del client.headers["Origin"]
    refused = await client.post(REFRESH, headers={"Origin": origin} if origin else {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin_refused")


async def test_a_token_used_again_ends_the_login_of_thief_and_owner(
    client: httpx.AsyncClient, member: Person, wait: Wait
) -> None:
    stolen = await log_in(client, member)
    owner = (await refresh(client, stolen)).json()
    wait(timedelta(seconds=11))
    refused = await refresh(client, stolen)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_refresh_token")
    assert (await refresh(client, owner)).status_code == 401, "the family is gone"
    assert not await is_in(client, owner), "and its access token with it, at once"


async def test_a_reused_token_ends_no_other_login(client: httpx.AsyncClient, member: Person, wait: Wait) -> None:
    other, stolen = await log_in(client, member), await log_in(client, member)
    await refresh(client, stolen)
    wait(timedelta(seconds=11))
    await refresh(client, stolen)
    assert await is_in(client, other)
    assert (await refresh(client, other)).status_code == 200


async def test_two_tabs_that_refresh_at_once_both_stay_in(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    person = await make_person(live_platform)
    tokens = await log_in(live_client, person)
    answers = await asyncio.gather(*(refresh(live_client, tokens) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    lines = {answer.json()["refresh_token"].split(".")[1] for answer in answers}
    async with live_platform.database.reading() as session:
        login = await session.get(LoginSession, await _session_id(live_client, answers[0].json()))
        assert login is not None
        assert login.generation == 1, f"one line of tokens, not {len(lines)}"
    assert (await refresh(live_client, answers[3].json())).status_code == 200


async def _session_id(client: httpx.AsyncClient, tokens: Tokens) -> str:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    listed = (await client.get("/api/v1/auth/sessions", headers=headers)).json()["items"]
    return str(next(each["id"] for each in listed if each["current"]))


async def test_within_the_grace_a_thief_is_noticed_by_the_next_refresh(
    client: httpx.AsyncClient, member: Person, wait: Wait
) -> None:
    first = await log_in(client, member)
    owner, thief = (await refresh(client, first)).json(), (await refresh(client, first)).json()
    wait(timedelta(seconds=30))
    assert (await refresh(client, thief)).status_code == 200
    wait(timedelta(seconds=30))
    assert (await refresh(client, owner)).status_code == 401
    assert not await is_in(client, thief)


async def test_grandparents_have_no_grace(client: httpx.AsyncClient, member: Person) -> None:
    first = await log_in(client, member)
    second = (await refresh(client, first)).json()
    third = (await refresh(client, second)).json()
    assert (await refresh(client, first)).status_code == 401
    assert not await is_in(client, third)


async def test_a_login_without_use_ends_after_thirty_days(
    client: httpx.AsyncClient, member: Person, wait: Wait
) -> None:
    tokens = await log_in(client, member)
    wait(timedelta(days=29))
    tokens = (await refresh(client, tokens)).json()
    wait(timedelta(days=29))
    tokens = (await refresh(client, tokens)).json()
    wait(timedelta(days=30, seconds=1))
    assert (await refresh(client, tokens)).status_code == 401


async def test_tokens_do_not_pass_for_each_other(client: httpx.AsyncClient, member: Person) -> None:
    tokens = await log_in(client, member)
    assert not await is_in(client, {"access_token": tokens["refresh_token"]})
    assert (await refresh(client, {"refresh_token": tokens["access_token"]})).status_code == 401


@pytest.mark.parametrize("body", [None, {}, {"refresh_token": None}, {"refresh_token": ""}, {"refresh_token": "x.y.z"}])
async def test_without_a_good_token_there_is_no_refresh(
    client: httpx.AsyncClient, body: dict[str, str | None] | None
) -> None:
    answer = await client.post(REFRESH, json=body) if body is not None else await client.post(REFRESH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_refresh_token")
