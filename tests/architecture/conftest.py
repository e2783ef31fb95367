"""What the rules of the house are checked on: the repository's own files, parsed once."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[str]:
    """Every file that git knows or would take, by its path in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted(name for name in listed if name and (root / name).is_file())


@pytest.fixture(scope="session")
def product(root: Path) -> dict[str, ast.Module]:
    """Every module of the package by its path below src/maquette."""
    package = root / "src" / "maquette"
    found = sorted(path for path in package.rglob("*.py") if "_web" not in path.parts)
    return {path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in found}


@pytest.fixture(scope="session")
def tests(root: Path) -> dict[str, ast.Module]:
    """Every module of the tests by its path below tests."""
    folder = root / "tests"
    return {
        path.relative_to(folder).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.py"))
    }


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"scripts_{name}", ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def budgets() -> ModuleType:
    """scripts/budgets.py."""
    return _script("budgets")


@pytest.fixture(scope="session")
def generate_docs() -> ModuleType:
    """scripts/generate_docs.py."""
    return _script("generate_docs")


@pytest.fixture(scope="session")
def hatch_build() -> ModuleType:
    """scripts/hatch_build.py."""
    return _script("hatch_build")
