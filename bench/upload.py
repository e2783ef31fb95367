"""Photographs a second from upload to the last variant, CPU seconds each over all processes, and memory.

    python bench/upload.py [COUNT] [--distinct N]

A real `maquette serve` with its embedded servers, 4 clients, 12 Mpx JPEGs of about 3.4 MB (bench/corpus.py). With
--distinct, N photographs are drawn and each is used several times with a comment of its own, so that its bytes are new.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from corpus import draw_corpus

CLIENTS = 4
IDLE_SECONDS = 8.0
LOGIN = {"email": "bench@maquette.test", "password": "a long password for the bench"}
BOUNDARY = b"a-boundary-of-the-bench"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Family:
    """The supervisor and everything below it: processor time, with that of members who left, and memory."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._seconds: dict[tuple[int, float], float] = {}

    def members(self) -> Iterator[psutil.Process]:
        yield self._root
        yield from self._root.children(recursive=True)

    def cpu_seconds(self) -> float:
        """User and system time of all, as far as it was seen."""
        for member in self.members():
            with suppress(psutil.Error):
                self._seconds[member.pid, member.create_time()] = sum(member.cpu_times()[:2])
        return sum(self._seconds.values())

    def cpu_by_kind(self) -> dict[str, float]:
        kinds: dict[str, float] = {}
        for member in self.members():
            with suppress(psutil.Error):
                kind = self._kind(member)
                kinds[kind] = kinds.get(kind, 0.0) + sum(member.cpu_times()[:2])
        return kinds

    def pss_by_kind(self) -> str:
        """MiB of each kind, for the table."""
        kinds: dict[str, float] = {}
        for member in self.members():
            with suppress(psutil.Error):
                kind = self._kind(member)
                kinds[kind] = kinds.get(kind, 0.0) + member.memory_full_info().pss / 2**20
        return ", ".join(f"{kind} {kinds[kind]:.0f}" for kind in sorted(kinds, key=lambda one: -kinds[one]))

    @staticmethod
    def _kind(member: psutil.Process) -> str:
        words = member.cmdline()
        return next((word for word in ("web", "worker", "maquette.stack") if word in words), member.name())

    def pss(self) -> float:
        """MiB of proportional memory of all."""
        total = 0.0
        for member in self.members():
            with suppress(psutil.Error):
                total += member.memory_full_info().pss / 2**20
        return total


def call(url: str, token: str | None = None, body: dict[str, Any] | None = None) -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body else None, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def stamped(path: Path, number: int) -> bytes:
    """The photograph with a comment segment behind its first marker."""
    data = path.read_bytes()
    comment = f"bench {number} {os.urandom(8).hex()}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def upload(port: int, token: str, photographs: Iterator[tuple[str, bytes]], lock: threading.Lock) -> None:
    """One client: one connection, one photograph after the other."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        answers = connection.makefile("rb")
        while True:
            with lock:
                taken = next(photographs, None)
            if taken is None:
                return
            name, data = taken
            head = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n' % (
                BOUNDARY,
                name.encode(),
            )
            tail = b"\r\n--%b--\r\n" % BOUNDARY
            connection.sendall(
                b"POST /api/v1/media HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %b\r\n"
                b"Content-Type: multipart/form-data; boundary=%b\r\nContent-Length: %d\r\n\r\n"
                % (token.encode(), BOUNDARY, len(head) + len(data) + len(tail))
                + head
            )
            connection.sendall(data)
            connection.sendall(tail)
            status = answers.readline()
            length = 0
            while (line := answers.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = answers.read(length)
            if b" 201 " not in status:
                raise SystemExit(f"{name} was not stored: {status!r} {body[:500]!r}")


def measure(process: subprocess.Popen[bytes], port: int, photographs: list[tuple[str, bytes]]) -> None:
    url = f"http://127.0.0.1:{port}/api/v1"
    call(f"{url}/setup", body={**LOGIN, "name": "Bench"})
    token = call(f"{url}/auth/login", body=LOGIN)["access_token"]
    family = Family(process.pid)
    time.sleep(IDLE_SECONDS)
    idle_before, idle_kinds = family.pss(), family.pss_by_kind()
    before, kinds_before, started = family.cpu_seconds(), family.cpu_by_kind(), time.monotonic()
    lock, queue = threading.Lock(), iter(photographs)
    clients = [threading.Thread(target=upload, args=(port, token, queue, lock)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    peak, uploaded = 0.0, 0.0
    while True:
        time.sleep(0.5)
        peak = max(peak, family.pss())
        if any(client.is_alive() for client in clients):
            continue
        uploaded = uploaded or time.monotonic() - started
        if not call(f"{url}/media?state=pending&limit=1", token)["items"]:
            break
    seconds = time.monotonic() - started
    used = family.cpu_seconds() - before
    kinds = family.cpu_by_kind()
    stored = call(f"{url}/media?limit=1&total=true", token)["total"]
    failed = len(call(f"{url}/media?limit=200&state=failed", token)["items"])
    time.sleep(IDLE_SECONDS)
    count = len(photographs)
    print(
        f"{count} photographs of {sum(len(data) for _, data in photographs) / count / 2**20:.1f} MiB, {CLIENTS} clients"
    )
    print(f"stored {stored}, failed {failed}, all uploaded after {uploaded:.1f} s")
    print(f"{'photographs a second':36}{count / seconds:8.1f}   target ≥ 13")
    print(f"{'CPU seconds each, all processes':36}{used / count:8.3f}   target ≤ 0.15")
    for kind in sorted(kinds, key=lambda one: kinds[one] - kinds_before.get(one, 0.0), reverse=True):
        print(f"    {kind:32}{(kinds[kind] - kinds_before.get(kind, 0.0)) / count:8.3f}")
    print(f"{'PSS at work, MiB':36}{peak:8.0f}   target ≤ 700")
    print(f"{'PSS idle before, MiB':36}{idle_before:8.0f}   target ≤ 300 ({idle_kinds})")
    print(f"{'PSS idle after, MiB':36}{family.pss():8.0f}   target ≤ 300 ({family.pss_by_kind()})")
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=300)
    parser.add_argument("--distinct", type=int)
    arguments = parser.parse_args()
    paths = draw_corpus(arguments.distinct or arguments.count)
    photographs = [
        (f"IMG_{number:05d}.jpg", stamped(paths[number % len(paths)], number)) for number in range(arguments.count)
    ]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="maquette-upload-") as folder:
        command = [sys.executable, "-m", "maquette", "serve", "--data", f"{folder}/data", "--port", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(300):
                with suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5).close()
                    break
                time.sleep(0.1)
            measure(process, port, photographs)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


if __name__ == "__main__":
    main()
