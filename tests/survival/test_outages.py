"""What a studio answers while something that it needs is full, dead or lying, and that it is whole afterwards."""

import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx
import pytest
from tests.factories.media import encode, jpeg
from tests.platform.conftest import stoppable_valkey
from tests.platform.valkey_server import StoppableValkey
from tests.stack.conftest import until
from tests.survival.conftest import PASSWORD, Studio

__all__ = ["stoppable_valkey"]
LOGIN = {"email": "ada@example.org", "password": PASSWORD}


def upload(client: httpx.Client, data: bytes, name: str = "picture.jpg") -> httpx.Response:
    return client.post("/media", files={"file": (name, data)})


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.timeout(180)
def test_a_full_disk_refuses_uploads_and_keeps_what_is_there(start: Callable[..., Studio], small_disk: Path) -> None:
    studio = start(MAQUETTE_STORAGE_URL=f"fs://{small_disk}")
    with studio.client() as client:
        stored: list[str] = []
        for number in range(20):
            answer = upload(client, encode(number, "PNG", 700, 500, compress_level=0))  # a megabyte each
            if answer.status_code != 201:
                break
            stored.append(answer.json()["id"])
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (507, "out_of_space")
        assert "space" in error["message"]
        assert 1 <= len(stored) < 5
        listed = client.get("/media", params={"total": "true"}).json()
        assert (listed["total"], {item["id"] for item in listed["items"]}) == (len(stored), set(stored))
        until(lambda: len(files_in(small_disk)) == len(stored))
        # Nothing but uploads stopped, and room that is made is used.
        assert client.patch(f"/media/{stored[0]}", json={"title": "Still here"}).status_code == 200
        for media_id in stored:
            assert client.delete(f"/media/{media_id}", params={"permanent": "true"}).status_code == 204
        until(lambda: files_in(small_disk) == [], 30)
        assert upload(client, jpeg(1)).status_code == 201


@pytest.mark.timeout(180)
def test_without_valkey_only_what_nobody_can_count_is_refused(
    start: Callable[..., Studio], stoppable_valkey: StoppableValkey
) -> None:
    studio = start(MAQUETTE_REDIS_URL=stoppable_valkey.url)
    with studio.client() as client:
        before = upload(client, jpeg(1)).json()["id"]
        until(lambda: client.get(f"/media/{before}").json()["variants"] == "ready", 30)
        stoppable_valkey.stop()
        made = upload(client, jpeg(2))
        assert made.status_code == 201
        media_id = made.json()["id"]
        answers = {
            "list": client.get("/media"),
            "one": client.get(f"/media/{media_id}"),
            "search": client.get("/media", params={"q": "picture"}),
            "timeline": client.get("/media/timeline"),
            "original": client.get(f"/media/{media_id}/data"),
            "thumbnail on demand": client.get(f"/media/{media_id}/thumbnail"),
            "edit": client.patch(f"/media/{media_id}", json={"title": "Quiet"}),
            "jobs": client.get("/jobs"),
            "me": client.get("/auth/me"),
        }
        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 200)
        refused = client.post("/auth/login", json=LOGIN)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "service_unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        health = httpx.get(f"{studio.address}/health").json()
        assert (health["status"], health["components"]["cache"]["state"]) == ("degraded", "down")
        assert httpx.get(f"{studio.address}/health/ready").status_code == 200
        late = upload(client, jpeg(3)).json()["id"]
        stoppable_valkey.start()
        # What was asked for meanwhile is done without anybody asking again.
        until(lambda: client.get(f"/media/{late}").json()["variants"] == "ready", 60)
        until(lambda: client.post("/auth/login", json=LOGIN).status_code == 200)


class Load:
    """Clients that upload and read without a pause until they are told to stop."""

    def __init__(self, studio: Studio, clients: int = 4) -> None:
        self.studio = studio
        self.seen: Counter[int] = Counter()
        self.acknowledged: dict[str, str] = {}
        self.faults: list[str] = []
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        count = 0
        with self.studio.client() as client:
            while not self._done.is_set():
                count += 1
                data = jpeg(number * 100_000 + count)
                for answer in (upload(client, data), client.get("/media")):
                    self.seen[answer.status_code] += 1
                    if answer.status_code == 201:
                        self.acknowledged[sha256(data).hexdigest()] = answer.json()["id"]
                    elif answer.status_code == 503 and answer.json()["error"]["code"] != "service_unavailable":
                        self.faults.append(answer.text)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_postgresql_that_restarts_under_load_costs_some_503(
    start: Callable[..., Studio], how: signal.Signals
) -> None:
    studio = start()
    with Load(studio) as load:
        until(lambda: len(load.acknowledged) > 20, 30)
        server = studio.child("postgres")
        assert server is not None
        server.send_signal(how)
        until(lambda: load.seen[503] > 0, 30)
        before = len(load.acknowledged)
        until(lambda: len(load.acknowledged) > before + 20, 30)
    assert set(load.seen) == {200, 201, 503}, load.seen
    assert load.faults == []
    with studio.client() as client:
        existing = client.post("/media/check", json={"checksums": list(load.acknowledged)}).json()["existing"]
    assert existing == load.acknowledged


@pytest.mark.timeout(180)
def test_a_supervisor_killed_among_uploads_loses_nothing_that_was_acknowledged(start: Callable[..., Studio]) -> None:
    studio = start()
    acknowledged: dict[str, str] = {}
    with studio.client() as client:
        killer = threading.Timer(1.5, studio.process.kill)
        killer.start()
        with suppress(httpx.TransportError):
            for number in range(100_000):
                data = jpeg(number)
                answer = upload(client, data)
                if answer.status_code == 201:  # its servers end before the web process does
                    acknowledged[sha256(data).hexdigest()] = answer.json()["id"]
        assert len(acknowledged) > 3
        assert studio.process.wait(5) == -signal.SIGKILL
        killer.join()
    studio.reopen()
    with studio.client() as client:
        assert client.post("/media/check", json={"checksums": list(acknowledged)}).json()["existing"] == acknowledged
        until(lambda: client.get("/media", params={"state": "pending"}).json()["items"] == [], 90)


def talk(address: str, request: bytes, *, then_close: bool = False) -> bytes:
    """What the server says to these bytes, until it closes or says no more."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(request)
        if then_close:
            return b""
        connection.settimeout(5)
        said = b""
        while b"\r\n\r\n" not in said:
            received = connection.recv(65536)
            if not received:
                break
            said += received
        return said


@pytest.fixture
def open_studio(start: Callable[..., Studio]) -> Iterator[Studio]:
    studio = start()
    yield studio
    # Whatever it was told, it lives and takes the next picture.
    with studio.client() as client:
        assert upload(client, jpeg(99)).status_code == 201


def test_a_length_that_is_wrong_stores_nothing(open_studio: Studio) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + jpeg(5) + b"\r\n--b--\r\n"

    def request(length: object) -> bytes:
        head = (
            f"POST /api/v1/media HTTP/1.1\r\nHost: {urlsplit(open_studio.address).netloc}\r\n"
            f"Authorization: Bearer {open_studio.token}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {length}\r\n\r\n"
        )
        return head.encode() + body

    too_long = len(body) + 30
    for wrong in (len(body) - 30, 0, -5, "abc", f"{len(body)}\r\nContent-Length: 3"):
        assert talk(open_studio.address, request(wrong)).startswith(b"HTTP/1.1 400"), wrong
    talk(open_studio.address, request(too_long), then_close=True)
    with open_studio.client() as client:
        assert client.get("/media", params={"total": "true"}).json()["total"] == 0
    staging = open_studio.data / "media" / "originals" / ".staging"
    until(lambda: files_in(staging) == [])
