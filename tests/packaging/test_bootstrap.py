"""The first command of the README, on machines that lack something."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "pwd", "cat", "cksum", "find", "head", "awk", "sed", "rm", "id")


@pytest.fixture
def bare_machine(tmp_path: Path) -> tuple[Path, Path]:
    """A checkout without .venv, and a PATH that holds the plain tools and no Python."""
    checkout, tools = tmp_path / "checkout", tmp_path / "bin"
    (checkout / "scripts").mkdir(parents=True)
    for name in ("scripts/bootstrap", "scripts/hatch_build.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, checkout / name)
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        if found is not None:
            (tools / name).symlink_to(found)
    return checkout, tools


def bootstrap(checkout: Path, tools: Path, part: str) -> "subprocess.CompletedProcess[str]":
    """Run scripts/bootstrap with this PATH and nothing else of the environment."""
    return subprocess.run(
        [checkout / "scripts" / "bootstrap", part],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_without_python_is_told_which_it_needs(bare_machine: tuple[Path, Path]) -> None:
    done = bootstrap(*bare_machine, "run")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (bare_machine[0] / ".venv").exists()


def test_an_old_python_is_passed_over(bare_machine: tuple[Path, Path]) -> None:
    old = bare_machine[1] / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert "needs Python 3.11 or newer" in bootstrap(*bare_machine, "run").stderr


def test_a_python_that_cannot_make_environments_is_explained(bare_machine: tuple[Path, Path]) -> None:
    halfway = bare_machine[1] / "python3"
    halfway.write_text('#!/bin/sh\ncase "$1" in -c) exit 0 ;; --version) echo "Python 3.11.2" ;; *) exit 1 ;; esac\n')
    halfway.chmod(0o755)
    done = bootstrap(*bare_machine, "run")
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert not (bare_machine[0] / ".venv").exists()


def test_a_machine_without_a_browser_is_told_unless_it_can_be_installed(bare_machine: tuple[Path, Path]) -> None:
    # No apt-get on this PATH, so neither root nor anybody else can install one.
    done = bootstrap(*bare_machine, "browser")
    assert done.returncode == 1
    assert "need Chromium" in done.stderr
