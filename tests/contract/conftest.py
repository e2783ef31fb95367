"""The product behind a real port, and people and things to ask it about."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn
from tests.conftest import Servers, _clone, settings_for
from tests.factories.media import jpeg
from tests.factories.users import Person, make_person

from maquette.accounts.actor import Role
from maquette.app import create_app
from maquette.kit.ids import new_id
from maquette.platform.jobs.models import Job, JobState
from maquette.platform.runtime import Platform, running
from maquette.slices import SLICES

T = TypeVar("T")
UNLIMITED = {f"limit_{group}": "0" for group in ("read", "upload", "login")}


@dataclass(slots=True)
class Served:
    """An app that answers at `url`, and the event loop on which it lives."""

    url: str
    platform: Platform
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, done where the app lives."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def person(self, role: Role) -> Person:
        """A new person who is logged in."""
        return self.run(make_person(self.platform, role))

    def things_of(self, person: Person) -> dict[str, str]:
        """One of each thing that has an address, owned by `person`, by the name of its path parameter."""
        with httpx.Client(base_url=f"{self.url}/api/v1", headers=person.headers) as client:
            picture = client.post(
                "/media", files={"file": ("a.jpg", jpeg(person.id.int % 2**32))}, data={"tags": "sea"}
            )
            tag = client.get("/tags").json()["items"][0]
            key = client.post("/api-keys", json={"name": "k", "scopes": ["media.read"]})
            session = client.get("/auth/sessions").json()["items"][0]
        return {
            "media_id": picture.json()["id"],
            "tag_id": tag["id"],
            "key_id": key.json()["id"],
            "session_id": session["id"],
            "user_id": str(self.person(Role.MEMBER).id),
            "job_id": self.run(self._failed_job(person)),
        }

    async def _failed_job(self, person: Person) -> str:
        job = Job(
            id=new_id(),
            kind="media.remove_files",
            queue="maintenance",
            state=JobState.FAILED,
            request={},
            owner_id=person.id,
            attempt=1,
            max_attempts=1,
        )
        async with self.platform.database.transaction() as session:
            session.add(job)
        return str(job.id)


@pytest.fixture(scope="package")
def served(servers: Servers, worker_number: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product with a database of its own, whose commits are real, and without limits of how often."""
    thread = _Thread(servers, worker_number, tmp_path_factory.mktemp("contract"))
    thread.start()
    try:
        yield thread.wait()
    finally:
        thread.stop()


@pytest.fixture(scope="package")
def stranger(served: Served) -> Iterator[httpx.Client]:
    """Nobody in particular, at the door of an installation that is set up."""
    served.person(Role.ADMINISTRATOR)
    with httpx.Client(base_url=served.url) as client:
        yield client


@pytest.fixture(scope="package")
def administrator(served: Served) -> Iterator[httpx.Client]:
    """An administrator at the door."""
    with httpx.Client(base_url=served.url, headers=served.person(Role.ADMINISTRATOR).headers) as client:
        yield client


class _Thread(threading.Thread):
    def __init__(self, servers: Servers, number: int, folder: Path) -> None:
        super().__init__(name="served", daemon=True)
        self._servers, self._number, self._folder = servers, number, folder
        self._is_ready = threading.Event()
        self._served: Served | None = None
        self._server: uvicorn.Server | None = None

    def wait(self) -> Served:
        assert self._is_ready.wait(60)
        assert self._served is not None, "the app did not start"
        return self._served

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self.join(30)
        assert not self.is_alive()

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._is_ready.set()

    async def _serve(self) -> None:
        valkey = self._servers.valkey(1 + self._number % 15)
        async with _clone(self._servers, f"contract_{new_id().hex}") as database:
            settings = settings_for(database, valkey, self._folder, log_level="ERROR", **UNLIMITED)
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                async with running(settings, SLICES) as platform:
                    config = uvicorn.Config(
                        create_app(settings, platform), http="httptools", ws="none", log_config=None, access_log=False
                    )
                    self._server = uvicorn.Server(config)
                    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                    self._served = Served(url, platform, asyncio.get_running_loop())
                    serving = asyncio.create_task(self._server.serve([listener]))
                    while not self._server.started:  # noqa: ASYNC110  # uvicorn offers no event to wait for
                        await asyncio.sleep(0.01)
                    self._is_ready.set()
                    await serving
