"""What a process remembers of its callers has an end, and limits hold all the same."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from tests.platform.valkey_server import StoppableValkey

from maquette.platform.limits import limiter as module
from maquette.platform.limits.limiter import Group, Limiter, LimitReached
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.valkey import ValkeySettings, connect


@pytest.fixture
async def valkey(stoppable_valkey: StoppableValkey) -> AsyncIterator[Redis]:
    client = connect(ValkeySettings(redis_url=stoppable_valkey.url))
    yield client
    await client.aclose()


async def test_more_callers_than_are_remembered_are_each_limited(
    valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MEMORY", 3)
    limiter = Limiter(LimitSettings(limit_login=2), valkey)
    allowed = dict.fromkeys(range(8), 0)
    for _ in range(4):
        for caller in allowed:
            try:
                await limiter.check(Group.LOGIN, f"ip:{caller}")
                allowed[caller] += 1
            except LimitReached:
                pass
    assert set(allowed.values()) == {2}
    assert len(limiter._purses) <= 3
