"""The page is built into the package, once, and a package without it is refused."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

# One worker builds; two at once would only slow each other.
pytestmark = [pytest.mark.xdist_group("packaging"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """scripts/hatch_build.py."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "scripts" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A project whose page is one file, built by the real Node."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "src" / "main.js").write_text("first")
    script = "const fs = require('fs'); fs.rmSync('dist', {recursive: true, force: true}); fs.mkdirSync('dist');"
    script += "const source = fs.readFileSync('src/main.js', 'utf8'); fs.writeFileSync('dist/index.html', source);"
    script += "fs.writeFileSync('dist/' + source + '.js', process.execPath);"
    (web / "build.js").write_text(script)
    package = {"name": "small", "version": "0.0.0", "scripts": {"build": "node build.js"}}
    (web / "package.json").write_text(json.dumps(package))
    lock = {"name": "small", "version": "0.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (web / "package-lock.json").write_text(json.dumps(lock))
    return tmp_path


def test_a_changed_source_is_built_and_an_unchanged_one_is_not(hook: ModuleType, small_project: Path) -> None:
    page = small_project / "src/maquette/_web"
    assert hook.build_page(small_project) is True
    assert (page / "index.html").read_text() == "first"
    assert hook.build_page(small_project) is False

    (small_project / "web/src/main.js").write_text("second")
    assert hook.build_page(small_project) is True
    assert (page / "second.js").is_file()
    assert not (page / "first.js").exists(), "assets of the page before are gone"


def test_the_node_of_the_wheel_builds_it_whatever_the_machine_has(hook: ModuleType, small_project: Path) -> None:
    hook.build_page(small_project)
    node = Path((small_project / "src/maquette/_web/first.js").read_text())
    assert node.is_relative_to(hook.node_folder())


def test_a_lock_of_other_packages_is_refused(hook: ModuleType, small_project: Path) -> None:
    package = json.loads((small_project / "web/package.json").read_text())
    package["dependencies"] = {"react": "^19"}
    (small_project / "web/package.json").write_text(json.dumps(package))
    with pytest.raises(hook.PageNotBuilt, match=r"package-lock.json is not of web/package.json"):
        hook.build_page(small_project)


def test_what_the_build_leaves_behind_does_not_count_as_a_source(hook: ModuleType, small_project: Path) -> None:
    before = hook.stamp_of(small_project)
    for folder in ("node_modules", "dist", ".vite"):
        (small_project / "web" / folder).mkdir(exist_ok=True)
        (small_project / "web" / folder / "left.js").write_text("x")
    assert hook.stamp_of(small_project) == before
    (small_project / "web/src/more.js").write_text("x")
    assert hook.stamp_of(small_project) != before


def test_a_page_that_fails_to_build_says_so_and_keeps_the_last_one(hook: ModuleType, small_project: Path) -> None:
    hook.build_page(small_project)
    (small_project / "web/build.js").write_text("process.exit(3)")
    with pytest.raises(hook.PageNotBuilt, match="npm run build"):
        hook.build_page(small_project)
    assert (small_project / "src/maquette/_web/index.html").read_text() == "first"


@pytest.fixture
def pageless_project(tmp_path: Path) -> Path:
    """The project without its page and without the sources of one."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "scripts/hatch_build.py", "src/maquette/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("skip", "complaint"), [("", "web/package.json is missing"), ("1", "is for editable installs only")]
)
def test_a_wheel_without_the_page_is_refused(pageless_project: Path, skip: str, complaint: str) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=pageless_project,
        env=os.environ | {"MAQUETTE_SKIP_WEB": skip},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode != 0
    assert complaint in built.stderr + built.stdout
    assert not list(pageless_project.rglob("*.whl"))


def test_node_is_asked_for_only_where_the_page_must_be_built(hook: ModuleType, small_project: Path) -> None:
    def needed() -> list[str]:
        made = hook.PageHook(str(small_project), {}, None, None, str(small_project), "wheel")
        found: list[str] = made.dependencies()
        return found

    assert needed() == [hook.NODE_REQUIREMENT]
    hook.build_page(small_project)
    assert needed() == []
