"""The settings of the program as a whole."""

from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from maquette.platform.settings.group import SettingsGroup


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class GeneralSettings(SettingsGroup):
    """Where things are and how the program speaks."""

    title: ClassVar[str] = "General"

    data_dir: Path = Path("maquette-data")
    """Folder of everything that Maquette keeps on this machine: secrets, embedded servers, pictures."""
    public_url: str | None = None
    """The address under which people reach this installation, such as https://pictures.example.org."""
    allowed_origins: list[str] = Field(default_factory=list)
    """Further web origins whose pages may call the API with a browser's cookies."""
    secret_key: str | None = Field(default=None, min_length=32)
    """Key that signs tokens, at least 32 characters. Without it one is made and kept in the data folder."""
    log_format: LogFormat = LogFormat.CONSOLE
    """console for people, json for machines."""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    """The least severe level that is logged."""
    max_body_size: int = Field(default=1024 * 1024, ge=1024)
    """Largest request body in bytes that is not a file upload."""
