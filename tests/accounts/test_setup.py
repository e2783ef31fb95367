"""The first start: one administrator, once."""

import asyncio

import httpx
from tests.conftest import ORIGIN

from maquette.platform.runtime import Platform

FIRST = {"email": "Ada@Example.ORG ", "name": "  Ada ", "password": "correct horse battery"}


async def test_a_new_installation_asks_for_an_administrator(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/setup")).json() == {"needs_setup": True, "can_register": False}


async def test_the_first_administrator_is_logged_in_at_once(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/setup", json=FIRST)
    assert made.status_code == 201, made.text
    me = await client.get("/api/v1/auth/me")
    assert me.status_code == 200, me.text
    assert (me.json()["email"], me.json()["name"], me.json()["role"]) == ("ada@example.org", "Ada", "administrator")
    assert "installation.administer" in me.json()["permissions"]
    assert (await client.get("/api/v1/setup")).json()["needs_setup"] is False


async def test_there_is_no_second_first_administrator(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/setup", json=FIRST)
    again = await client.post("/api/v1/setup", json={**FIRST, "email": "eve@example.org"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_set_up")


async def test_of_many_who_set_up_at_once_one_wins(live_client: httpx.AsyncClient) -> None:
    asked = [live_client.post("/api/v1/setup", json={**FIRST, "email": f"{n}@example.org"}) for n in range(6)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert statuses == [201, 409, 409, 409, 409, 409]


async def test_nothing_can_be_registered_before_the_first_administrator(
    client: httpx.AsyncClient, platform: Platform
) -> None:
    refused = await client.post("/api/v1/auth/register", json=FIRST)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "registration_closed")


async def test_another_site_cannot_set_up_for_the_owner(client: httpx.AsyncClient) -> None:
    refused = await client.post("/api/v1/setup", json=FIRST, headers={"Origin": "https://evil.example"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin_refused")
    assert client.headers["Origin"] == ORIGIN
