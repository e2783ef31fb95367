"""Folders that dead uploads left in the staging folder."""

import os
import time
from pathlib import Path

from maquette.platform.storage.staging import Staging

LONG_AGO = 7200


def test_old_folders_go_when_they_are_empty_and_links_are_not_followed(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_bytes(b"x")
    empty, full, link = (staging.folder / name for name in ("empty", "full", "link"))
    empty.mkdir()
    full.mkdir()
    (full / "fresh").write_bytes(b"x")
    link.symlink_to(elsewhere)
    for path in (empty, full, link):
        os.utime(path, (time.time() - LONG_AGO, time.time() - LONG_AGO), follow_symlinks=False)
    assert staging.clean(older_than_seconds=3600) == 1
    assert sorted(path.name for path in staging.folder.iterdir()) == ["full"]
    assert (elsewhere / "kept").exists()
