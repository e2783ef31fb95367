"""`maquette serve` as a person starts it: a child process with a data folder of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from maquette.stack.runtime_directory import RuntimeDirectory

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 40
STOP_SECONDS = 15
READY = "Maquette is ready at "


class RunningMaquette:
    """The whole program on a database of its own; its Valkey, its worker and its files come with it."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self._folder = folder
        self.database_url = database_url
        self.data = folder / "data"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAQUETTE_")},
            "PYTHONPATH": str(ROOT / "src"),
            "MAQUETTE_DATABASE_URL": database_url,
            "MAQUETTE_DATABASE_POOL_SIZE": "4",
            # Every person of these tests comes from one address.
            "MAQUETTE_LIMIT_ALLOW": '["127.0.0.1/32"]',
            **{f"MAQUETTE_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self._port = 0
        self.address = ""
        """Stays the same when it is started again."""

    def start(self, **settings: str) -> None:
        """Start it, with these settings changed, and wait until it answers and its worker is there."""
        self._environment |= {f"MAQUETTE_{name.upper()}": value for name, value in settings.items()}
        self._starts += 1
        said = self._folder / f"stdout-{self._starts}"
        with said.open("wb") as output, self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "maquette", "serve"),
                    *("--data", str(self.data), "--port", str(self._port)),
                ],
                cwd=self._folder,
                env=self._environment,
                stdout=output,
                stderr=errors,
            )
        deadline = time.monotonic() + START_SECONDS
        while READY not in said.read_text():
            assert self._process.poll() is None, f"maquette serve ended at its start:\n{self.log}"
            assert time.monotonic() < deadline, f"maquette serve did not start within {START_SECONDS} s:\n{self.log}"
            time.sleep(0.05)
        self.address = said.read_text().split(READY)[1].split()[0]
        self._port = httpx.URL(self.address).port or 80

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
            RuntimeDirectory(self.data).remove()
            raise

    @property
    def _errors(self) -> Path:
        return self._folder / "stderr"

    @property
    def log(self) -> str:
        """The last of what it wrote to stderr."""
        return self._errors.read_text(errors="replace")[-6000:]
