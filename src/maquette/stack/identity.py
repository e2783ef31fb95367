"""As whom the embedded servers run. PostgreSQL refuses root, and Valkey has no business being root either."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from maquette.stack.errors import StackError

OWN_USER = "maquette"
UNNAMED_ID = 61017
"""Used where no user `maquette` exists. Neither Debian nor systemd hands out ids between 60578 and 61183, and unlike
`nobody` it owns nothing else. It needs no entry in the list of users: nothing is created on the machine."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user and group by number."""

    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder down to `folder` lets this identity pass."""
        return all(self._has(each, 0o1) for each in (folder, *folder.parents))

    def may_run(self, file: Path) -> bool:
        """Whether this identity can reach, read and execute `file`."""
        return self.may_enter(file.parent) and self._has(file, 0o5)

    def _has(self, path: Path, wanted: int) -> bool:
        found = path.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        return (stat.S_IMODE(found.st_mode) >> shift) & wanted == wanted


def server_identity(*folders: Path) -> Identity | None:
    """The identity to switch to, or None where this process is not root and servers run as whoever started it."""
    if os.geteuid() != 0:
        return None
    for folder in folders:
        # What an ordinary user's servers made stays that user's, so that both can go on with it.
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            return Identity(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(OWN_USER)
    except KeyError:
        return Identity(UNNAMED_ID, UNNAMED_ID)
    return Identity(entry.pw_uid, entry.pw_gid)


def named_identity(identity: Identity | None) -> Identity | None:
    """`identity` if it has a name, otherwise `nobody`: initdb alone of all programs asks for the name of its user."""
    uid = os.geteuid() if identity is None else identity.uid
    for candidate in (uid, "nobody") if identity is not None else (uid,):
        try:
            entry = pwd.getpwuid(candidate) if isinstance(candidate, int) else pwd.getpwnam(candidate)
        except KeyError:
            continue
        return None if identity is None else Identity(entry.pw_uid, entry.pw_gid)
    raise StackError(
        f"PostgreSQL's initdb needs a user with a name, and user id {uid} has none on this machine. "
        f"Add an entry to /etc/passwd, or set MAQUETTE_DATABASE_URL to a PostgreSQL of your own."
    )
