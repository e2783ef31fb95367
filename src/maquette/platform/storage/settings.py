"""Settings of the stores."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from maquette.platform.settings.group import SettingsGroup
from maquette.platform.storage.address import StoreAddressInvalid, folder_address, parse_address


class StorageSettings(SettingsGroup):
    """Where pictures live."""

    title: ClassVar[str] = "Storage"

    storage_url: str | None = None
    """Store of originals: fs:///folder, or s3://bucket/prefix?endpoint=...&region=... (default: in the data folder)."""
    storage_variants_url: str | None = None
    """Store of thumbnails and other variants, which can be made again (default: in the data folder)."""
    storage_access_key_id: str | None = None
    """Access key of s3 stores whose address does not carry one. Without any, the usual AWS places are looked at."""
    storage_secret_access_key: str | None = None
    """Secret of that access key."""
    storage_timeout: float = Field(default=30.0, gt=0)
    """Seconds after which a remote store counts as not answering."""
    storage_retries: int = Field(default=3, ge=0, le=10)
    """How often a request to a remote store is tried again after a passing failure."""
    storage_staging_hours: float = Field(default=24.0, gt=0)
    """Hours after which what an interrupted upload left behind is removed."""

    @field_validator("storage_url", "storage_variants_url")
    @classmethod
    def _check(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                parse_address(value)
            except StoreAddressInvalid as error:
                raise ValueError(error.message) from None
        return value

    def originals_url(self, data_dir: Path) -> str:
        """The address of the store of originals."""
        return self.storage_url or folder_address(data_dir / "media" / "originals")

    def variants_url(self, data_dir: Path) -> str:
        """The address of the store of variants."""
        return self.storage_variants_url or folder_address(data_dir / "media" / "variants")
