"""What a staged file is: probed, checked for completeness, and read for what its camera wrote. Blocking."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from maquette.kit.imaging.completeness import verify
from maquette.kit.imaging.exif import Exif, read_exif
from maquette.kit.imaging.limits import Limits
from maquette.kit.imaging.probe import Probe, probe
from maquette.media.schemas import Camera, Place


@dataclass(frozen=True, slots=True)
class Inspection:
    """A picture that is accepted."""

    probe: Probe
    exif: Exif

    def sort_at(self, fallback: datetime) -> datetime:
        """The photographer's clock read as UTC, so that a day is the day on which people were awake."""
        if self.exif.taken_at is None:
            return fallback
        return self.exif.taken_at + timedelta(minutes=self.exif.taken_offset_minutes or 0)

    def camera(self) -> Camera:
        """What it was taken with."""
        return Camera(
            make=self.exif.camera_make,
            model=self.exif.camera_model,
            lens=self.exif.lens,
            f_number=self.exif.f_number,
            exposure_seconds=self.exif.exposure_seconds,
            iso=self.exif.iso,
            focal_length_mm=self.exif.focal_length_mm,
        )

    def camera_name(self) -> str | None:
        """Make and model as people say it: models often begin with their make."""
        make, model = self.exif.camera_make, self.exif.camera_model
        if not model:
            return make[:200] if make else None
        if not make or model.casefold().startswith(make.casefold().split()[0]):
            return model[:200]
        return f"{make} {model}"[:200]

    def place(self) -> Place | None:
        """Where it was taken."""
        if self.exif.latitude is None or self.exif.longitude is None:
            return None
        return Place(latitude=self.exif.latitude, longitude=self.exif.longitude, altitude=self.exif.altitude_m)

    def raw(self) -> dict[str, Any]:
        """Everything, for the row that lists do not read."""
        exif = {name: value for name, value in asdict(self.exif).items() if value is not None}
        if self.exif.taken_at is not None:
            exif["taken_at"] = self.exif.taken_at.isoformat()
        return {"exif": exif, "picture": asdict(self.probe)}


def inspect(path: Path, limits: Limits) -> Inspection:
    """Raises what `probe` and `verify` do: the file is no picture, too large, too small, or cut off."""
    found = probe(path, limits)
    verify(path, found)
    return Inspection(found, read_exif(path, found))
