"""Children end with their parent, also where the kernel has no death signal."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tests.stack.conftest import clean_environment, until

from maquette.stack.address import listen, reachable, url_of
from maquette.stack.errors import AddressUnavailable
from maquette.stack.processes import ChildSpec, ParentWatch, start

PARENT = """
import os, signal, subprocess, sys, time
from maquette.stack.processes import ParentWatch
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
watch = ParentWatch(child.pid, signal.SIGTERM)
print(child.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_the_watcher_ends_the_child_of_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], env=clean_environment(), stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    until(lambda: not is_alive(child))


def test_the_watcher_leaves_a_number_alone_that_is_no_longer_the_childs() -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        ParentWatch(other.pid, signal.SIGTERM).release()
        time.sleep(0.3)
        assert other.poll() is None
        other.kill()


def test_a_child_is_outside_of_the_terminals_group_and_logs_to_its_file(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "talker.log"
    words = ("sh", "-c", "read word; echo $word")
    child = start(ChildSpec("talker", words, env={"PATH": os.defpath}, stdin=b"heard\n", log=log))
    assert os.getpgid(child.pid) != os.getpgid(0)
    assert child.wait(5)
    assert child.poll() == 0
    assert log.read_text() == "heard\n"


def test_a_log_that_grew_large_is_kept_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.stack.processes.LOG_LIMIT", 4)
    log = tmp_path / "talker.log"
    for word in ("first", "second"):
        child = start(ChildSpec("talker", ("echo", word), env={"PATH": os.defpath}, log=log))
        assert child.wait(5)
    assert log.read_text() == "second\n"
    assert (tmp_path / "talker.log.1").read_text() == "first\n"


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("192.0.2.1", 0, "is not an address of this machine"),
        ("no.such.host.invalid", 0, "is not known here"),
        ("127.0.0.1", 70000, "is not a port"),
    ],
)
def test_an_address_that_cannot_be_listened_at_says_why(
    socket_enabled: None, host: str, port: int, message: str
) -> None:
    with pytest.raises(AddressUnavailable, match=message):
        listen(host, port)


def test_a_listener_on_every_address_is_shown_as_one_that_a_browser_can_open(socket_enabled: None) -> None:
    with listen("0.0.0.0", 0) as listener:
        host, port = reachable(listener)
        assert (host, url_of(listener)) == ("127.0.0.1", f"http://127.0.0.1:{port}")
    with listen("::1", 0) as listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"
