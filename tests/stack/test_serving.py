"""What the supervisor promises: restarts, clean ends, and starts after any kind of death."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import redis
from tests.stack.conftest import Served, sql, until, users_of

Serve = Callable[..., Served]


def set_mood(data: Path, **moods: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / "moods").write_text(json.dumps(moods))


def test_serve_says_where_it_is_and_hands_the_children_their_servers(served: Serve, data: Path) -> None:
    running = served().ready()
    assert set(until(lambda: len(running.children()) == 5 and running.children())) == {
        "postgres",
        "valkey-server",
        "web",
        "worker",
        "beat",
    }
    assert running.ask() == running.children()["web"].pid
    for role in ("web", "worker", "beat"):
        given = running.environment(role)
        assert given["MAQUETTE_DATA_DIR"] == str(data)
        assert sql(given["MAQUETTE_DATABASE_URL"], "SELECT 1") == "1"
        assert redis.Redis.from_url(given["MAQUETTE_REDIS_URL"]).ping() is True
        assert given["MAQUETTE_MIGRATE_ON_START"] == "1"


def test_a_child_that_dies_is_started_again_and_logged(served: Serve) -> None:
    running = served().ready()
    for role in ("web", "worker", "beat"):
        former = until(partial(running.child, role)).pid
        os.kill(former, signal.SIGKILL)
        until(partial(running.child, role, other_than=former))
        assert f"(pid {former}) was ended by SIGKILL" in running.said


def test_a_web_process_that_is_replaced_drops_no_connection(served: Serve) -> None:
    running = served().ready()
    web = running.children()["web"]
    web.suspend()
    until(lambda: web.status() == psutil.STATUS_STOPPED)
    host, port = running.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as waiting:
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        web.kill()
        assert waiting.recv(64).startswith(b"HTTP/1.1 200")


def test_ctrl_c_ends_everything_within_ten_seconds(served: Serve, data: Path) -> None:
    running = served().ready()
    until(lambda: len(running.children()) == 5)
    started = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - started < 10
    assert users_of(data) == []
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()


def test_ctrl_c_ends_a_child_that_does_not_listen_within_ten_seconds(served: Serve, data: Path) -> None:
    set_mood(data, worker="stubborn")
    running = served().ready()
    until(lambda: running.environment("worker"))
    started = time.monotonic()
    assert running.stop(signal.SIGTERM) == 0
    assert time.monotonic() - started < 10
    assert "worker" in running.said
    assert users_of(data) == []


def test_a_second_ctrl_c_does_not_wait(served: Serve, data: Path) -> None:
    set_mood(data, worker="stubborn")
    running = served().ready()
    until(lambda: running.environment("worker"))
    started = time.monotonic()
    os.kill(running.pid, signal.SIGINT)
    time.sleep(0.3)
    assert running.stop() == 130
    assert time.monotonic() - started < 4
    assert users_of(data) == []


def test_after_kill_9_of_the_supervisor_the_next_start_has_all_data(served: Serve, data: Path) -> None:
    first = served().ready()
    given = first.environment("web")
    sql(given["MAQUETTE_DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    redis.Redis.from_url(given["MAQUETTE_REDIS_URL"]).set("kept", "42")
    former = list(first.children().values())
    first.process.kill()
    second = served().ready()
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in former)
    given = second.environment("web")
    assert sql(given["MAQUETTE_DATABASE_URL"], "SELECT answer FROM kept") == "42"
    assert redis.Redis.from_url(given["MAQUETTE_REDIS_URL"]).get("kept") == b"42"
    assert second.stop() == 0


def test_leftovers_that_do_not_listen_are_killed_by_the_next_start(served: Serve, data: Path) -> None:
    set_mood(data, worker="stubborn")
    first = served().ready()
    until(lambda: first.environment("worker"))
    leftover = first.children()["worker"]
    first.process.kill()
    second = served().ready()
    assert f"(pid {leftover.pid}), left over from an earlier start" in second.said
    assert not leftover.is_running() or leftover.status() == psutil.STATUS_ZOMBIE


def test_everything_killed_at_once_starts_again(served: Serve, data: Path) -> None:
    first = served().ready()
    sql(first.environment("web")["MAQUETTE_DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    for process in [psutil.Process(first.pid), *psutil.Process(first.pid).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    second = served().ready()
    assert "postgres" not in second.said
    assert sql(second.environment("web")["MAQUETTE_DATABASE_URL"], "SELECT answer FROM kept") == "42"


def test_a_killed_postgres_comes_back_with_its_data(served: Serve) -> None:
    running = served().ready()
    url = running.environment("web")["MAQUETTE_DATABASE_URL"]
    sql(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    web = running.children()["web"].pid
    running.children()["postgres"].kill()
    until(lambda: "postgres" in running.children() and _answers(url))
    assert running.children()["web"].pid == web


def test_a_killed_valkey_comes_back_with_its_data(served: Serve) -> None:
    running = served().ready()
    url = running.environment("web")["MAQUETTE_REDIS_URL"]
    redis.Redis.from_url(url).set("kept", "42")
    former = running.children()["valkey-server"]
    former.kill()
    former.wait(5)
    assert until(lambda: _kept(url)) == b"42"


def test_a_second_serve_says_who_holds_the_data_folder(served: Serve, data: Path) -> None:
    first = served().ready()
    second = served()
    assert second.process.wait(10) == 1
    assert str(data) in second.said
    assert f"process {first.pid}, started 20" in second.said
    assert first.address in second.said
    assert first.ask()


def test_a_port_in_use_is_said_and_nothing_is_left(served: Serve, data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = served(port=port)
        assert running.process.wait(10) == 1
    assert f"Port {port} on 127.0.0.1 is in use" in running.said
    assert users_of(data) == []


def test_with_servers_of_ones_own_nothing_is_embedded(served: Serve, data: Path) -> None:
    urls = {
        "MAQUETTE_DATABASE_URL": "postgresql://maquette@db.example/maquette",
        "MAQUETTE_REDIS_URL": "redis://kv.example/0",
    }
    running = served(environ=urls).ready()
    assert set(until(lambda: len(running.children()) == 3 and running.children())) == {"web", "worker", "beat"}
    assert urls.items() <= running.environment("web").items()
    assert not (data / "postgres").exists()
    assert not (data / "valkey").exists()


def test_one_server_of_ones_own_leaves_the_other_embedded(served: Serve, data: Path) -> None:
    running = served(environ={"MAQUETTE_REDIS_URL": "redis://kv.example/0"}).ready()
    assert "postgres" in running.children()
    assert "valkey-server" not in running.children()
    assert running.environment("web")["MAQUETTE_REDIS_URL"] == "redis://kv.example/0"


def test_a_child_whose_configuration_is_wrong_ends_the_start(served: Serve, data: Path) -> None:
    set_mood(data, web="exit 78")
    running = served()
    assert running.process.wait(15) == 1
    assert "web-1 cannot run with this configuration" in running.said
    assert users_of(data) == []


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(served: Serve, data: Path) -> None:
    set_mood(data, worker="exit 3")
    running = served().ready()
    until(lambda: running.said.count("worker (pid") >= 4)
    delays = [float(line.split(" in ")[-1].split()[0]) for line in running.said.splitlines() if "worker (pid" in line]
    assert delays[:4] == [0.1, 0.2, 0.4, 0.8]
    assert "ended with exit code 3" in running.said


def _answers(url: str) -> bool:
    try:
        return sql(url, "SELECT answer FROM kept") == "42"
    except AssertionError:
        return False


def _kept(url: str) -> bytes | None:
    try:
        found = redis.Redis.from_url(url).get("kept")
    except redis.RedisError:
        return None
    assert found is None or isinstance(found, bytes)
    return found
