"""Users as administrators manage them, and the own profile."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from tests.accounts.conftest import Wait
from tests.conftest import client_of
from tests.factories.users import PASSWORD, NewUserFactory, Person, make_person

from maquette.accounts.actor import Role
from maquette.accounts.settings import AccountSettings
from maquette.accounts.users import service
from maquette.platform.database.database import count_queries
from maquette.platform.runtime import Platform
from maquette.platform.settings.loader import Settings

ME = "/api/v1/auth/me"
USERS = "/api/v1/users"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def log_in(client: httpx.AsyncClient, email: str, password: str) -> int:
    answer = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
    client.cookies.clear()
    return answer.status_code


async def test_an_administrator_makes_a_user_who_can_log_in(client: httpx.AsyncClient, administrator: Person) -> None:
    new = NewUserFactory.build(role=Role.VIEWER)
    made = await client.post(USERS, json=new.model_dump(mode="json"), headers=administrator.headers)
    assert made.status_code == 201, made.text
    assert (made.json()["email"], made.json()["role"], made.json()["is_active"]) == (new.email, "viewer", True)
    assert "password" not in made.text
    assert await log_in(client, new.email, new.password) == 200
    read = await client.get(f"{USERS}/{made.json()['id']}", headers=administrator.headers)
    assert read.json()["email"] == new.email


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@EXAMPLE.ORG", " Ada@Example.org "])
async def test_an_address_is_one_account(
    client: httpx.AsyncClient, platform: Platform, administrator: Person, email: str
) -> None:
    await make_person(platform, email="ada@example.org")
    body = {"email": email, "name": "Ada", "password": PASSWORD}
    assert code(await client.post(USERS, json=body, headers=administrator.headers)) == (409, "email_taken")
    patched = await client.patch(f"{USERS}/{administrator.id}", json={"email": email}, headers=administrator.headers)
    assert code(patched) == (409, "email_taken")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a@b@c"),
        ("email", "a\x00@example.org"),
        ("email", "x" * 250 + "@example.org"),
        ("name", ""),
        ("name", "   "),
        ("name", "a\x00b"),
        ("name", "two\nlines"),
        ("name", "\u202egnp.exe"),
        ("name", "x" * 101),
        ("password", "too short"),
        ("password", "x" * 257),
        ("role", "emperor"),
        ("quota_bytes", -1),
    ],
)
async def test_what_is_no_user_is_refused_by_field(
    client: httpx.AsyncClient, administrator: Person, field: str, value: str | int
) -> None:
    body = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD, field: value}
    refused = await client.post(USERS, json=body, headers=administrator.headers)
    assert code(refused) == (422, "validation_error")
    assert [each["path"] for each in refused.json()["error"]["details"]["fields"]] == [f"body.{field}"]


async def test_names_of_all_the_world_are_names(client: httpx.AsyncClient, administrator: Person) -> None:
    for host, name in enumerate(("Zoë 👩‍🚀", "محمد", "李小龍", "O'Neil-Ōe")):
        body = {"email": f"me@nas-{host}.local", "name": f" {name} ", "password": PASSWORD}
        made = await client.post(USERS, json=body, headers=administrator.headers)
        assert (made.status_code, made.json().get("name")) == (201, name)


async def test_users_are_listed_page_by_page(client: httpx.AsyncClient, platform: Platform) -> None:
    people = [await make_person(platform, Role.ADMINISTRATOR) for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2", "total": "true"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(USERS, params=query, headers=people[0].headers)).json()
        assert page["total"] == 5
        seen += [user["id"] for user in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [str(person.id) for person in people]


@pytest.mark.parametrize("query", ["limit=0", "limit=1000000000", "limit=-1", "cursor=nonsense", "cursor=%00"])
async def test_bad_pages_are_refused(client: httpx.AsyncClient, administrator: Person, query: str) -> None:
    assert code(await client.get(f"{USERS}?{query}", headers=administrator.headers)) == (422, "validation_error")


async def test_a_page_of_users_is_one_query(
    client: httpx.AsyncClient, platform: Platform, administrator: Person
) -> None:
    for _ in range(5):
        await make_person(platform)
    await client.get(USERS, headers=administrator.headers)
    asked: list[str] = []
    stop = count_queries(platform.database.engine, asked)
    page = await client.get(USERS, headers=administrator.headers)
    stop()
    assert len(page.json()["items"]) == 6
    assert len([each for each in asked if each.startswith("SELECT")]) == 1


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_others_do_not_manage_users(client: httpx.AsyncClient, platform: Platform, role: Role) -> None:
    person, other = await make_person(platform, role), await make_person(platform)
    calls = [
        client.get(USERS, headers=person.headers),
        client.post(USERS, json=NewUserFactory.build().model_dump(mode="json"), headers=person.headers),
        client.get(f"{USERS}/{other.id}", headers=person.headers),
        client.patch(f"{USERS}/{other.id}", json={"role": "administrator"}, headers=person.headers),
        client.patch(f"{USERS}/{person.id}", json={"role": "administrator"}, headers=person.headers),
        client.delete(f"{USERS}/{other.id}", headers=person.headers),
    ]
    assert [code(await call) for call in calls] == [(403, "forbidden")] * 6


async def test_an_unknown_user_is_not_found(client: httpx.AsyncClient, administrator: Person) -> None:
    path = f"{USERS}/01890000-0000-7000-8000-000000000000"
    for call in (client.get(path, headers=administrator.headers), client.delete(path, headers=administrator.headers)):
        assert code(await call) == (404, "not_found")
    assert code(await client.patch(path, json={"name": "x"}, headers=administrator.headers)) == (404, "not_found")
    assert code(await client.get(f"{USERS}/no-id", headers=administrator.headers)) == (422, "validation_error")


async def test_a_quota_is_set_and_taken_away(client: httpx.AsyncClient, administrator: Person, member: Person) -> None:
    path = f"{USERS}/{member.id}"
    for change, quota in (({"quota_bytes": 1000}, 1000), ({"name": "New"}, 1000), ({"quota_bytes": None}, None)):
        changed = await client.patch(path, json=change, headers=administrator.headers)
        assert changed.json()["quota_bytes"] == quota


@pytest.mark.parametrize("change", [{"role": "member"}, {"is_active": False}, None], ids=str)
async def test_the_last_administrator_stays(
    client: httpx.AsyncClient, platform: Platform, administrator: Person, change: dict[str, object] | None
) -> None:
    await make_person(platform, Role.ADMINISTRATOR, is_active=False)

    async def leave() -> httpx.Response:
        path = f"{USERS}/{administrator.id}"
        if change is None:
            return await client.delete(path, headers=administrator.headers)
        return await client.patch(path, json=change, headers=administrator.headers)

    assert code(await leave()) == (409, "last_administrator")
    await make_person(platform, Role.ADMINISTRATOR)
    assert (await leave()).status_code in {200, 204}


async def test_two_administrators_who_leave_at_once_leave_one(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    people = [await make_person(live_platform, Role.ADMINISTRATOR) for _ in range(4)]
    answers = await asyncio.gather(
        *(
            live_client.patch(f"{USERS}/{person.id}", json={"role": "member"}, headers=person.headers)
            for person in people
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 409]


async def test_a_user_is_deleted_with_logins_and_keys(
    client: httpx.AsyncClient, platform: Platform, administrator: Person, member: Person
) -> None:
    await client.get(ME, headers=member.headers)
    await client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["media.read"]}, headers=member.headers)
    assert (await client.delete(f"{USERS}/{member.id}", headers=administrator.headers)).status_code == 204
    assert (await client.get(ME, headers=member.headers)).status_code == 401
    async with platform.database.reading() as session:
        for table in ("login_session", "api_key"):
            left = await session.scalar(text(f"SELECT count(*) FROM {table} WHERE user_id = :id"), {"id": member.id})
            assert left == 0


async def test_who_owns_something_is_not_deleted(
    client: httpx.AsyncClient, platform: Platform, administrator: Person, member: Person
) -> None:
    """Any table whose rows belong to a user and restrict his deletion, as media does."""
    async with platform.database.transaction() as session:
        await session.execute(text('CREATE TABLE possession (owner_id uuid REFERENCES "user" (id) ON DELETE RESTRICT)'))
        await session.execute(text("INSERT INTO possession VALUES (:id)"), {"id": member.id})
    refused = await client.delete(f"{USERS}/{member.id}", headers=administrator.headers)
    assert code(refused) == (409, "user_owns_media")
    assert (await client.get(ME, headers=member.headers)).status_code == 200


async def test_media_restrict_the_deletion_of_their_owner(platform: Platform) -> None:
    async with platform.database.reading() as session:
        rule = await session.scalar(
            text(
                "SELECT confdeltype::text FROM pg_constraint WHERE contype = 'f' "
                "AND conrelid = 'media'::regclass AND confrelid = '\"user\"'::regclass"
            )
        )
    assert rule == "r", "somebody who leaves must not take his media along unasked"


# --- the own profile


async def test_one_changes_the_own_profile(client: httpx.AsyncClient, member: Person) -> None:
    change = {"name": " New ", "email": "New@Example.org", "current_password": PASSWORD}
    changed = await client.patch(ME, json=change, headers=member.headers)
    assert (changed.json()["name"], changed.json()["email"]) == ("New", "new@example.org")
    assert await log_in(client, "new@example.org", PASSWORD) == 200


async def test_nobody_makes_himself_administrator(client: httpx.AsyncClient, member: Person) -> None:
    changed = await client.patch(ME, json={"role": "administrator", "is_active": True}, headers=member.headers)
    assert changed.json()["role"] == "member"


async def test_a_new_password_ends_the_other_logins(
    client: httpx.AsyncClient, member: Person, platform: Platform
) -> None:
    other = (await client.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})).json()
    client.cookies.clear()
    elsewhere = {"Authorization": f"Bearer {other['access_token']}"}
    assert (await client.get(ME, headers=elsewhere)).status_code == 200
    body = {"current_password": PASSWORD, "new_password": "a quite different one"}
    assert (await client.patch(ME, json=body, headers=member.headers)).status_code == 200
    assert (await client.get(ME, headers=member.headers)).status_code == 200
    assert (await client.get(ME, headers=elsewhere)).status_code == 401
    refreshed = await client.post("/api/v1/auth/refresh", json={"refresh_token": other["refresh_token"]})
    assert refreshed.status_code == 401
    assert await log_in(client, member.email, PASSWORD) == 401
    assert await log_in(client, member.email, "a quite different one") == 200


@pytest.mark.parametrize("current", ["wrong", None])
async def test_a_new_password_needs_the_current_one(
    client: httpx.AsyncClient, member: Person, current: str | None
) -> None:
    body = {"current_password": current, "new_password": "a quite different one"}
    assert code(await client.patch(ME, json=body, headers=member.headers)) == (422, "wrong_password")
    assert await log_in(client, member.email, PASSWORD) == 200


async def test_guesses_of_the_current_password_lock_the_account(client: httpx.AsyncClient, member: Person) -> None:
    body = {"current_password": "wrong", "new_password": "a quite different one"}
    for _ in range(5):
        assert (await client.patch(ME, json=body, headers=member.headers)).status_code == 422
    right = await client.patch(ME, json={**body, "current_password": PASSWORD}, headers=member.headers)
    assert code(right) == (429, "locked_out")


# --- registration


async def test_registration_is_closed_unless_opened(
    client: httpx.AsyncClient, administrator: Person, platform: Platform, settings: Settings
) -> None:
    body = {"email": "new@example.org", "name": "New", "password": PASSWORD}
    assert code(await client.post("/api/v1/auth/register", json=body)) == (403, "registration_closed")
    opened = settings.replaced(settings[AccountSettings].model_copy(update={"registration_open": True}))
    async with client_of(replace(platform, settings=opened)) as other:
        assert (await other.get("/api/v1/setup")).json() == {"needs_setup": False, "can_register": True}
        made = await other.post("/api/v1/auth/register", json=body)
        assert made.status_code == 201, made.text
        assert (await other.get(ME)).json()["role"] == "member"
        assert code(await other.post("/api/v1/auth/register", json=body)) == (409, "email_taken")


# --- logins


async def test_one_sees_and_ends_the_own_logins(client: httpx.AsyncClient, member: Person, wait: Wait) -> None:
    wait(timedelta(seconds=1))
    body = {"email": member.email, "password": PASSWORD}
    other = (await client.post("/api/v1/auth/login", json=body, headers={"User-Agent": "Telephone\x7f"})).json()
    client.cookies.clear()
    listed = (await client.get("/api/v1/auth/sessions", headers=member.headers)).json()["items"]
    assert [(each["user_agent"], each["current"]) for each in listed] == [("Telephone", False), ("tests", True)]
    path = f"/api/v1/auth/sessions/{listed[0]['id']}"
    assert (await client.delete(path, headers=member.headers)).status_code == 204
    assert (await client.get(ME, headers={"Authorization": f"Bearer {other['access_token']}"})).status_code == 401
    assert code(await client.delete(path, headers=member.headers)) == (404, "not_found")


async def test_a_logout_ends_the_login_for_good(client: httpx.AsyncClient, member: Person) -> None:
    tokens = (await client.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})).json()
    answer = await client.post("/api/v1/auth/logout")
    assert answer.status_code == 204
    assert not client.cookies, "the browser has no tokens left"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.get(ME, headers=bearer)).status_code == 401
    assert (
        await client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    ).status_code == 401
    assert (await client.get(ME, headers=member.headers)).status_code == 200, "another login of the same user goes on"


async def test_the_use_of_a_login_is_noted_once_a_minute(
    client: httpx.AsyncClient, platform: Platform, member: Person, wait: Wait
) -> None:
    asked: list[str] = []
    stop = count_queries(platform.database.engine, asked)
    for _ in range(12):
        wait(timedelta(seconds=10))
        await client.get(ME, headers=member.headers)
    stop()
    assert len([each for each in asked if each.startswith("UPDATE login_session")]) == 2


async def test_ended_logins_and_old_failures_are_purged(
    client: httpx.AsyncClient, platform: Platform, member: Person, wait: Wait
) -> None:
    from maquette.accounts.sessions.service import purge

    await log_in(client, "nobody@example.org", "wrong")
    await client.post("/api/v1/auth/logout", headers=member.headers)
    assert await purge(platform) == 0, "what still counts stays"
    wait(timedelta(days=1, minutes=1))
    assert await purge(platform) == 2


def test_the_service_of_users_is_a_small_door() -> None:
    public = [name for name, each in vars(service).items() if not name.startswith("_") and callable(each)]
    own = [name for name in public if getattr(vars(service)[name], "__module__", "") == service.__name__]
    assert len(own) <= 12


async def test_a_new_address_needs_the_current_password(client: httpx.AsyncClient, member: Person) -> None:
    async def patch(**change: str) -> httpx.Response:
        return await client.patch(ME, json=change, headers=member.headers)

    for proof in ({}, {"current_password": "not the password"}):
        assert (await patch(email="new@example.org", **proof)).status_code == 422
    assert (await client.get(ME, headers=member.headers)).json()["email"] == member.email
    assert (await patch(email=member.email)).status_code == 200, "the same address is no change"
    changed = await patch(email="new@example.org", current_password=PASSWORD)
    assert (changed.status_code, changed.json()["email"]) == (200, "new@example.org")
