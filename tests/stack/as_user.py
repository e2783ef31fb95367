"""Starts the servers as an ordinary user, uses them, and says what it saw: `as_user.py UID DATA`."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from maquette.stack.data_directory import read_holder
from maquette.stack.embedded import EmbeddedStack
from maquette.stack.errors import StackError

if __name__ == "__main__":
    # Everything is imported by now: where Python lives below a private home, this user could not read it.
    lazily_used = (shutil, tempfile)
    uid, data = int(sys.argv[1]), Path(sys.argv[2])
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    try:
        with EmbeddedStack(data) as stack:
            holder = read_holder(data)
            seen = {
                "database_url": stack.database_url,
                "redis_url": stack.redis_url,
                "owner": (data / "postgres").stat().st_uid,
                "holder": None if holder is None else holder.pid,
                "sockets_mode": oct(Path(stack.database_url.split("host=")[1]).parent.stat().st_mode & 0o777),
            }
            sys.stdout.write(json.dumps(seen) + "\n")
            sys.stdout.flush()
            sys.stdin.readline()
    except StackError as error:
        sys.stdout.write(json.dumps({"error": type(error).__name__, "message": error.message}) + "\n")
