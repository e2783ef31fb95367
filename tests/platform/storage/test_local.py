"""A store in a folder: durable, atomic, and clean when the disk is full."""

import errno
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from maquette.kit.errors import OutOfSpace
from maquette.platform.storage.errors import FileMissing, StoreFailed
from maquette.platform.storage.keys import STAGING
from maquette.platform.storage.local import LocalStore


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def fill(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65536):
        yield os.urandom(65536)


async def test_a_full_disk_is_out_of_space_and_leaves_nothing(small_disk: Path) -> None:
    store = LocalStore("main", small_disk)
    with pytest.raises(OutOfSpace, match="no space left") as caught:
        await store.put("folder/large", os.urandom(2 * 1024 * 1024))
    assert caught.value.status == 507
    with pytest.raises(OutOfSpace):
        await store.put_stream("folder/streamed", fill(2 * 1024 * 1024))
    assert everything(small_disk) == set()
    await store.put("folder/small", b"fits")
    assert await store.get("folder/small") == b"fits"


async def test_a_full_disk_keeps_a_moved_file_where_it_was(small_disk: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(2 * 1024 * 1024))
    store = LocalStore("main", small_disk)
    with pytest.raises(OutOfSpace):
        await store.put_file("large", source)
    assert source.exists()
    assert everything(small_disk) == set()


async def test_a_full_disk_keeps_the_file_that_was_to_be_replaced(small_disk: Path) -> None:
    store = LocalStore("main", small_disk)
    await store.put("key", b"old")
    with pytest.raises(OutOfSpace):
        await store.put("key", os.urandom(2 * 1024 * 1024))
    assert await store.get("key") == b"old"


async def test_a_file_from_another_file_system_is_copied_whole(small_disk: Path, tmp_path: Path) -> None:
    source = small_disk / "source"
    source.write_bytes(b"from elsewhere")
    store = LocalStore("main", tmp_path / "store")
    await store.put_file("moved", source)
    assert not source.exists()
    assert await store.get("moved") == b"from elsewhere"
    assert everything(tmp_path / "store") == {"moved"}


async def test_a_file_of_the_same_file_system_is_renamed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"bytes")
    inode = source.stat().st_ino
    store = LocalStore("main", tmp_path / "store")
    await store.put_file("a/b/moved", source)
    assert store.local_path("a/b/moved").stat().st_ino == inode


async def test_bytes_and_every_new_name_reach_the_disk_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    really = os.fsync

    def watch(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    root = tmp_path / "store"
    source = tmp_path / "source"
    source.write_bytes(b"bytes")
    await LocalStore("main", root).put_file("a/b/key", source)
    assert synced == [str(source), str(root), str(root / "a"), str(root / "a" / "b")]


async def test_variants_are_not_forced_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, "no sync was asked for")

    monkeypatch.setattr(os, "fsync", refuse)
    store = LocalStore("variants", tmp_path, durable=False)
    await store.put("a/key", b"x")
    assert await store.get("a/key") == b"x"


async def test_a_file_on_a_folders_place_is_an_error_with_the_key(tmp_path: Path) -> None:
    store = LocalStore("main", tmp_path)
    await store.put("a", b"x")
    # Not FileMissing: nothing that was asked for is missing, and another try may well succeed.
    with pytest.raises(StoreFailed, match="a/b"):
        await store.put("a/b", b"x")
    with pytest.raises(FileMissing, match="a/b"):
        await store.get("a/b")
    assert everything(tmp_path) == {"a"}


async def test_drafts_and_uploads_in_the_making_are_not_listed(tmp_path: Path) -> None:
    store = LocalStore("main", tmp_path)
    (tmp_path / STAGING / "upload-1").write_bytes(b"half")
    await store.put("whole", b"x")
    assert [file.key async for file in store.list()] == ["whole"]


async def test_a_large_read_does_not_block_and_is_whole(tmp_path: Path) -> None:
    store = LocalStore("main", tmp_path)
    data = os.urandom(3 * 1024 * 1024)
    await store.put("large", data)
    assert await store.get("large") == data
    assert await store.read_range("large", 1_000_000, 1_500_000) == data[1_000_000:2_500_000]


async def test_no_presigned_address_for_a_folder(tmp_path: Path) -> None:
    store = LocalStore("main", tmp_path)
    await store.put("key", b"x")
    assert await store.presign("key", seconds=60) is None
