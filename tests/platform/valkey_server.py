"""A Valkey of one test's own, which the test may stop, freeze and start again."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from maquette.stack.binaries import valkey_program


class StoppableValkey:
    """A real server on a Unix socket; its data is in memory only."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "v.sock"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                str(valkey_program()),
                "--port",
                "0",
                "--unixsocket",
                str(self._socket),
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < until, "Valkey does not start"
            time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._socket)) == 0

    def stop(self) -> None:
        """Kill it; nothing it held is kept."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._socket.unlink(missing_ok=True)

    def freeze(self) -> None:
        """It takes connections and answers nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)
