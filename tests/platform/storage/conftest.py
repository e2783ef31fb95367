"""Every kind of store, real: a folder, OpenDAL's memory, and S3 as moto serves it on this machine."""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from maquette.platform.storage.settings import StorageSettings
from maquette.platform.storage.store import Store
from maquette.platform.storage.stores import open_store

CREDENTIALS = StorageSettings(
    storage_access_key_id="test", storage_secret_access_key="test", storage_timeout=5, storage_retries=1
)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    request = urllib.request.Request(f"{endpoint}/pictures", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    yield endpoint
    server.stop()


@pytest.fixture(params=["fs", "memory", "s3"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    match request.param:
        case "fs":
            url = f"fs://{tmp_path}/store"
        case "memory":
            url = "memory://"
        case _:
            endpoint = request.getfixturevalue("s3_endpoint")
            url = f"s3://pictures/{json.dumps(tmp_path.name).strip(chr(34))}?endpoint={endpoint}"
    opened = open_store("main", url, CREDENTIALS)
    yield opened
    await opened.close()
