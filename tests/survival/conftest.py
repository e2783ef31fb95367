"""`maquette serve` as a whole, with servers of its own that a test may kill, fill up or starve."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tests.stack.conftest import clean_environment, sql, until, users_of

from maquette.stack.runtime_directory import RuntimeDirectory

PASSWORD = "correct horse battery staple"


class Studio:
    """A running `maquette serve`, and its administrator at the door."""

    def __init__(self, data: Path, **environ: str) -> None:
        self.data = data
        self.errors = data.with_name("stderr")
        self._environ = clean_environment(**environ)
        self._launch()
        self.token = self._set_up()

    def _launch(self) -> None:
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "maquette", "serve", "--data", str(self.data), "--port", "0"],
                env=self._environ,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Maquette is ready at "), self.said
        self.address = line.split()[-1]
        until(lambda: self.child("worker"), 30)

    def reopen(self) -> None:
        """Start it again on the same folder, after it was killed."""
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._launch()

    def _set_up(self) -> str:
        body = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD}
        answer = httpx.post(f"{self.address}/api/v1/setup", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])

    @property
    def said(self) -> str:
        """What it wrote to stderr."""
        return self.errors.read_text(errors="replace")[-4000:]

    def client(self) -> httpx.Client:
        """The administrator at the door."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"{self.address}/api/v1", headers=headers, timeout=60)

    def child(self, role: str) -> psutil.Process | None:
        """The living child of this role: web, worker, postgres or valkey-server."""
        for process in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                words = process.cmdline()
                if process.status() != psutil.STATUS_ZOMBIE and (role in words or words[0].split()[0].endswith(role)):
                    return process
        return None

    def described(self) -> dict[str, Any]:
        """Addresses of its servers."""
        found: dict[str, Any] = json.loads((self.data / "maquette.lock").read_text())
        return found

    def sql(self, statement: str) -> list[str]:
        """Rows of one column."""
        return sql(self.described()["database_url"], statement).splitlines()

    def close(self) -> None:
        """End it and whatever it started."""
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        for process in users_of(self.data):
            with suppress(psutil.Error):
                process.kill()
        RuntimeDirectory(self.data).remove()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Studio]]:
    """Starts a studio in a folder of the test's own."""
    started: list[Studio] = []

    def make(**environ: str) -> Studio:
        started.append(Studio(tmp_path / "data", **environ))
        return started[-1]

    yield make
    for each in started:
        each.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB of its own, as a store's folder."""
    if os.geteuid() != 0:
        pytest.fail("mounting a small disk needs root, as .ci/run has it")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = partial(subprocess.run, check=True)
    mount(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder])
    yield folder
    mount(["umount", "--lazy", folder])
