"""Logging in: what one gets, what one is told, and when one is locked out."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from tests.accounts.conftest import Wait
from tests.conftest import client_of
from tests.factories.users import PASSWORD, Person, make_person

from maquette.accounts.metrics import PASSWORD_CHECKS
from maquette.accounts.models import User
from maquette.accounts.settings import AccountSettings, CookieSecure
from maquette.platform.limits.limiter import Limiter
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.runtime import Platform
from maquette.platform.settings.general import GeneralSettings

LOGIN = "/api/v1/auth/login"


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post(LOGIN, json={"email": email, "password": password})


def cookie(answer: httpx.Response, name: str) -> str:
    return next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))


async def test_a_login_gives_tokens_that_work(client: httpx.AsyncClient, member: Person) -> None:
    answer = await log_in(client, member.email)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 900)
    client.cookies.clear()
    me = await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert me.json()["id"] == str(member.id)
    assert me.json()["last_login_at"] is not None


async def test_the_address_may_be_spelled_otherwise(client: httpx.AsyncClient, platform: Platform) -> None:
    await make_person(platform, email="ada@example.org")
    assert (await log_in(client, "  ADA@Example.org ")).status_code == 200


async def test_a_browser_gets_cookies_that_scripts_do_not_see(client: httpx.AsyncClient, member: Person) -> None:
    answer = await log_in(client, member.email)
    for name, path in (("maquette_access", "/"), ("maquette_refresh", "/api/v1/auth")):
        flags = {part.strip().lower() for part in cookie(answer, name).split(";")[1:]}
        assert {"httponly", "samesite=lax", f"path={path}"} <= flags
        assert "secure" not in flags, "the browser came over plain http"
    assert (await client.get("/api/v1/auth/me")).json()["id"] == str(member.id)


@pytest.mark.parametrize(
    ("secure", "public_url", "base_url", "expected"),
    [
        ("auto", None, "https://pictures.test", "secure"),
        ("auto", "https://pictures.test", "http://pictures.test", "secure"),
        ("auto", "https://pictures.test", "http://10.0.0.5:8000", ""),
        ("always", None, "http://pictures.test", "secure"),
        ("never", None, "https://pictures.test", ""),
    ],
)
async def test_cookies_are_for_https_where_the_browser_came_by_it(  # noqa: PLR0917  # the table has four columns
    platform: Platform, member: Person, secure: str, public_url: str | None, base_url: str, expected: str
) -> None:
    changed = platform.settings.replaced(
        platform.settings[AccountSettings].model_copy(update={"cookie_secure": CookieSecure(secure)}),
        platform.settings[GeneralSettings].model_copy(update={"public_url": public_url}),
    )
    async with client_of(replace(platform, settings=changed)) as client:
        answer = await client.post(
            f"{base_url}{LOGIN}",
            json={"email": member.email, "password": PASSWORD},
            headers={"Origin": base_url.replace("http://pictures", "https://pictures") if public_url else base_url},
        )
    assert answer.status_code == 200, answer.text
    flags = {part.strip().lower() for part in cookie(answer, "maquette_access").split(";")}
    assert flags & {"secure"} == {expected} - {""}


async def test_every_failure_has_the_same_answer_and_the_same_work(
    client: httpx.AsyncClient, platform: Platform, member: Person
) -> None:
    inactive = await make_person(platform, is_active=False)
    locked = await make_person(platform)
    for _ in range(5):
        await log_in(client, locked.email, "wrong")
    answers = []
    for email, password in (
        ("nobody@example.org", PASSWORD),
        ("no address at all", PASSWORD),
        (member.email, "wrong"),
        (inactive.email, PASSWORD),
        (locked.email, PASSWORD),
        (locked.email, "wrong"),
    ):
        before = PASSWORD_CHECKS._value.get()
        answers.append(await log_in(client, email, password))
        assert PASSWORD_CHECKS._value.get() == before + 1, f"no hash was verified for {email}"
    bodies = [{**answer.json()["error"], "request_id": None} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2] == bodies[3]
    assert (bodies[0]["code"], answers[0].status_code) == ("invalid_credentials", 401)
    assert bodies[4] == bodies[5], "the right password must not be told from a wrong one while locked"


@pytest.mark.parametrize("exists", [True, False])
async def test_five_failures_lock_an_address_whether_or_not_it_has_an_account(
    client: httpx.AsyncClient, member: Person, wait: Wait, *, exists: bool
) -> None:
    email = member.email if exists else "nobody@example.org"
    for _ in range(5):
        assert (await log_in(client, email, "wrong")).status_code == 401
    locked = await log_in(client, email)
    assert (locked.status_code, locked.json()["error"]["code"]) == (429, "locked_out")
    assert 0 < int(locked.headers["Retry-After"]) <= 15 * 60
    wait(timedelta(minutes=14))
    assert (await log_in(client, email)).status_code == 429
    wait(timedelta(minutes=1, seconds=1))
    assert (await log_in(client, email)).status_code == (200 if exists else 401)


async def test_a_login_that_succeeds_forgets_the_failures(client: httpx.AsyncClient, member: Person) -> None:
    for _ in range(3):
        for _ in range(4):
            assert (await log_in(client, member.email, "wrong")).status_code == 401
        assert (await log_in(client, member.email)).status_code == 200


async def test_failures_of_long_ago_do_not_count(client: httpx.AsyncClient, member: Person, wait: Wait) -> None:
    for _ in range(4):
        await log_in(client, member.email, "wrong")
    wait(timedelta(minutes=16))
    for _ in range(4):
        await log_in(client, member.email, "wrong")
    assert (await log_in(client, member.email)).status_code == 200


async def test_guesses_made_at_once_are_worth_no_more_than_one_after_the_other(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    person = await make_person(live_platform)
    answers = await asyncio.gather(*(log_in(live_client, person.email, f"guess {n}") for n in range(20)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [401] * 5 + [429] * 15


async def test_logins_are_limited_by_address(platform: Platform) -> None:
    limited = Limiter(LimitSettings(limit_login=3), platform.cache.valkey)
    async with client_of(replace(platform, limits=limited)) as client:
        statuses = [(await log_in(client, f"{n}@example.org")).status_code for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


@pytest.mark.parametrize("text", ["a\x00b@example.org", "a\ud800@example.org", "x" * 400 + "@example.org"])
async def test_what_no_database_takes_is_refused_by_name(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.post(
        LOGIN,
        content=json.dumps({"email": text, "password": PASSWORD}),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")


async def test_another_site_cannot_log_a_browser_in(client: httpx.AsyncClient, member: Person) -> None:
    answer = await client.post(
        LOGIN, json={"email": member.email, "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_refused")


async def test_a_program_without_an_origin_logs_in(client: httpx.AsyncClient, member: Person) -> None:
    del client.headers["Origin"]
    assert (await log_in(client, member.email)).status_code == 200


async def test_a_hash_with_weaker_parameters_is_made_anew(
    client: httpx.AsyncClient, platform: Platform, member: Person
) -> None:

    await log_in(client, member.email)
    async with platform.database.reading() as session:
        user = await session.get(User, member.id)
    assert user is not None
    assert "m=19456,t=2,p=1" in user.password_hash
    assert (await log_in(client, member.email)).status_code == 200
