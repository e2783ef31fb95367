"""What tests of the platform share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.platform.valkey_server import StoppableValkey


@pytest.fixture
def stoppable_valkey() -> Iterator[StoppableValkey]:
    # The temporary folder of pytest is too long for a socket.
    with tempfile.TemporaryDirectory(prefix="mqv-") as folder:
        server = StoppableValkey(Path(folder))
        yield server
        server.stop()
