"""A studio whose store of variants takes nothing: it says so, keeps what it is given, and goes on when it is mended."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.factories.media import jpeg
from tests.stack.conftest import until
from tests.stack.ordinary_user import ordinary_user, start_as

PERSON = {"email": "ada@example.org", "name": "Ada", "password": "correct horse battery staple"}


class Studio:
    """A running `maquette serve` of an ordinary user, and its administrator at the door."""

    def __init__(self, address: str, errors: Path) -> None:
        self.address = address
        self._errors = errors
        self.client = httpx.Client(base_url=f"{address}/api/v1", timeout=30)
        token = self.client.post("/setup", json=PERSON).json()["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"

    @property
    def said(self) -> str:
        return self._errors.read_text()

    def health(self) -> dict[str, Any]:
        body: dict[str, Any] = httpx.get(f"{self.address}/health", timeout=30).json()
        return body

    def variants_of(self, media_id: str) -> str:
        return str(self.client.get(f"/media/{media_id}").json()["variants"])


@contextmanager
def serving(data: Path, **environ: str) -> Iterator[Studio]:
    user = ordinary_user()
    os.chown(data.parent, user.uid, user.gid)
    with start_as(user, data.parent, "serve", "--data", str(data), "--port", "0", **environ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Maquette is ready at "), (data.parent / "stderr").read_text()
            studio = Studio(line.split()[-1], data.parent / "stderr")
            with closing(studio.client):
                yield studio
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=15)
            assert process.returncode == 0, studio.said
        finally:
            process.kill()


def put_a_file_there(store: Path) -> None:
    store.write_bytes(b"a file where a folder must be")


def forbid(store: Path) -> None:
    """A folder that may be read and no more."""
    (store / ".staging").mkdir(parents=True)
    for path in (store, store / ".staging"):
        os.chown(path, ordinary_user().uid, ordinary_user().gid)
        path.chmod(0o500)


def take_it_away(store: Path) -> None:
    store.unlink()


def allow(store: Path) -> None:
    for path in (store, store / ".staging"):
        path.chmod(0o700)


@pytest.mark.parametrize(
    ("spoil", "mend", "reason"),
    [(put_a_file_there, take_it_away, "Not a directory"), (forbid, allow, "Permission denied")],
    ids=["a file in its place", "no right to write"],
)
def test_the_worker_waits_and_says_why(
    data: Path, spoil: Callable[[Path], None], mend: Callable[[Path], None], reason: str
) -> None:
    store = data.parent / "variants"
    spoil(store)
    with serving(data, MAQUETTE_STORAGE_VARIANTS_URL=f"fs://{store}") as studio:
        until(lambda: "worker_waits_for_store" in studio.said, 30)
        health = studio.health()
        assert health["status"] == "down"
        assert "'variants' takes no files" in health["components"]["storage"]["message"]
        assert "waits, because the store 'variants'" in health["components"]["workers"]["message"]

        answer = studio.client.post("/media", files={"file": ("a.jpg", jpeg(5))})
        assert answer.status_code == 201
        media_id = answer.json()["id"]
        time.sleep(2)
        assert studio.variants_of(media_id) == "pending"
        assert "starting it again" not in studio.said
        assert "Traceback" not in studio.said
        waiting = [line for line in studio.said.splitlines() if "worker_waits_for_store" in line]
        assert len(waiting) < 6
        assert all(reason in line and "variants" in line for line in waiting)

        mend(store)
        until(lambda: studio.variants_of(media_id) == "ready", 60)
        until(lambda: studio.health()["status"] == "ok", 30)
