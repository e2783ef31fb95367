"""Settings of the rate limits."""

from ipaddress import ip_network
from typing import ClassVar

from pydantic import Field, field_validator

from maquette.platform.settings.group import SettingsGroup


class LimitSettings(SettingsGroup):
    """How often one caller may ask, per minute and group of routes. 0 switches a limit off.

    People who logged in are not limited unless the operator says so: whoever drops 2,000 photographs or scrolls through
    years of them is what the program is for.
    """

    title: ClassVar[str] = "Rate limits"

    limit_read: int = Field(default=1200, ge=0)
    """Reads per minute of one API key, or of one address without a login."""
    limit_upload: int = Field(default=120, ge=0)
    """Uploads per minute of one API key."""
    limit_user_read: int = Field(default=0, ge=0)
    """Reads per minute of one user who logged in."""
    limit_user_upload: int = Field(default=0, ge=0)
    """Uploads per minute of one user who logged in."""
    limit_login: int = Field(default=10, ge=0)
    """Attempts to log in per minute from one address."""
    limit_allow: list[str] = Field(default_factory=list)
    """Addresses and networks that no limit holds for, such as 10.0.0.0/8."""
    limit_refuse_unguarded: bool = True
    """While Valkey is down, refuse logins, which nothing would limit."""

    @field_validator("limit_allow")
    @classmethod
    def _check(cls, value: list[str]) -> list[str]:
        for each in value:
            ip_network(each, strict=False)
        return value
