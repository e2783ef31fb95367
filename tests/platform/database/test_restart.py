"""PostgreSQL goes away under load and comes back: requests fail with 503, then succeed, without a restart of ours."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from maquette.platform.database.database import Database
from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.dependencies import ReadingOf, SessionOf
from maquette.platform.observability.middleware import add_middleware
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings
from maquette.stack.embedded import EmbeddedStack

CLIENTS = 12


@dataclass
class Holder:
    """As much of a platform as these routes need."""

    database: Database


@pytest.fixture
def stack() -> Iterator[EmbeddedStack]:
    folder = Path(tempfile.mkdtemp(prefix="maquette-restart-"))
    folder.chmod(0o755)
    stack = EmbeddedStack(folder)  # as in production: what was acknowledged must survive a crash
    stack.start()
    yield stack
    stack.stop()
    shutil.rmtree(folder, ignore_errors=True)


def make_app(database: Database) -> FastAPI:
    app = FastAPI()
    app.state.platform = Holder(database)

    @app.post("/rows")
    async def write(session: SessionOf) -> int:
        await session.execute(text("SELECT pg_sleep(0.01)"))
        return int(await session.scalar(text("INSERT INTO kept DEFAULT VALUES RETURNING id")) or 0)

    @app.get("/rows")
    async def read(session: ReadingOf) -> int:
        return int(await session.scalar(text("SELECT count(*) FROM kept")) or 0)

    add_middleware(app, Settings({GeneralSettings: GeneralSettings(log_level="ERROR")}))
    return app


async def load(client: httpx.AsyncClient, until: asyncio.Event, seen: Counter[int], acknowledged: set[int]) -> None:
    while not until.is_set():
        answer = await client.post("/rows")
        seen[answer.status_code] += 1
        if answer.status_code == 200:
            acknowledged.add(answer.json())
        else:
            assert answer.json()["error"]["code"] == "service_unavailable"
            assert answer.headers["retry-after"] == "2"
        seen[(await client.get("/rows")).status_code] += 1
        await asyncio.sleep(0.005)


def postmaster(stack: EmbeddedStack) -> int:
    found = next(stack.data.rglob("postmaster.pid"))
    return int(found.read_text().splitlines()[0])


@pytest.mark.parametrize("how", ["stopped", "crashed"])
async def test_requests_fail_with_503_and_recover_by_themselves(stack: EmbeddedStack, how: str) -> None:
    database = Database(DatabaseSettings(database_url=stack.database_url, database_pool_size=4))
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)"))
    seen: Counter[int] = Counter()
    acknowledged: set[int] = set()
    done = asyncio.Event()
    transport = httpx.ASGITransport(make_app(database))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        clients = [asyncio.create_task(load(client, done, seen, acknowledged)) for _ in range(CLIENTS)]
        await asyncio.sleep(0.5)
        assert set(seen) == {200}
        if how == "crashed":
            os.kill(postmaster(stack), signal.SIGQUIT)
            await asyncio.sleep(0.3)
        await asyncio.to_thread(stack.stop)
        await asyncio.sleep(0.3)
        stack.start()  # only from the main thread: its children end with the thread that started them
        began = time.monotonic()
        while (await client.get("/rows")).status_code != 200:
            assert time.monotonic() - began < 20, "the pool does not recover"
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)
        done.set()
        await asyncio.gather(*clients)
        assert set(seen) == {200, 503}
        # Afterwards nothing fails any more, on any connection of the pool.
        answers = await asyncio.gather(*(client.post("/rows") for _ in range(40)))
        assert {answer.status_code for answer in answers} == {200}
    async with database.reading() as session:
        kept = set(await session.scalars(text("SELECT id FROM kept")))
    assert acknowledged <= kept
    await database.close()
