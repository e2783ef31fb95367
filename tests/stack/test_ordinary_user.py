"""`maquette serve` as somebody who is not root, on a folder of their own: the common case on a laptop."""

import os
import signal
from pathlib import Path

import httpx
import psutil
from tests.factories.media import jpeg
from tests.stack.conftest import until, users_of
from tests.stack.ordinary_user import ordinary_user, start_as

PERSON = {"email": "ada@example.org", "name": "Ada", "password": "correct horse battery staple"}


def is_ready(address: str) -> bool:
    return httpx.get(f"{address}/health/ready", timeout=10).status_code == 200


def test_serve_starts_works_and_stops(data: Path) -> None:
    user = ordinary_user()
    os.chown(data.parent, user.uid, user.gid)
    with start_as(user, data.parent, "serve", "--data", str(data), "--port", "0") as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Maquette is ready at "), (data.parent / "stderr").read_text()
            address = line.split()[-1]
            until(lambda: is_ready(address), 30)
            assert {each.uids().real for each in family(process.pid)} == {user.uid}

            with httpx.Client(base_url=f"{address}/api/v1", timeout=30) as client:
                token = client.post("/setup", json=PERSON).json()["access_token"]
                client.headers["Authorization"] = f"Bearer {token}"
                media = client.post("/media", files={"file": ("a.jpg", jpeg(3))}).json()
                until(lambda: client.get(f"/media/{media['id']}").json()["variants"] == "ready", 60)

            process.send_signal(signal.SIGINT)
            process.communicate(timeout=15)
            assert process.returncode == 0, (data.parent / "stderr").read_text()
        finally:
            process.kill()
    assert users_of(data) == []
    assert {path.lstat().st_uid for path in data.rglob("*")} == {user.uid}


def family(pid: int) -> list[psutil.Process]:
    """The supervisor and all that came of it."""
    found = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    assert len(found) > 4
    return found
