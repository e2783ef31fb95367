"""The command line as a person has it: a process of its own, on real servers."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from PIL import Image
from redis.asyncio import Redis
from sqlalchemy.engine import make_url
from tests.conftest import TEMPLATE, Servers, _execute, drop_database
from tests.tracing import traced

from maquette.kit.ids import new_id
from maquette.kit.imaging.drawing import draw_picture
from maquette.platform.jobs.presence import say_alive

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output, which has to be one JSON document."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Installation:
    """Where commands work: a data folder, and the servers that the environment names."""

    data: Path
    environ: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        """The words of a command line."""
        return [sys.executable, "-m", "maquette", *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """That of the tests without what belongs to Maquette, and this installation's."""
        rest = {name: value for name, value in os.environ.items() if not name.startswith("MAQUETTE_")}
        return {**rest, **traced(), "MAQUETTE_DATA_DIR": str(self.data), **self.environ, **more}

    def run(self, *arguments: str, stdin: str = "", **more: str) -> Said:
        """Run a command to its end; `more` are further variables of the environment."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment(**more),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            cwd=self.data.parent,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def make_user(self, email: str = "ada@example.org", *options: str) -> dict[str, Any]:
        """A user made by the command for it."""
        arguments = ("users", "create", "--email", email, "--name", "Ada", "--password-stdin", "--json", *options)
        made = self.run(*arguments, stdin=f"{PASSWORD}\n")
        assert made.code == 0, made.err
        user: dict[str, Any] = made.json()
        return user

    def pretend_worker(self) -> None:
        """Say that a worker is alive, as one does in Valkey: what asks whether anybody makes thumbnails hears yes."""
        asyncio.run(self._pretend_worker())

    async def _pretend_worker(self) -> None:
        valkey = Redis.from_url(self.environ["MAQUETTE_REDIS_URL"])
        await say_alive(valkey)
        await valkey.aclose()

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the database."""
        return asyncio.run(self._query(statement, *values))

    async def _query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        url = make_url(self.environ["MAQUETTE_DATABASE_URL"]).set(drivername="postgresql")
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        try:
            return [dict(row) for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()


@pytest.fixture
def installation(servers: Servers, worker_number: int, tmp_path: Path) -> Iterator[Installation]:
    """An installation without users, on servers that are named by the environment."""
    name = f"cli_{new_id().hex}"
    asyncio.run(_execute(servers, f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}'))
    valkey = servers.valkey(1 + worker_number % 15)
    asyncio.run(_empty(valkey))
    environ = {"MAQUETTE_DATABASE_URL": servers.database(name), "MAQUETTE_REDIS_URL": valkey}
    yield Installation(tmp_path / "data", environ)
    asyncio.run(drop_database(servers, name))


async def _empty(valkey: str) -> None:
    client = Redis.from_url(valkey)
    await client.flushdb()
    await client.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what people's folders have: five pictures, one of them twice, and whatever else lies about."""
    root = tmp_path / "pictures"
    for place in ("2024/beach", "2024/.thumbnails", "old"):
        (root / place).mkdir(parents=True)
    for number, place in enumerate(("one.jpg", "two.JPG", "2024/three.jpeg", "2024/beach/four.jpg", "old/five")):
        (root / place).write_bytes(draw_picture(number, 240 + number, 160))
    (root / "old/one again.jpg").write_bytes((root / "one.jpg").read_bytes())
    (root / "2024/.thumbnails/tiny.jpg").write_bytes(draw_picture(90, 64, 64))
    (root / ".DS_Store").write_bytes(b"\0" * 64)
    (root / "notes.txt").write_text("Not a picture.")
    (root / "film.mov").write_bytes(b"\0\0\0\x14ftypqt  " + b"\0" * 100)
    return root


def break_some(folder: Path) -> set[str]:
    """Add files that are called pictures and are none; their names."""
    whole = draw_picture(7, 300, 200)
    (folder / "cut off.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("no picture")
    (folder / "empty.jpg").touch()
    (folder / "tiny.jpg").write_bytes(_dot())
    (folder / "nowhere.jpg").symlink_to(folder / "gone.jpg")
    return {"cut off.jpg", "text.png", "empty.jpg", "tiny.jpg", "nowhere.jpg"}


def _dot() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "JPEG")
    return buffer.getvalue()
