"""Programs as an ordinary user would run them, for tests that root runs."""

import os
import pwd
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.stack.conftest import SOURCES, clean_environment

from maquette.stack.identity import Identity

NEEDED = [Path(sys.executable).absolute().parents[1], Path(sys.base_prefix).resolve(), SOURCES]
"""The environment of the run, the Python that it stands on, and the package."""


def ordinary_user() -> Identity:
    """Somebody who is not root: whoever runs the tests, or `nobody`, who has a name, as PostgreSQL's initdb asks."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid())
    found = pwd.getpwnam("nobody")
    return Identity(found.pw_uid, found.pw_gid)


def start_as(user: Identity, folder: Path, *words: str, **environ: str) -> "subprocess.Popen[str]":
    """`maquette WORDS` as `user`, whose home is `folder`; its pid is the program's own."""
    command = [sys.executable, "-m", "maquette", *words]
    is_root = os.geteuid() == 0
    options: dict[str, Any] = {"user": user.uid, "group": user.gid, "extra_groups": ()} if is_root else {}
    hidden = _hidden_folders(user) if is_root else []
    if hidden:
        command, options = _with_what_is_hidden(user, hidden, command, folder), {}
    with (folder / "stderr").open("ab") as errors:
        return subprocess.Popen(
            command,
            env=clean_environment(HOME=str(folder), PYTHONDONTWRITEBYTECODE="1", **environ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            **options,
        )


def _hidden_folders(user: Identity) -> list[Path]:
    """The topmost folders on the way to what is needed that this user may not enter, such as root's home."""
    ways = [[*reversed(needed.parents), needed] for needed in NEEDED]
    hidden = [next((each for each in way if not user.may_enter(each)), None) for way in ways]
    return sorted({each for each in hidden if each is not None})


def _with_what_is_hidden(user: Identity, hidden: list[Path], command: list[str], folder: Path) -> list[str]:
    """In a mount namespace of its own: there what is needed, and nothing else, lies open in the hidden folders."""
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.fail(f"{user.uid} may not enter {hidden[0]}, and without util-linux it cannot be shown to it alone")
    inside = [needed for needed in NEEDED if any(needed.is_relative_to(each) for each in hidden)]
    kept = {_quoted(each): folder / "kept" / str(number) for number, each in enumerate(inside)}
    steps = [f"mkdir -p {place}; mount --bind {each} {place}" for each, place in kept.items()]
    steps += [f"mount -t tmpfs -o mode=755 tmpfs {_quoted(each)}" for each in hidden]
    steps += [f"mkdir -p {each}; mount --bind {place} {each}" for each, place in kept.items()]
    become = f"exec setpriv --reuid={user.uid} --regid={user.gid} --clear-groups -- "
    script = "set -e; " + "; ".join(steps) + "; " + become + shlex.join(command)
    return ["unshare", "--mount", "--", "sh", "-c", script]


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
