"""Seconds from `maquette serve` to the first 200, to the last stop, and the memory of all processes when idle.

    python bench/startup.py [ROUNDS]

Cold: an empty data folder, initdb included. Warm: after a clean stop. Killed: after kill -9 of every process. The three
take turns, so that drift of the machine hits all alike. Beside them the least that any such program needs: the imports
of FastAPI, SQLAlchemy and uvicorn alone.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

HEALTH = "/health/live"
LIMITS = {"cold": 4.0, "warm": 2.5, "killed": 4.0, "stop": 10.0}
SETTLE_SECONDS = 8.0
FLOOR = "import fastapi, uvicorn, sqlalchemy.ext.asyncio, asyncpg"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path) -> tuple[subprocess.Popen[bytes], float]:
    """The supervisor, and the seconds until the first 200."""
    port = free_port()
    begun = time.monotonic()
    command = [sys.executable, "-m", "maquette", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not healthy(port):
        if process.poll() is not None or time.monotonic() - begun > 60:
            process.kill()
            raise SystemExit(f"maquette serve did not come up (exit code {process.poll()}); run it by hand to see why")
        time.sleep(0.01)
    return process, time.monotonic() - begun


def healthy(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"GET {HEALTH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return connection.recv(32).startswith(b"HTTP/1.1 200")
    return False


def stop(process: subprocess.Popen[bytes]) -> float:
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(20)
    return time.monotonic() - begun


def kill_everything(process: subprocess.Popen[bytes]) -> None:
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    process.wait(10)


def idle_memory(process: subprocess.Popen[bytes]) -> dict[str, float]:
    """MiB of proportional memory by kind of process, some seconds after the start."""
    time.sleep(SETTLE_SECONDS)
    kinds: dict[str, float] = {}
    for member in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            words = member.cmdline()
            kind = next((word for word in ("web", "worker", "maquette.stack") if word in words), member.name())
            kinds[kind] = kinds.get(kind, 0.0) + member.memory_full_info().pss / 2**20
    return kinds


def floor() -> float:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", FLOOR], check=True)
    return time.monotonic() - begun


def main(rounds: int = 3) -> None:
    times: dict[str, list[float]] = {"cold": [], "warm": [], "killed": [], "stop": [], "imports alone": []}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        times["imports alone"].append(floor())
        with tempfile.TemporaryDirectory(prefix="maquette-startup-") as folder:
            data = Path(folder) / "data"
            process, seconds = start(data)
            times["cold"].append(seconds)
            if not memory:
                memory = idle_memory(process)
            times["stop"].append(stop(process))
            process, seconds = start(data)
            times["warm"].append(seconds)
            kill_everything(process)
            process, seconds = start(data)
            times["killed"].append(seconds)
            stop(process)
    print(f"{'':16}{'median s':>10}{'all':>30}{'limit':>10}   ({rounds} rounds, {os.cpu_count()} processors)")
    for name, seconds_ in times.items():
        every = " ".join(f"{value:.2f}" for value in seconds_)
        limit = f"{LIMITS[name]:.1f}" if name in LIMITS else ""
        print(f"{name:16}{statistics.median(seconds_):10.2f}{every:>30}{limit:>10}")
    print(f"\n{'idle memory':16}{'PSS MiB':>10}")
    for kind, mebibytes in sorted(memory.items(), key=lambda item: -item[1]):
        print(f"{kind:16}{mebibytes:10.1f}")
    print(f"{'all':16}{sum(memory.values()):10.1f}{'':30}{300:10.0f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
