"""The stores of an installation: their addresses, their faults, and the staging folder."""

import errno
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from maquette.kit.errors import MaquetteError
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings, SettingsInvalid, load_settings
from maquette.platform.storage.address import StoreAddressInvalid, folder_address, parse_address
from maquette.platform.storage.errors import StoreFailed
from maquette.platform.storage.keys import STAGING
from maquette.platform.storage.settings import StorageSettings
from maquette.platform.storage.staging import Staging
from maquette.platform.storage.store import PART, Store
from maquette.platform.storage.stores import ShardUnknown, Stores, open_store


def settings(tmp_path: Path, **environ: str) -> Settings:
    named = {f"MAQUETTE_{name.upper()}": value for name, value in environ.items()}
    return load_settings([GeneralSettings, StorageSettings], {"MAQUETTE_DATA_DIR": str(tmp_path), **named})


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3://bucket?endpont=http://127.0.0.1:9", "no option 'endpont'.*Did you mean endpoint"),
        ("s3://bucket?endpoint=127.0.0.1:9", "begin with http"),
        ("s3://bucket?region=", "'region' has no value"),
        ("s3://bucket?region=a&region=b", "twice"),
        ("s3://bucket?region", "cannot be read"),
        ("s3://bucket?access_key_id=a", "go together"),
        ("s3://bucket?enable_virtual_host_style=yes", "must be one of false, true"),
        ("s3:///prefix", "Write the bucket"),
        ("s3://key:secret@bucket/prefix", "Write the bucket"),
        ("fs://relative/folder", "fs:///absolute/folder"),
        ("fs:///", "fs:///absolute/folder"),
        ("fs:///folder?durable=no", "no option 'durable'"),
        ("fs:///a/../b", "must not contain"),
        ("fs:///a#b", "%23"),
        ("/just/a/path", "begins with one of fs://"),
        ("dropbox://folder", "begins with one of fs://"),
        ("http://[", "is not an address"),
    ],
)
def test_a_faulty_address_says_what_is_wrong(url: str, message: str) -> None:
    with pytest.raises(StoreAddressInvalid, match=message):
        parse_address(url)


def test_a_faulty_address_is_found_when_the_settings_are_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"MAQUETTE_STORAGE_URL.*Did you mean region"):
        settings(tmp_path, storage_url="s3://bucket?regoin=x")


def test_messages_do_not_show_secrets() -> None:
    address = parse_address("s3://bucket/pre?access_key_id=AKIA&secret_access_key=hush&region=eu")
    assert address.display() == "s3://bucket/pre?access_key_id=AKIA&region=eu"


@pytest.mark.parametrize("name", ["plain", "with space", "50%off", "what?", "a#b", "ünïcödé"])
async def test_any_folder_name_can_be_an_address(tmp_path: Path, name: str) -> None:
    store = open_store("main", folder_address(tmp_path / name), StorageSettings())
    await store.put("key", b"x")
    assert (tmp_path / name / "key").read_bytes() == b"x"


async def test_without_settings_everything_is_in_the_data_folder(tmp_path: Path) -> None:
    stores = Stores.from_settings(settings(tmp_path))
    new = stores.originals.store_for_new()
    await new.put("key", b"x")
    await stores.variants.put("key", b"y")
    assert (tmp_path / "media/originals/key").read_bytes() == b"x"
    assert (tmp_path / "media/variants/key").read_bytes() == b"y"
    await stores.close()


def test_staging_is_on_the_disk_of_the_originals(tmp_path: Path) -> None:
    stores = Stores.from_settings(settings(tmp_path / "data", storage_url=f"fs://{tmp_path}/big"))
    assert stores.staging.folder == tmp_path / "big" / STAGING
    assert stores.staging.folder.is_dir()


def test_staging_of_a_remote_store_is_in_the_data_folder(tmp_path: Path) -> None:
    stores = Stores.from_settings(settings(tmp_path, storage_url="memory://", storage_variants_url="memory://"))
    assert stores.staging.folder == tmp_path / "staging"


def test_a_row_finds_its_shard_by_name(tmp_path: Path) -> None:
    stores = Stores.from_settings(settings(tmp_path))
    assert stores.originals.by_name(stores.originals.store_for_new().name) is stores.originals.store_for_new()
    with pytest.raises(ShardUnknown, match=r"'gone'.*main"):
        stores.originals.by_name("gone")


def test_old_leftovers_go_and_fresh_ones_stay(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    old, fresh, nested = staging.new(".jpg"), staging.new(), staging.folder / "tus" / "part"
    nested.parent.mkdir()
    for path in (old, fresh, nested):
        path.write_bytes(b"x")
    for path in (old, nested, nested.parent):
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    assert staging.clean(older_than_seconds=3600) == 2
    assert fresh.exists()
    assert not nested.exists()


def test_drafts_of_variants_are_leftovers_too(tmp_path: Path) -> None:
    stores = Stores.from_settings(settings(tmp_path))
    draft = tmp_path / "media" / "variants" / STAGING / "draft-1"
    draft.write_bytes(b"half a thumbnail")
    os.utime(draft, (time.time() - 7200, time.time() - 7200))
    assert stores.staging.clean(older_than_seconds=3600) == 1
    assert not draft.exists()


async def test_a_folder_that_cannot_be_made_is_named_and_made_when_it_can_be(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"x")
    stores = Stores.from_settings(settings(tmp_path, storage_url=f"fs://{in_the_way}/store"))
    store, source = stores.originals.shards[0], tmp_path / "source"
    source.write_bytes(b"bytes")
    for attempt in (store.put("key", b"bytes"), store.put_file("key", source), names_of(store)):
        with pytest.raises(StoreFailed, match=f"'main' failed at '.*': .*{os.strerror(errno.ENOTDIR)}"):
            await attempt
    assert await store.exists("key") is False
    in_the_way.unlink()
    await store.put_file("key", source)
    assert await names_of(store) == ["key"]
    stores.staging.new().write_bytes(b"an upload")


async def names_of(store: Store) -> list[str]:
    return [file.key async for file in store.list()]


async def test_s3_answers_a_presigned_address(s3_endpoint: str) -> None:
    store = open_store(
        "main", f"s3://pictures/signed?endpoint={s3_endpoint}&access_key_id=a&secret_access_key=b", StorageSettings()
    )
    await store.put("key", b"bytes", content_type="image/png")
    url = await store.presign("key", seconds=60, content_disposition='attachment; filename="x.png"')
    assert url is not None
    assert url.startswith(f"{s3_endpoint}/pictures/signed/key?")
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(url)
    assert answer.content == b"bytes"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.png"'


async def test_s3_streams_in_parts_and_forgets_a_broken_one(s3_endpoint: str) -> None:
    store = open_store(
        "main", f"s3://pictures/parts?endpoint={s3_endpoint}&access_key_id=a&secret_access_key=b", StorageSettings()
    )

    async def broken() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * PART
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put_stream("large", broken())
    assert [file.key async for file in store.list()] == []


@pytest.mark.parametrize("verb", ["get", "put", "stat"])
async def test_a_store_that_does_not_answer_is_a_storage_error(verb: str) -> None:
    quick = StorageSettings(storage_timeout=1, storage_retries=0)
    store = open_store("main", "s3://bucket?endpoint=http://127.0.0.1:1&access_key_id=a&secret_access_key=b", quick)
    with pytest.raises(StoreFailed, match="'main' failed at 'key'") as caught:
        await (store.put("key", b"x") if verb == "put" else getattr(store, verb)("key"))
    assert caught.value.status == 503
    assert caught.value.code == "storage_error"


async def test_a_bucket_that_does_not_exist_is_an_error(s3_endpoint: str) -> None:
    store = open_store(
        "main", f"s3://nobodys?endpoint={s3_endpoint}&access_key_id=a&secret_access_key=b", StorageSettings()
    )
    with pytest.raises(MaquetteError, match="'main'"):
        await store.put("key", b"x")
