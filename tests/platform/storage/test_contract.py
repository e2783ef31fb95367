"""What every store does alike, whatever stands behind it."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from maquette.platform.storage.errors import FileMissing, KeyInvalid, RangeUnsatisfiable
from maquette.platform.storage.store import PART, Store


async def collect(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def keys(store: Store, prefix: str = "") -> set[str]:
    return {file.key async for file in store.list(prefix)}


async def test_what_was_put_is_got_back(store: Store) -> None:
    await store.put("ab/cd/picture.jpg", b"bytes", content_type="image/jpeg")
    assert await store.get("ab/cd/picture.jpg") == b"bytes"


async def test_an_empty_file_is_a_file(store: Store) -> None:
    await store.put("empty", b"")
    assert await store.get("empty") == b""
    assert (await store.stat("empty")).size == 0


async def test_a_second_put_replaces_the_first(store: Store) -> None:
    await store.put("key", b"first, and longer")
    await store.put("key", b"second")
    assert await store.get("key") == b"second"


async def test_stat_tells_the_size(store: Store) -> None:
    await store.put("key", b"12345")
    found = await store.stat("key")
    assert (found.key, found.size) == ("key", 5)


@pytest.mark.parametrize("verb", ["get", "stat"])
async def test_a_missing_file_is_named_with_its_key(store: Store, verb: str) -> None:
    with pytest.raises(FileMissing, match=r"no/such\.jpg") as caught:
        await getattr(store, verb)("no/such.jpg")
    assert caught.value.details == {"store": "main", "key": "no/such.jpg"}
    assert caught.value.status == 404


async def test_streaming_a_missing_file_is_named_too(store: Store) -> None:
    with pytest.raises(FileMissing):
        await collect(store.stream("no/such.jpg"))


async def test_a_folder_is_not_a_file(store: Store) -> None:
    await store.put("folder/file", b"x")
    assert not await store.exists("folder")


async def test_exists_follows_put_and_delete(store: Store) -> None:
    assert not await store.exists("key")
    await store.put("key", b"x")
    assert await store.exists("key")
    await store.delete("key")
    assert not await store.exists("key")


async def test_deleting_twice_is_no_error(store: Store) -> None:
    await store.put("key", b"x")
    await store.delete("key")
    await store.delete("key")


async def test_a_large_file_is_moved_in_and_streamed_out(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(2 * PART + 12345))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    await store.put_file("large", source)
    assert not source.exists()
    assert hashlib.sha256(await collect(store.stream("large"))).hexdigest() == digest
    assert hashlib.sha256(await store.get("large")).hexdigest() == digest


async def test_a_small_file_is_moved_in(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"small")
    await store.put_file("deep/er/small", source)
    assert not source.exists()
    assert await store.get("deep/er/small") == b"small"


async def test_a_stream_is_stored_and_counted(store: Store) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(10):
            yield bytes([number]) * 100_000

    assert await store.put_stream("streamed", chunks()) == 1_000_000
    assert (await store.stat("streamed")).size == 1_000_000


@pytest.mark.parametrize("sent", [10, PART + 1])
async def test_a_stream_that_breaks_leaves_nothing(store: Store, sent: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * sent
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put_stream("broken", chunks())
    assert not await store.exists("broken")
    assert await keys(store) == set()


async def test_a_stream_that_breaks_leaves_what_was_there(store: Store) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"new"
        raise ConnectionResetError

    await store.put("key", b"old")
    with pytest.raises(ConnectionResetError):
        await store.put_stream("key", chunks())
    assert await store.get("key") == b"old"


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [(0, 3, b"012"), (3, 4, b"3456"), (8, 100, b"89"), (10, 5, b""), (4, 0, b""), (0, 10, b"0123456789")],
)
async def test_a_range_ends_where_the_file_ends(store: Store, offset: int, length: int, expected: bytes) -> None:
    await store.put("key", b"0123456789")
    assert await store.read_range("key", offset, length) == expected


@pytest.mark.parametrize(("offset", "length"), [(11, 1), (-1, 2), (0, -1)])
async def test_a_range_outside_the_file_is_refused(store: Store, offset: int, length: int) -> None:
    await store.put("key", b"0123456789")
    with pytest.raises(RangeUnsatisfiable):
        await store.read_range("key", offset, length)


async def test_a_part_can_be_streamed_in_small_chunks(store: Store) -> None:
    await store.put("key", b"0123456789")
    chunks = [chunk async for chunk in store.stream("key", offset=2, length=7, chunk=3)]
    assert b"".join(chunks) == b"2345678"
    assert all(len(chunk) <= 3 for chunk in chunks)


async def test_list_gives_every_file_below_a_prefix_and_no_folders(store: Store) -> None:
    for key in ("a/one", "a/b/two", "ab/three", "four"):
        await store.put(key, b"x")
    assert await keys(store) == {"a/one", "a/b/two", "ab/three", "four"}
    assert await keys(store, "a") == {"a/one", "a/b/two"}
    assert await keys(store, "a/") == {"a/one", "a/b/two"}
    assert await keys(store, "nothing/here") == set()


async def test_list_tells_sizes(store: Store) -> None:
    await store.put("a/key", b"12345")
    assert [file.size async for file in store.list("a")] == [5]


async def test_a_copy_is_a_file_of_its_own(store: Store) -> None:
    await store.put("source", b"bytes")
    await store.copy("source", "some/target")
    await store.delete("source")
    assert await store.get("some/target") == b"bytes"


async def test_copying_a_missing_file_is_named(store: Store) -> None:
    with pytest.raises(FileMissing):
        await store.copy("missing", "target")
    assert not await store.exists("target")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/./b",
        "a//b",
        "a/",
        "a\0b",
        "a\nb",
        "a\\b",
        ".staging/x",
        "x" * 256,
        "/".join(["abcdefgh"] * 200),
    ],
)
async def test_a_key_that_could_leave_the_store_is_refused_by_every_verb(
    store: Store, key: str, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x")
    for call in (
        lambda: store.put(key, b"x"),
        lambda: store.put_file(key, source),
        lambda: store.get(key),
        lambda: store.stat(key),
        lambda: store.delete(key),
        lambda: store.read_range(key, 0, 1),
        lambda: store.copy(key, "target"),
        lambda: store.presign(key, seconds=5),
        lambda: collect(store.stream(key)),
    ):
        with pytest.raises(KeyInvalid):
            await call()
    with pytest.raises(KeyInvalid):
        store.local_path(key)
    assert source.exists()


@pytest.mark.parametrize(
    "key", ["ünïcödé/📷.jpg", "with space", "a+b&c=d%20?x#y", "'\"quotes\"'", "...dots", "x" * 255]
)
async def test_unusual_names_are_kept_exactly(store: Store, key: str) -> None:
    await store.put(key, key.encode())
    assert await store.get(key) == key.encode()
    assert await keys(store) == {key}
