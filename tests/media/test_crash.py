"""kill -9 of web processes and workers while 300 pictures are uploaded: what was acknowledged is there, whole; of what
was not, nothing is half there.
"""

import asyncio
import contextlib
import hashlib
import os
import random
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import select, update
from tests.factories.media import jpeg
from tests.media.test_bad_input import files_of

from maquette.app import load
from maquette.kit.clock import now
from maquette.media.models import Media, UnclaimedFile
from maquette.media.schemas import VariantState
from maquette.media.trash import service as trash
from maquette.media.trash.service import TrashService
from maquette.platform.runtime import running
from maquette.slices import SLICES
from maquette.stack.embedded import EmbeddedStack

UPLOADS = 300
CLIENTS = 4
KILLS = 10
LOGIN = {"email": "crash@maquette.test", "password": "a long password for this"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`maquette serve`, with a knife for its children."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MAQUETTE_")}
        command = ("-m", "maquette", "serve", "--data", str(self.data), "--port", str(self.port))
        with (self.data.parent / "serve.log").open("wb") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *command, env=environ, stdout=log, stderr=log
            )
            try:
                await self.wait_ready()
                yield
            finally:
                self.process.send_signal(signal.SIGINT)
                await asyncio.wait_for(self.process.wait(), 60)

    async def wait_ready(self) -> None:
        async with httpx.AsyncClient() as client:
            for _ in range(600):
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"{self.url}/health/live")).status_code == 200:
                        return
                assert self.process.returncode is None, (self.data.parent / "serve.log").read_text()[-3000:]
                await asyncio.sleep(0.1)
        pytest.fail("the server did not come up")

    def kill(self, kind: str) -> bool:
        """SIGKILL to one child of that kind, if one is running."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "maquette" in child.cmdline() and kind in child.cmdline():
                    child.kill()
                    return True
        return False


async def log_in(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/setup", json={**LOGIN, "name": "Crash"})
    token = (await client.post("/api/v1/auth/login", json=LOGIN)).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


async def upload_all(client: httpx.AsyncClient, pictures: list[bytes], kept: dict[str, str]) -> None:
    """Upload each until it is acknowledged, as a person with patience would: media id to checksum."""
    waiting = iter(pictures)

    async def work() -> None:
        for data in waiting:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.post("/api/v1/media", files={"file": ("a.jpg", data)})
                    if answer.status_code in {200, 201}:
                        kept[answer.json()["id"]] = hashlib.sha256(data).hexdigest()
                        break
                    assert answer.status_code >= 500, answer.text
                await asyncio.sleep(0.05)

    await asyncio.gather(*(work() for _ in range(CLIENTS)))


async def kill_now_and_then(server: Server, kept: dict[str, str], chance: random.Random) -> int:
    """Kill spread over the uploads, at moments that nobody chose."""
    done = 0
    for number in range(KILLS):
        goal = (number + 1) * UPLOADS // (KILLS + 1)
        while len(kept) < goal:  # noqa: ASYNC110 - what is awaited is a growing dictionary
            await asyncio.sleep(0.01)
        await asyncio.sleep(chance.random() * 0.2)
        done += server.kill("web" if number % 2 else "worker")
    return done


async def assert_kept(client: httpx.AsyncClient, kept: dict[str, str]) -> None:
    """Every acknowledged picture has its bytes, and its variants when the workers are through."""
    until = time.monotonic() + 150
    left = set(kept)
    while left and time.monotonic() < until:
        for media_id in sorted(left):
            media = (await client.get(f"/api/v1/media/{media_id}")).json()
            if media["variants"] == VariantState.READY:
                left.discard(media_id)
            else:
                assert media["variants"] == VariantState.PENDING, media["failure"]
        await asyncio.sleep(0.5)
    assert not left, f"{len(left)} of {len(kept)} media still wait for their variants"
    for media_id, checksum in kept.items():
        data = (await client.get(f"/api/v1/media/{media_id}/data")).content
        assert hashlib.sha256(data).hexdigest() == checksum
        for size in ("small", "medium", "large"):
            thumbnail = await client.get(f"/api/v1/media/{media_id}/thumbnail?size={size}")
            assert thumbnail.status_code == 200
            assert thumbnail.content


async def assert_nothing_is_half_there(data: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, str]) -> None:
    """After the cleaner, files and rows are the same set, and the staging folder is empty."""
    stack = EmbeddedStack(data)
    stack.start()
    try:
        environ = {
            "MAQUETTE_DATABASE_URL": stack.database_url,
            "MAQUETTE_REDIS_URL": stack.redis_url,
            "MAQUETTE_DATA_DIR": str(data),
            "MAQUETTE_STORAGE_STAGING_HOURS": "0.0000001",
        }
        async with running(load(environ=environ), SLICES) as platform:
            monkeypatch.setattr(trash, "ABANDONED_SECONDS", 0.0)
            async with platform.database.transaction() as session:
                await session.execute(update(UnclaimedFile).values(not_before=now()))
            await TrashService(platform).remove_files()
            async with platform.database.reading() as session:
                rows = (await session.execute(select(Media.id, Media.storage_key, Media.variant_files))).all()
                assert (await session.execute(select(UnclaimedFile))).all() == []
            assert {str(row[0]) for row in rows} == set(kept)
            originals, variants = platform.stores.originals.shards[0], platform.stores.variants
            expected = {originals.local_path(row[1]) for row in rows}
            expected |= {variants.local_path(file["key"]) for row in rows for file in row[2].values()}
            assert set(files_of(platform)) == expected
    finally:
        stack.stop()


@pytest.mark.timeout(420)
async def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random()
    pictures = [jpeg(number, 160, 120) for number in range(UPLOADS)]
    kept: dict[str, str] = {}
    server = Server(tmp_path / "data")
    async with server.running(), httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        await log_in(client)
        _, kills = await asyncio.gather(upload_all(client, pictures, kept), kill_now_and_then(server, kept, chance))
        assert kills >= KILLS - 2
        assert len(kept) == UPLOADS
        await server.wait_ready()
        await assert_kept(client, kept)
    await assert_nothing_is_half_there(tmp_path / "data", monkeypatch, kept)
