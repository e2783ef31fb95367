"""Whom the program believes, and how soon it stops believing."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from starlette.requests import HTTPConnection
from tests.conftest import ORIGIN, client_of
from tests.factories.users import PASSWORD, Person, make_person

from maquette.accounts.actor import Role
from maquette.accounts.authentication import authenticate, reauthenticate, recognition_of
from maquette.accounts.errors import OriginRefused
from maquette.accounts.schemas import UserUpdate
from maquette.accounts.users import service as users
from maquette.platform.database.database import count_queries
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.general import GeneralSettings
from maquette.slices import SLICES

ME = "/api/v1/auth/me"


def connection(scope_type: str = "http", method: str = "GET", **headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": scope_type, "scheme": "http", "headers": raw, "path": "/"}
    return HTTPConnection(scope | ({"method": method} if scope_type == "http" else {}))


async def test_a_stranger_is_asked_to_log_in(client: httpx.AsyncClient) -> None:
    answer = await client.get(ME)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense", "Bearer " + "x" * 5000])
async def test_a_wrong_token_is_refused(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get(ME, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_token")


async def test_a_cookie_that_is_over_makes_a_stranger(client: httpx.AsyncClient, platform: Platform) -> None:
    assert await authenticate(connection(cookie="a=b; maquette_access=old; c=d"), platform) is None
    answer = await client.get(ME, headers={"Cookie": "maquette_access=old"})
    assert answer.json()["error"]["code"] == "unauthenticated"


async def test_a_header_goes_before_a_cookie(client: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    other = await make_person(platform)
    answer = await client.get(ME, headers={"Cookie": f"maquette_access={other.access_token}", **member.headers})
    assert answer.json()["id"] == str(member.id)


async def patch_by_cookie(client: httpx.AsyncClient, person: Person, headers: dict[str, str]) -> int:
    del client.headers["Origin"]
    cookie = {"Cookie": f"maquette_access={person.access_token}"}
    return (await client.patch(ME, json={"name": "New"}, headers={**cookie, **headers})).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": ORIGIN}, 200),
        ({"Referer": f"{ORIGIN}/settings"}, 200),
        ({"Origin": "https://maquette.test:443", "Host": "maquette.test"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://maquette.test.evil.example"}, 403),
        ({"Origin": "http://maquette.test:8080"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://maquette.test:99999"}, 403),
        ({"Referer": "https://evil.example/http://maquette.test"}, 403),
        ({"Origin": "https://evil.example", "Referer": ORIGIN}, 403),
        ({"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}, 403),
        ({}, 403),
    ],
)
async def test_cookies_change_things_from_the_own_page_only(
    client: httpx.AsyncClient, member: Person, headers: dict[str, str], status: int
) -> None:
    assert await patch_by_cookie(client, member, headers) == status


async def test_origins_that_the_settings_name_are_own_ones(platform: Platform, member: Person) -> None:

    changed = platform.settings.replaced(
        platform.settings[GeneralSettings].model_copy(
            update={"public_url": "https://pictures.example.org/", "allowed_origins": ["https://app.example.org"]}
        )
    )
    for origin, status in (
        ("https://pictures.example.org", 200),
        ("https://app.example.org", 200),
        ("http://pictures.example.org", 403),
        ("https://other.example.org", 403),
    ):
        async with client_of(replace(platform, settings=changed)) as client:
            assert await patch_by_cookie(client, member, {"Origin": origin, "Host": "10.0.0.7:8000"}) == status, origin


async def test_cookies_read_from_anywhere(client: httpx.AsyncClient, member: Person) -> None:
    cookie = {"Cookie": f"maquette_access={member.access_token}", "Origin": "https://evil.example"}
    assert (await client.get(ME, headers=cookie)).status_code == 200, "SameSite and CORS keep the answer from others"


async def test_tokens_and_keys_need_no_origin(client: httpx.AsyncClient, member: Person) -> None:
    del client.headers["Origin"]
    assert (await client.patch(ME, json={"name": "New"}, headers=member.headers)).status_code == 200


async def test_a_websocket_by_cookie_needs_the_own_page(platform: Platform, member: Person) -> None:

    cookie = f"maquette_access={member.access_token}"
    for origin in ("https://evil.example", ""):
        with pytest.raises(OriginRefused):
            await authenticate(connection("websocket", cookie=cookie, origin=origin, host="maquette.test"), platform)
    own = await authenticate(connection("websocket", cookie=cookie, origin=ORIGIN, host="maquette.test"), platform)
    assert own == member.actor


async def test_a_known_caller_costs_no_query(platform: Platform, member: Person) -> None:
    bearer = connection(authorization=f"Bearer {member.access_token}")
    first: list[str] = []
    stop = count_queries(platform.database.engine, first)
    assert await authenticate(bearer, platform) == member.actor
    stop()
    assert len([each for each in first if each.startswith("SELECT login_session")]) == 1
    again: list[str] = []
    stop = count_queries(platform.database.engine, again)
    for _ in range(10):
        assert await authenticate(bearer, platform) is not None
    stop()
    assert again == []


async def test_the_rate_limits_are_told_who_asks(platform: Platform, member: Person) -> None:
    bearer = connection(authorization=f"Bearer {member.access_token}")
    await authenticate(bearer, platform)
    assert bearer.scope["state"]["limit_caller"] == f"user:{member.id}"


@pytest.mark.parametrize(
    "change",
    [UserUpdate(is_active=False), UserUpdate(password="another long password")],
    ids=["switched off", "new password"],
)
async def test_who_is_put_out_is_out_at_once(
    client: httpx.AsyncClient, platform: Platform, member: Person, change: UserUpdate
) -> None:
    assert (await client.get(ME, headers=member.headers)).status_code == 200
    async with platform.database.transaction() as session:
        await users.update_user(session, platform, member.id, change)
    assert (await client.get(ME, headers=member.headers)).status_code == 401
    assert await reauthenticate(member.actor, platform) is None


async def test_who_is_switched_on_again_must_log_in_again(
    client: httpx.AsyncClient, platform: Platform, member: Person
) -> None:
    for active in (False, True):
        async with platform.database.transaction() as session:
            await users.update_user(session, platform, member.id, UserUpdate(is_active=active))
    assert (await client.get(ME, headers=member.headers)).status_code == 401
    login = await client.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    assert login.status_code == 200


async def test_a_new_role_holds_at_once(client: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    assert (await client.get("/api/v1/users", headers=member.headers)).status_code == 403
    async with platform.database.transaction() as session:
        await users.update_user(session, platform, member.id, UserUpdate(role=Role.ADMINISTRATOR))
    assert (await client.get("/api/v1/users", headers=member.headers)).status_code == 200


async def test_another_process_hears_of_it(live_platform: Platform) -> None:
    """A second process that remembers the caller is told over the event bus, and does not wait for five seconds."""

    person = await make_person(live_platform)
    bearer = connection(authorization=f"Bearer {person.access_token}")
    async with running(live_platform.settings, SLICES) as other:
        await other.events.start()
        assert await authenticate(bearer, other) == person.actor
        async with live_platform.database.transaction() as session:
            await users.update_user(session, live_platform, person.id, UserUpdate(role=Role.VIEWER))
        for _ in range(100):
            actor = await authenticate(bearer, other)
            assert actor is not None
            if actor.role is Role.VIEWER:
                return
            await asyncio.sleep(0.02)
    pytest.fail("the other process still believes the old role after two seconds")


async def test_an_answer_from_before_the_change_is_not_remembered(platform: Platform, member: Person) -> None:
    recognition = recognition_of(platform)
    loading = recognition._load_session

    async def overtaken(session_id: object) -> object:
        found = await loading(member.actor.credential_id)  # type: ignore[arg-type]  # a login has an id
        recognition.forget_user(member.id)
        return found

    standing = await recognition._standing(member.actor.credential_id, overtaken)  # type: ignore[arg-type]  # as above
    assert standing is not None
    assert member.actor.credential_id not in recognition._standings
