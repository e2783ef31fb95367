"""What a user installs: the built wheel, alone in an empty environment, starts and shows its page."""

import os
import re
import signal
import socket
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 15

pytestmark = [pytest.mark.xdist_group("packaging"), pytest.mark.timeout(600)]


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that must succeed; what it said otherwise."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAQUETTE_", "COV", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, built from this checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution as its receiver sees it."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as an index would have it."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=unpacked)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the locked packages and the wheel, and nothing else."""
    environment = tmp_path_factory.mktemp("installed") / "environment"
    uv = (sys.executable, "-m", "uv")
    run(*uv, "venv", "--python", sys.executable, environment, cwd=ROOT)
    python = environment / "bin" / "python"
    install = (*uv, "pip", "install", "--quiet", "--python", python)
    run(*install, "--require-hashes", "--requirement", ROOT / "requirements.lock", cwd=ROOT)
    run(*install, "--no-deps", wheel, cwd=ROOT)
    return environment / "bin"


def test_the_sdist_carries_the_page_so_that_building_from_it_needs_no_node(unpacked: Path, wheel: Path) -> None:
    assert (unpacked / "src/maquette/_web/index.html").is_file()
    assert not (unpacked / "web/node_modules").exists()
    assert wheel.is_file()


def test_the_wheel_holds_the_program_and_nothing_of_the_workshop(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {"maquette/_web/index.html", "maquette/py.typed", "maquette/slices.py"} <= set(names)
    assert any(name.startswith("maquette/migrations/versions/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"maquette"}


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`maquette serve` of the installed wheel, by its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAQUETTE_", "COV", "PYTHON"))}
    log = tmp_path / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [installed / "maquette", "serve", "--data", tmp_path / "data", "--port", str(port)],
            cwd=tmp_path,
            env=clean,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=STOP_SECONDS)
            sys.stderr.write(log.read_text(errors="replace"))


def wait_until_ready(address: str, process: "subprocess.Popen[str]") -> None:
    """Ask until the program says that it is ready, or fail with how it ended."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, f"maquette serve ended with {process.returncode}"
        try:
            if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"maquette serve was not ready after {START_SECONDS} s")


def test_the_installed_wheel_serves_its_page_and_stops_cleanly(served: tuple[str, "subprocess.Popen[str]"]) -> None:
    address, process = served
    wait_until_ready(address, process)

    page = httpx.get(f"{address}/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    script = re.search(r'<script[^>]+src="([^"]+\.js)"', page.text)
    assert script is not None
    assert (
        httpx.get(f"{address}{script[1]}").headers["content-type"].startswith(("text/javascript", "application/java"))
    )
    assert httpx.get(f"{address}/api/v1/setup").json()["needs_setup"] is True

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=STOP_SECONDS) == 0
