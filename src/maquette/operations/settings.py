"""Settings of operations."""

from ipaddress import ip_network
from typing import ClassVar

from pydantic import Field, field_validator

from maquette.platform.settings.group import SettingsGroup


class OperationsSettings(SettingsGroup):
    """What the operator sees."""

    title: ClassVar[str] = "Operations"

    metrics_allow: list[str] = Field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    """Addresses and networks that may read /metrics without an account; administrators always may."""
    disk_warning_bytes: int = Field(default=2 * 1024**3, ge=0)
    """Free space in bytes below which health says degraded."""

    @field_validator("metrics_allow")
    @classmethod
    def _check(cls, value: list[str]) -> list[str]:
        for each in value:
            ip_network(each, strict=False)
        return value
