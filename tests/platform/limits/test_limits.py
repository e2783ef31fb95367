"""Rate limits: exact over processes, cheap on reads, decided when Valkey is down."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from pydantic import ValidationError
from redis.asyncio import Redis
from tests.platform.valkey_server import StoppableValkey

from maquette.kit.errors import MaquetteError
from maquette.kit.http.errors import handle_named
from maquette.platform.limiting import CALLER, limited
from maquette.platform.limits.limiter import Group, Limiter, LimitReached, LimitUnknown
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.observability.middleware import add_middleware
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings
from maquette.platform.valkey import ValkeySettings, connect


@pytest.fixture
async def valkey(stoppable_valkey: StoppableValkey) -> AsyncIterator[Redis]:
    client = connect(ValkeySettings(redis_url=stoppable_valkey.url))
    yield client
    await client.aclose()


async def passed(limiter: Limiter, group: Group, caller: str, times: int) -> int:
    allowed = 0
    for _ in range(times):
        try:
            await limiter.check(group, caller)
            allowed += 1
        except LimitReached:
            pass
    return allowed


async def test_as_many_pass_as_the_limit_says(valkey: Redis) -> None:
    limiter = Limiter(LimitSettings(limit_login=10), valkey)
    assert await passed(limiter, Group.LOGIN, "ip:1", 30) == 10


async def test_callers_and_groups_are_counted_apart(valkey: Redis) -> None:
    limiter = Limiter(LimitSettings(limit_login=2, limit_upload=3), valkey)
    assert await passed(limiter, Group.LOGIN, "ip:1", 5) == 2
    assert await passed(limiter, Group.LOGIN, "ip:2", 5) == 2
    assert await passed(limiter, Group.UPLOAD, "ip:1", 5) == 3


async def test_two_processes_share_a_small_limit_exactly(valkey: Redis) -> None:
    settings = LimitSettings(limit_login=10)
    one, two = Limiter(settings, valkey), Limiter(settings, valkey)
    total = 0
    for _ in range(10):
        total += await passed(one, Group.LOGIN, "ip:1", 1) + await passed(two, Group.LOGIN, "ip:1", 1)
    assert total == 10


async def test_processes_together_never_pass_more_reads_than_the_limit(valkey: Redis) -> None:
    settings = LimitSettings(limit_read=1200)
    processes = [Limiter(settings, valkey) for _ in range(3)]
    counts = await asyncio.gather(*(passed(each, Group.READ, "user:1", 700) for each in processes))
    assert sum(counts) == 1200


async def test_reads_rarely_ask_valkey(valkey: Redis) -> None:
    limiter = Limiter(LimitSettings(limit_read=1200), valkey)
    before = (await valkey.info("stats"))["total_commands_processed"]
    assert await passed(limiter, Group.READ, "user:1", 1100) == 1100
    asked = (await valkey.info("stats"))["total_commands_processed"] - before
    # A block is two scripts of some ten commands each; asked one by one it would be over 10,000.
    assert asked < 1500


async def test_a_flood_over_the_limit_is_refused_from_memory(valkey: Redis) -> None:
    limiter = Limiter(LimitSettings(limit_login=1), valkey)
    await passed(limiter, Group.LOGIN, "ip:1", 2)
    before = (await valkey.info("stats"))["total_commands_processed"]
    assert await passed(limiter, Group.LOGIN, "ip:1", 500) == 0
    assert (await valkey.info("stats"))["total_commands_processed"] - before < 20


async def test_zero_switches_a_limit_off(valkey: Redis) -> None:
    limiter = Limiter(LimitSettings(limit_read=0), valkey)
    assert await passed(limiter, Group.READ, "user:1", 3000) == 3000


async def test_a_refusal_says_when_to_come_back(valkey: Redis) -> None:
    limiter = Limiter(LimitSettings(limit_login=1), valkey)
    await limiter.check(Group.LOGIN, "ip:1")
    with pytest.raises(LimitReached) as caught:
        await limiter.check(Group.LOGIN, "ip:1")
    assert caught.value.status == 429
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 60
    assert caught.value.details["limit"] == 1


async def test_without_valkey_what_nobody_can_count_is_refused(
    valkey: Redis, stoppable_valkey: StoppableValkey
) -> None:
    limiter = Limiter(LimitSettings(), valkey)
    stoppable_valkey.stop()
    with pytest.raises(LimitUnknown) as caught:
        await limiter.check(Group.LOGIN, "ip:1")
    assert caught.value.status == 503
    assert "Retry-After" in caught.value.headers


async def test_without_valkey_a_setting_lets_logins_pass(valkey: Redis, stoppable_valkey: StoppableValkey) -> None:
    limiter = Limiter(LimitSettings(limit_refuse_unguarded=False), valkey)
    stoppable_valkey.stop()
    assert await limiter.check(Group.LOGIN, "ip:1") is None


async def test_without_valkey_reads_pass_and_do_not_wait(valkey: Redis, stoppable_valkey: StoppableValkey) -> None:
    limiter = Limiter(LimitSettings(), valkey)
    stoppable_valkey.freeze()
    began = time.monotonic()
    assert await passed(limiter, Group.READ, "user:1", 300) == 300
    assert await passed(limiter, Group.UPLOAD, "user:1", 300) == 300
    assert time.monotonic() - began < 2.0
    stoppable_valkey.thaw()


async def test_limits_hold_again_when_valkey_is_back(valkey: Redis, stoppable_valkey: StoppableValkey) -> None:
    limiter = Limiter(LimitSettings(limit_login=2), valkey)
    stoppable_valkey.stop()
    with pytest.raises(LimitUnknown):
        await limiter.check(Group.LOGIN, "ip:1")
    stoppable_valkey.start()
    await asyncio.sleep(1.1)
    assert await passed(limiter, Group.LOGIN, "ip:1", 5) == 2


def test_a_network_that_is_none_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ValidationError, match=r"10\.0\.0"):
        LimitSettings(limit_allow=["10.0.0/8/8"])


async def known(request: Request) -> None:
    user = request.headers.get("x-user")
    if user:
        request.state.limit_caller = f"user:{user}"


def app_of(limiter: Limiter) -> FastAPI:
    app = FastAPI(exception_handlers={MaquetteError: handle_named})
    app.state.platform = SimpleNamespace(limits=limiter)

    @app.post("/login", dependencies=[Depends(limited(Group.LOGIN))])
    async def login() -> str:
        return "in"

    @app.get("/media")
    async def media(_limit: Annotated[None, Depends(limited(Group.UPLOAD, after=known))]) -> str:
        return "list"

    add_middleware(app, Settings({GeneralSettings: GeneralSettings()}))
    return app


def client_of(limiter: Limiter, address: str = "203.0.113.7") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app_of(limiter), client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


def test_the_name_of_the_state_is_what_the_test_sets() -> None:
    assert CALLER == "limit_caller"


async def test_a_route_refuses_with_429_and_tells_where_the_caller_stands(valkey: Redis) -> None:
    async with client_of(Limiter(LimitSettings(limit_login=2), valkey)) as client:
        answers = [await client.post("/login") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:2]] == ["1", "0"]
    assert answers[0].headers["ratelimit-limit"] == "2"
    assert 1 <= int(answers[2].headers["ratelimit-reset"]) <= 60
    assert answers[2].headers["ratelimit-remaining"] == "0"
    assert answers[2].json()["error"]["code"] == "rate_limited"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


async def test_users_behind_one_address_are_counted_apart(valkey: Redis) -> None:
    async with client_of(Limiter(LimitSettings(limit_user_upload=1), valkey)) as client:
        statuses = [(await client.get("/media", headers={"x-user": user})).status_code for user in "abab"]
    assert statuses == [200, 200, 429, 429]


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1"])
async def test_allowed_addresses_are_not_counted(valkey: Redis, address: str) -> None:
    limiter = Limiter(LimitSettings(limit_login=1, limit_allow=["10.0.0.0/8", "2001:db8::/32"]), valkey)
    async with client_of(limiter, address) as client:
        assert [(await client.post("/login")).status_code for _ in range(5)] == [200] * 5
    async with client_of(limiter, "192.0.2.1") as client:
        assert [(await client.post("/login")).status_code for _ in range(2)] == [200, 429]
