"""The program itself: `serve`, and its processes by hand."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.stack.conftest import clean_environment, until, users_of

from maquette.stack.embedded import EmbeddedStack


@contextmanager
def program(*words: str, **environ: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "maquette", *words],
        env=clean_environment(**environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def status_of(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.status)


def test_serve_starts_the_studio_and_ctrl_c_ends_it(data: Path) -> None:
    with program("serve", "--data", str(data), "--port", "0") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Maquette is ready at "), process.stderr
        address = line.split()[-1]
        assert status_of(f"{address}/health/live") == 200
        until(lambda: len(users_of(data)) > 8)
        until(lambda: status_of(f"{address}/health/ready") == 200)
        supervisor = psutil.Process(process.pid)
        assert supervisor.memory_info().rss < 25 * 2**20
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=12)
        assert output.strip() in {"", "worker: Warm shutdown (MainProcess)"}
    assert process.returncode == 0
    assert users_of(data) == []


def test_a_wrong_setting_is_said_once_and_ends_the_start(data: Path) -> None:
    with program("serve", "--data", str(data), "--port", "0", MAQUETTE_LOG_LEVEL="LOUD") as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.count("MAQUETTE_LOG_LEVEL") == 1
    assert "web-1 cannot run with this configuration" in said
    assert users_of(data) == []


def test_web_and_worker_run_by_themselves_on_servers_of_ones_own(data: Path) -> None:
    with EmbeddedStack(data, fsync=False) as stack:
        environ = {
            "MAQUETTE_DATABASE_URL": stack.database_url,
            "MAQUETTE_REDIS_URL": stack.redis_url,
            "MAQUETTE_DATA_DIR": str(data.parent / "web-data"),
            "MAQUETTE_MIGRATE_ON_START": "1",
        }
        port = free_port()
        with program("web", "--port", str(port), **environ) as web:
            until(lambda: status_of(f"http://127.0.0.1:{port}/health/ready") == 200, 30)
            for nonsense in (b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 4_000_000):
                assert refusal_of(port, nonsense)["code"] == "bad_request"
            with program("worker", "--concurrency", "2", **environ) as worker, program("beat", **environ) as beat:
                until(lambda: workers_seen(port), 30)
                # What it asks for is shown by the tests of jobs; here, that it does not keep the whole program for it.
                until(lambda: waits_for_its_next_tick(beat.pid), 30)
                assert psutil.Process(beat.pid).memory_full_info().uss < 60 * 2**20
                for process in (worker, beat):
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(12) == 0
            web.send_signal(signal.SIGTERM)
            assert web.wait(12) == 0


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
def test_a_process_that_is_told_to_stop_while_it_starts_ends_cleanly(data: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {
            "MAQUETTE_DATABASE_URL": f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none",
            "MAQUETTE_REDIS_URL": "unix:///nowhere",
            "MAQUETTE_DATA_DIR": str(data),
        }
        with program(command, **environ) as process:
            time.sleep(2)
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0


def waits_for_its_next_tick(pid: int) -> bool:
    """Whether nothing but the loop of Celery's beat is left to happen: its plan is read and its child has ended."""
    process = psutil.Process(pid)
    return process.cpu_times().user > 0.2 and not process.children() and process.status() == psutil.STATUS_SLEEPING


def free_port() -> int:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])",
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    return int(done.stdout)


def workers_seen(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
        found = json.load(answer)
    return bool(found["components"]["workers"]["state"] == "ok")


def refusal_of(port: int, sent: bytes) -> dict[str, str]:
    """The error in what a running web process answers to what is no HTTP."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    error: dict[str, str] = json.loads(body)["error"]
    return error
