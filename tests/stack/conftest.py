"""Real servers and processes on folders of their own; whatever a test starts is gone after it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from maquette.stack.binaries import postgres_programs
from maquette.stack.runtime_directory import RuntimeDirectory

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "src"


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that does not exist yet."""
    folder = Path(tempfile.mkdtemp(prefix="maquette-stack-"))
    yield folder / "data"
    for process in users_of(folder / "data"):
        with suppress(psutil.Error):
            process.kill()
    for used in folder.rglob("maquette.lock"):
        # Sockets of servers that a test killed; a start on the same folder would use them up.
        RuntimeDirectory(used.parent).remove()
    shutil.rmtree(folder, ignore_errors=True)


def users_of(data: Path) -> list[psutil.Process]:
    """Every living process that works in `data` or holds its locks."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            # A folder that a killed server worked in may be gone by its name already.
            files = [*(file.path for file in process.open_files()), process.cwd()]
            if any(Path(file).is_relative_to(data) for file in files):
                found.append(process)
    return found


def until(met: Callable[[], Any], seconds: float = 15.0) -> Any:
    """The first true value of `met`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            if value := met():
                return value
        time.sleep(0.02)
    pytest.fail(f"nothing came of {met} within {seconds} s")


def sql(database_url: str, statement: str) -> str:
    """What PostgreSQL answers, by its own client."""
    host = database_url.split("host=")[1]
    done = subprocess.run(
        [str(postgres_programs()["psql"]), "-h", host, "-U", "maquette", "-d", "maquette", "-Atqc", statement],
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Served:
    """A running supervisor around the small program."""

    def __init__(self, data: Path, *, port: int = 0, environ: dict[str, str] | None = None) -> None:
        self.data = data
        self.errors = data.with_name(f"stderr-{time.monotonic_ns()}")
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "serve_small_program.py"), str(data), str(port)],
                env=clean_environment(**(environ or {})),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                # A terminal's Ctrl-C reaches a whole group: the tests send it to the supervisor's.
                process_group=0,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def ready(self) -> "Served":
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Maquette is ready at "), self.said
        self.address = line.split()[-1]
        until(lambda: "worker" in self.children())
        return self

    @property
    def said(self) -> str:
        return self.errors.read_text()

    def children(self) -> dict[str, psutil.Process]:
        """The children by role."""
        found = {}
        for process in psutil.Process(self.pid).children():
            with suppress(psutil.Error, IndexError):
                words = process.cmdline()
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                name = Path(words[0].split()[0]).name
                found[words[2] if name.startswith("python") else name] = process
        return found

    def child(self, role: str, *, other_than: int = 0) -> psutil.Process | None:
        """The child of this role, if it lives and is another one."""
        found = self.children().get(role)
        return found if found is not None and found.pid != other_than else None

    def environment(self, role: str) -> dict[str, str]:
        """The MAQUETTE_ variables that a child was given."""
        given: dict[str, str] = until(lambda: json.loads((self.data / f"environment-{role}").read_text()))
        return given

    def ask(self) -> int:
        """The pid of the web process that answers."""
        with urllib.request.urlopen(self.address, timeout=10) as answer:
            return int(json.load(answer)["pid"])

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        os.killpg(self.pid, number)
        return self.process.wait(12)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def clean_environment(**more: str) -> dict[str, str]:
    """This environment with the sources on the path and none of the program's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAQUETTE_", "COV_"))}
    return {**kept, "PYTHONPATH": str(SOURCES), **more}


@pytest.fixture
def served(data: Path) -> Iterator[Callable[..., Served]]:
    """Starts supervisors on the test's data folder."""
    started: list[Served] = []

    def serve(**options: Any) -> Served:
        started.append(Served(options.pop("data", data), **options))
        return started[-1]

    yield serve
    for each in started:
        each.close()
