"""The embedded PostgreSQL: one cluster under the data directory, reached by a Unix socket only."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from maquette.stack.binaries import POSTGRES_MAJOR, PostgresPrograms, postgres_programs
from maquette.stack.data_directory import unusable
from maquette.stack.errors import DataDirectoryFull, DataDirectoryUnusable, ServerStartFailed
from maquette.stack.identity import Identity, named_identity
from maquette.stack.processes import ChildSpec

DATABASE = "maquette"
ROLE = "maquette"
STAGE = 2

FIRST_STATEMENTS = f"""
CREATE EXTENSION vector;

CREATE ROLE {ROLE} LOGIN CREATEDB;

GRANT pg_monitor TO {ROLE};

CREATE DATABASE {DATABASE} OWNER {ROLE};

"""

LAPTOP_SETTINGS: Mapping[str, str] = {
    # Pages stay in the system's cache too; this much is touched by a million rows' hot indexes and no more is kept.
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "32",
    "checkpoint_timeout": "15min",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "jit": "off",
    # Each helper process costs 2 to 4 MiB for as long as the server runs.
    "io_workers": "1",
    "autovacuum_max_workers": "2",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "max_logical_replication_workers": "0",
    "autovacuum_naptime": "30s",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_min_duration_statement": "2s",
    "log_checkpoints": "off",
    "default_text_search_config": "pg_catalog.simple",
}
"""Written into postgresql.conf when the cluster is made, where an operator may change them."""


class EmbeddedPostgres:
    """Makes the cluster and says how its server is run."""

    def __init__(
        self,
        data: Path,
        sockets: Path,
        identity: Identity | None,
        *,
        fsync: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = data / "postgres"
        self._data = data
        self._draft = data / "postgres.new"
        self._sockets = sockets
        self._identity = identity
        self._fsync = fsync
        self._settings = dict(LAPTOP_SETTINGS) | dict(settings or {})
        self._found: PostgresPrograms | None = None

    @property
    def url(self) -> str:
        """The address for SQLAlchemy with asyncpg."""
        return f"postgresql+asyncpg://{ROLE}@/{DATABASE}?host={quote(str(self._sockets))}"

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self._data / "logs" / "postgres.log"

    @property
    def is_initialised(self) -> bool:
        """Whether the cluster is there; it appears whole or not at all."""
        return (self.folder / "PG_VERSION").exists()

    def spec(self) -> ChildSpec:
        """How the server is run. Its `prepare` makes the cluster if need be."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "fsync": "on" if self._fsync else "off",
        }
        if sys.platform == "linux":
            # One sync of the file system instead of one for every file: 0.5 s instead of 2.5 s after a crash.
            options["recovery_init_sync_method"] = "syncfs"
        if not self._fsync:
            options |= {"full_page_writes": "off", "synchronous_commit": "off"}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return ChildSpec(
            name="postgres",
            argv=(str(self._programs["postgres"]), "-D", self._folder_argument(self.folder), *arguments),
            env=_environment(),
            cwd=self.folder,
            identity=self._identity,
            log=self.log,
            stage=STAGE,
            stop_signal=signal.SIGINT,
            stop_seconds=2.5,
            # An immediate shutdown: the server leaves no shared memory behind, and recovers at the next start.
            force_signal=signal.SIGQUIT,
            orphan_signal=signal.SIGINT,
            prepare=self.prepare,
            is_ready=self.is_ready,
        )

    @property
    def _programs(self) -> PostgresPrograms:
        if self._found is None:
            self._found = postgres_programs(self._identity)
        return self._found

    def prepare(self) -> None:
        """Make the cluster if it is missing, and clear the way of a server that was killed."""
        if not self.is_initialised:
            self._initialise()
        version = (self.folder / "PG_VERSION").read_text().strip()
        if version != POSTGRES_MAJOR:
            raise DataDirectoryUnusable(
                f"{self.folder} was made by PostgreSQL {version}, and this Maquette brings {POSTGRES_MAJOR}. "
                "Make a backup with the Maquette that made it, and restore it into a new data folder."
            )
        owner = self.folder.stat().st_uid
        running_as = os.geteuid() if self._identity is None else self._identity.uid
        if owner != running_as:
            raise DataDirectoryUnusable(
                f"{self.folder} belongs to user id {owner}, and you are {running_as}. Start Maquette as that user or "
                f"as root, or give the folder away: chown -R {running_as} {self.folder}"
            )
        self._remove_stale_lock_files()

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this pid takes connections, as it says in its pid file (pg_ctl looks there too)."""
        with suppress(OSError, IndexError, ValueError):
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            return int(lines[0]) == pid and lines[7].strip() == "ready"
        return False

    def _folder_argument(self, folder: Path) -> str:
        # Another user may be unable to walk to the folder (below /root, say). As its working directory, set before
        # the user changes, it is reached without walking, and no folder above needs another mode.
        return "/proc/self/cwd" if self._identity is not None and sys.platform == "linux" else str(folder)

    def _initialise(self) -> None:
        from shutil import rmtree

        draft = self._draft
        rmtree(draft, ignore_errors=True)
        maker = named_identity(self._identity)
        try:
            draft.mkdir(mode=0o700)
            if maker is not None:
                os.chown(draft, maker.uid, maker.gid)
            durability = ["--sync-method=syncfs"] if sys.platform == "linux" else []
            folder = self._folder_argument(draft)
            settings = [part for name, value in self._settings.items() for part in ("--set", f"{name}={value}")]
            self._run(
                [
                    *(str(self._programs["initdb"]), "-D", folder, "-U", "postgres", "--no-instructions", "--no-sync"),
                    *("--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", *settings),
                ],
                maker,
            )
            # -F: the sync below covers this too.
            self._run(
                [str(self._programs["postgres"]), "--single", "-j", "-F", "-D", folder, "template1"],
                maker,
                FIRST_STATEMENTS,
            )
            if self._fsync:
                self._run([str(self._programs["initdb"]), "-D", folder, "--sync-only", *durability], maker)
            if self._identity is not None:
                _give_tree(draft, self._identity)
            draft.rename(self.folder)
        except OSError as error:
            raise unusable(self._data, error) from error
        finally:
            rmtree(draft, ignore_errors=True)

    def _run(self, argv: list[str], user: Identity | None, statements: str = "") -> None:
        done = subprocess.run(  # noqa: S603  our own programs
            argv,
            cwd=self._draft,
            env=_environment(),
            input=statements.encode(),
            capture_output=True,
            check=False,
            timeout=300,
            start_new_session=True,
            user=None if user is None else user.uid,
            group=None if user is None else user.gid,
            extra_groups=None if user is None else [],
        )
        said = done.stderr.decode(errors="replace").strip()
        if "No space left on device" in said or "Disk quota exceeded" in said:
            raise DataDirectoryFull(
                f"There is no space left for the database in {self._data}. Free about 60 MB, "
                "or choose another folder with --data."
            )
        # The single-user server ends well even where a statement of its input failed.
        if done.returncode != 0 or "ERROR: " in said or "FATAL: " in said:
            tail = "\n".join(said.splitlines()[-8:])
            raise ServerStartFailed(f"The database in {self._data} could not be made. PostgreSQL said:\n{tail}")

    def _remove_stale_lock_files(self) -> None:
        """Lock files outlive a killed server, and their number may be a zombie's or by now somebody else's."""
        for path in (self.folder / "postmaster.pid", self._sockets / ".s.PGSQL.5432.lock"):
            try:
                pid = int(path.read_text().split("\n", 1)[0])
            except FileNotFoundError:
                continue
            except ValueError:
                pid = 0
            if _is_server_of(pid, self.folder):
                raise ServerStartFailed(
                    f"Process {pid} is a PostgreSQL that somebody else started on {self.folder}. Stop it first."
                )
            path.unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _give_tree(folder: Path, identity: Identity) -> None:
    for path, _, files in os.walk(folder):
        for entry in (path, *(os.path.join(path, file) for file in files)):  # noqa: PTH118  a thousand files
            os.chown(entry, identity.uid, identity.gid, follow_symlinks=False)


def _is_server_of(pid: int, folder: Path) -> bool:
    """Whether a living PostgreSQL works in `folder` under this pid."""
    import psutil  # only after a crash: it would be a fifth of this process's memory

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()).samefile(folder)
    except (psutil.Error, OSError):
        return False
