"""Settings of the media library."""

from typing import ClassVar

from pydantic import Field

from maquette.kit.imaging.limits import Limits
from maquette.platform.settings.group import SettingsGroup


class MediaSettings(SettingsGroup):
    """What may be uploaded, and how long the trash keeps things."""

    title: ClassVar[str] = "Media"

    max_upload_size: int = Field(default=20 * 1024 * 1024, ge=1024)
    """Largest original in bytes."""
    max_side: int = Field(default=8192, ge=16, le=65_535)
    """Most pixels that a side of a picture may have."""
    max_pixels: int = Field(default=64_000_000, ge=256)
    """Most pixels that a picture may have in all."""
    min_side: int = Field(default=16, ge=1)
    """Fewest pixels that a side of a picture may have."""
    max_frames: int = Field(default=2_000, ge=1)
    """Most frames that an animation may have."""
    trash_days: int = Field(default=30, ge=0, le=3_650)
    """Days for which the trash keeps media before they are removed for good."""
    variant_workers: int = Field(default=2, ge=1, le=64)
    """How many pictures one process decodes at a time."""
    accel_redirect: str | None = Field(default=None, pattern="^/.*/$")
    """Internal location of nginx under which it reads the data folder's stores, such as /_media/. With it, files are
    handed to nginx by X-Accel-Redirect instead of being sent by Maquette."""

    @property
    def limits(self) -> Limits:
        """What a picture may be at most."""
        return Limits(
            max_side=self.max_side, max_pixels=self.max_pixels, min_side=self.min_side, max_frames=self.max_frames
        )
