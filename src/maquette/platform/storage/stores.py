"""The stores of this installation, from its settings."""

from pathlib import Path

from opendal import AsyncOperator
from opendal import exceptions as opendal
from opendal.layers import RetryLayer, TimeoutLayer

from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings
from maquette.platform.storage.address import Address, Service, StoreAddressInvalid, parse_address
from maquette.platform.storage.errors import StoreFailed
from maquette.platform.storage.keys import STAGING
from maquette.platform.storage.local import LocalStore
from maquette.platform.storage.settings import StorageSettings
from maquette.platform.storage.staging import Staging
from maquette.platform.storage.store import Store

FIRST_SHARD = "main"
"""Name of the one shard of originals that there is until more are configured; rows remember it."""


class ShardUnknown(StoreFailed):
    """A row names a shard that the settings do not have."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(name, "", f"there is no such shard; the settings have {', '.join(known)}")


class Originals:
    """The shards that originals are spread over."""

    def __init__(self, shards: list[Store]) -> None:
        self.shards = tuple(shards)
        self._by_name = {shard.name: shard for shard in shards}

    def store_for_new(self) -> Store:
        """The shard that a new original goes to; its `name` belongs on the row."""
        return self.shards[0]

    def by_name(self, name: str) -> Store:
        """The shard that a row remembers. Raises ShardUnknown."""
        try:
            return self._by_name[name]
        except KeyError:
            raise ShardUnknown(name, list(self._by_name)) from None


class Stores:
    """Where bytes live: originals, the variants made from them, and uploads in the making."""

    def __init__(self, originals: Originals, variants: Store, staging: Staging) -> None:
        self.originals = originals
        self.variants = variants
        self.staging = staging

    @classmethod
    def from_settings(cls, settings: Settings) -> "Stores":
        """The stores that the settings name; folders are made where they are missing, now or when they can be."""
        storage, data_dir = settings[StorageSettings], settings[GeneralSettings].data_dir
        original = open_store(FIRST_SHARD, storage.originals_url(data_dir), storage)
        # Variants can be made again, so their bytes need not be forced to the disk one by one.
        variants = open_store("variants", storage.variants_url(data_dir), storage, durable=False)
        folder = original.root / STAGING if isinstance(original, LocalStore) else data_dir.resolve() / "staging"
        drafts = [variants.root / STAGING] if isinstance(variants, LocalStore) else []
        return cls(Originals([original]), variants, Staging(folder, *drafts))

    async def close(self) -> None:
        """Let go of every store."""
        for store in (*self.originals.shards, self.variants):
            await store.close()


def open_store(name: str, url: str, settings: StorageSettings, *, durable: bool = True) -> Store:
    """The store at `url`. Raises StoreAddressInvalid."""
    address = parse_address(url)
    match address.service:
        case Service.FS:
            return LocalStore(name, Path(address.root), durable=durable)
        case Service.MEMORY:
            return Store(name, AsyncOperator("memory", root=address.root))
        case Service.S3:
            return Store(name, _s3(address, settings))


def _s3(address: Address, settings: StorageSettings) -> AsyncOperator:
    options = dict(address.options)
    if "access_key_id" not in options and settings.storage_access_key_id and settings.storage_secret_access_key:
        options["access_key_id"] = settings.storage_access_key_id
        options["secret_access_key"] = settings.storage_secret_access_key
    if "endpoint" in options:
        # Stores that are not Amazon's own take any region, but the signature needs one.
        options.setdefault("region", "us-east-1")
    try:
        operator = AsyncOperator("s3", bucket=address.bucket, root=address.root, **options)
    except opendal.ConfigInvalid as error:
        raise StoreAddressInvalid(f"The store {address.display()} cannot be opened: {error}") from error
    # The retry stands outside, so that a request that timed out is tried again.
    operator = operator.layer(TimeoutLayer(timeout=settings.storage_timeout, io_timeout=settings.storage_timeout))
    if settings.storage_retries:
        operator = operator.layer(RetryLayer(max_times=settings.storage_retries, jitter=True, max_delay=5.0))
    return operator
