"""A short, private folder for sockets: their paths may have about 100 bytes, a data directory's has no limit."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from maquette.stack.identity import Identity

_SERVERS = ("pg", "kv")


class RuntimeDirectory:
    """`/run/maquette-...` for root, `/tmp/maquette-...` for others; made at the start, removed at the end."""

    def __init__(self, data: Path, identity: Identity | None = None, *, roots: tuple[Path, ...] | None = None) -> None:
        status = data.stat()
        self._identity = identity
        self._roots = roots or ((Path("/run"), Path("/tmp")) if os.geteuid() == 0 else (Path("/tmp"),))  # noqa: S108  the folder below is made 0700 and checked
        # Device and inode name a data directory however its path is written, and survive its renaming.
        self._name = f"maquette-{os.geteuid()}-{status.st_dev:x}-{status.st_ino:x}"
        self.path = self._roots[0] / self._name

    @property
    def postgres(self) -> Path:
        """Folder of PostgreSQL's socket."""
        return self.path / _SERVERS[0]

    @property
    def valkey(self) -> Path:
        """Folder of Valkey's socket."""
        return self.path / _SERVERS[1]

    def make(self) -> None:
        """Make it anew. A name that somebody else took in a shared folder is left alone for another one."""
        self.path = self._own_folder()
        for folder in (self.postgres, self.valkey):
            folder.mkdir(mode=0o700, exist_ok=True)
            if self._identity is not None:
                os.chown(folder, self._identity.uid, self._identity.gid)

    def remove(self) -> None:
        """Remove what is left of the sockets and the folder."""
        for folder in (self.postgres, self.valkey):
            with suppress(OSError):
                for entry in folder.iterdir():
                    entry.unlink()
                folder.rmdir()
        with suppress(OSError):
            self.path.rmdir()

    def _own_folder(self) -> Path:
        # Servers that run as another user have to pass through it; listing it stays forbidden.
        mode = 0o700 if self._identity is None else 0o711
        for root in self._roots:
            if not root.is_dir() or not os.access(root, os.W_OK):
                continue
            path = root / self._name
            with suppress(FileExistsError):
                path.mkdir(mode=mode)
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
                path.chmod(mode)
                return path
        from tempfile import mkdtemp

        path = Path(mkdtemp(prefix="maquette-", dir=self._roots[-1]))
        path.chmod(mode)
        return path
