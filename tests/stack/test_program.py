"""The program itself: `serve`, and its processes by hand."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
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
            with program("worker", "--beat", "--concurrency", "2", **environ) as worker:
                until(lambda: workers_seen(port), 30)
                worker.send_signal(signal.SIGTERM)
                # It says that it is alive a moment before Celery listens to signals.
                assert worker.wait(12) in {0, -signal.SIGTERM}
            web.send_signal(signal.SIGTERM)
            assert web.wait(12) in {0, -signal.SIGTERM}


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
