"""A real browser at a real `maquette serve`: one of each for all tests, a person and windows of its own for each.

The page is built first where it is not current. Set MAQUETTE_SCREENSHOTS to a folder to get pictures of every place.
"""

import fcntl
import importlib.util
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect
from tests.conftest import Servers, _execute, drop_database
from tests.e2e.people import Person, first_administrator, new_person
from tests.e2e.running import ROOT, RunningMaquette
from tests.e2e.windows import AXE, Theme, Width, Window, opened_window

from maquette.kit.ids import new_id

HERE = Path(__file__).parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)
TEST_SECONDS = 60
TEMPLATE = "maquette_template"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the browser; all of it lives on one event loop."""
    for item in items:
        if not item.path.is_relative_to(HERE):
            continue
        item.add_marker(pytest.mark.xdist_group("browser"))
        item.add_marker(pytest.mark.timeout(TEST_SECONDS))
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def built_page() -> None:
    """The page as it is in `web/`, built into the package, and what checks its accessibility."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "scripts" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    # Two test runs of one checkout must not build at once.
    with Path(tempfile.gettempdir(), f"maquette-page-{crc32(str(ROOT).encode())}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        hook.build_page(ROOT)
        if not AXE.is_file():
            hook.install_packages(ROOT)


Start = Callable[..., Awaitable[RunningMaquette]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def start_maquette(built_page: None, servers: Servers) -> AsyncIterator[Start]:
    """Starts a fresh installation; further settings by their lower-case names."""
    async with AsyncExitStack() as leaving:

        async def start(**settings: str) -> RunningMaquette:
            name = f"browser_{new_id().hex}"
            await _execute(servers, f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
            leaving.push_async_callback(drop_database, servers, name)
            folder = Path(tempfile.mkdtemp(prefix="maquette-browser-"))
            leaving.callback(shutil.rmtree, folder, ignore_errors=True)
            running = RunningMaquette(folder, servers.database(name), **settings)
            leaving.callback(running.stop)
            running.start()
            return running

        yield start


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def maquette(start_maquette: Start) -> RunningMaquette:
    """The installation that most tests share; it is set up already."""
    quick = {"job_retry_delay": "0.1", "job_sweep_interval": "0.5", "job_redeliver_after": "2"}
    return await start_maquette(**quick, ws_heartbeat_seconds="1")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def administrator(maquette: RunningMaquette) -> AsyncIterator[Person]:
    """Its first administrator."""
    async with first_administrator(maquette.address) as person:
        yield person


class LetIn(Protocol):
    """Makes a user, by the administrator."""

    async def __call__(self, *, role: str = "member", name: str | None = None) -> Person: ...


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def let_in(administrator: Person, maquette: RunningMaquette) -> AsyncIterator[LetIn]:
    """Makes users, each with an empty library."""
    async with AsyncExitStack() as leaving:

        async def make(*, role: str = "member", name: str | None = None) -> Person:
            return await leaving.enter_async_context(new_person(administrator, maquette.address, role, name))

        yield make


@pytest_asyncio.fixture(loop_scope="session")
async def person(let_in: LetIn) -> Person:
    """A member with an empty library."""
    return await let_in()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    assert found is not None, (
        f"The browser tests need Chromium on PATH ({', '.join(CHROMIUM)}): apt-get install chromium"
    )
    expect.set_options(timeout=8_000)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield launched
        await launched.close()


class OpenWindow(Protocol):
    """Opens a window of a fresh profile, of `person` or of nobody."""

    async def __call__(
        self, person: Person | None = None, *, width: Width = "desktop", theme: Theme = "light", **options: Any
    ) -> Window: ...


@pytest_asyncio.fixture(loop_scope="session")
async def open_window(browser: Browser, maquette: RunningMaquette, administrator: Person) -> AsyncIterator[OpenWindow]:
    """Opens windows, of an installation that is set up, that are checked and closed after the test."""
    async with AsyncExitStack() as leaving:

        async def open_one(
            person: Person | None = None, *, width: Width = "desktop", theme: Theme = "light", **options: Any
        ) -> Window:
            address = options.pop("address", maquette.address)
            window = opened_window(browser, address, person, width, theme, **options)
            return await leaving.enter_async_context(window)

        yield open_one


@pytest_asyncio.fixture(loop_scope="session")
async def window(open_window: OpenWindow, person: Person) -> Window:
    """A desktop window of the test's person."""
    return await open_window(person)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder for the files that a test puts into the browser."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder
