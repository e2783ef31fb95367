"""The folder of files in the making: uploads stand here until they are whole and are moved into their store."""

import secrets
import time
from contextlib import suppress
from pathlib import Path


class Staging:
    """A folder on the file system of the store of originals, so that the final move is a rename."""

    def __init__(self, folder: Path, *drafts: Path) -> None:
        """`drafts` are folders in which stores keep what is not whole yet; they are cleaned, too."""
        self.folder = folder
        self._cleaned = dict.fromkeys((folder, *drafts))
        self._is_made = False
        self._make()

    def _make(self) -> None:
        """A folder that cannot be made now is tried again for each new file; opening that one says what is wrong."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._is_made = True

    def new(self, suffix: str = "") -> Path:
        """A path for a new file, which the caller makes."""
        if not self._is_made:
            self._make()
        return self.folder / f"upload-{secrets.token_hex(16)}{suffix}"

    def clean(self, *, older_than_seconds: float) -> int:
        """Remove what nobody has written to for that long: leftovers of a killed process. How many were removed."""
        removed, limit = 0, time.time() - older_than_seconds
        # The deepest come first, so that a folder is empty when its turn comes.
        found = [path for folder in self._cleaned for path in folder.rglob("*")]
        for path in sorted(found, key=lambda each: len(each.parts), reverse=True):
            with suppress(OSError):  # another process may be cleaning, or still writing, at the same moment
                if path.lstat().st_mtime >= limit:
                    continue
                if path.is_dir() and not path.is_symlink():
                    path.rmdir()
                else:
                    path.unlink()
                    removed += 1
        return removed
