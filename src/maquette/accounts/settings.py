"""Settings of accounts."""

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from maquette.platform.settings.group import SettingsGroup


class CookieSecure(StrEnum):
    """When cookies are marked Secure, so that browsers send them over https only."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class AccountSettings(SettingsGroup):
    """Who gets in, and for how long."""

    title: ClassVar[str] = "Accounts"

    registration_open: bool = False
    """Whether anybody may make an own account. Administrators make accounts otherwise."""
    access_token_minutes: int = Field(default=15, ge=1, le=24 * 60)
    """Minutes that an access token lasts; clients refresh it before."""
    refresh_token_days: int = Field(default=30, ge=1, le=365)
    """Days without any use after which a login ends."""
    refresh_grace_seconds: int = Field(default=10, ge=0, le=60)
    """Seconds in which a refresh that was just done may be repeated, as two tabs of a browser do."""
    lockout_failures: int = Field(default=5, ge=1, le=100)
    """Failed logins after which an address is locked."""
    lockout_minutes: int = Field(default=15, ge=1, le=24 * 60)
    """Minutes that a locked address stays locked."""
    cookie_secure: CookieSecure = CookieSecure.AUTO
    """auto marks cookies Secure where the browser came over https; always and never do what they say."""

    @property
    def access_lifetime(self) -> timedelta:
        """How long an access token is good."""
        return timedelta(minutes=self.access_token_minutes)

    @property
    def refresh_lifetime(self) -> timedelta:
        """How long a login lasts without use."""
        return timedelta(days=self.refresh_token_days)

    @property
    def lockout(self) -> timedelta:
        """How long a locked address stays locked."""
        return timedelta(minutes=self.lockout_minutes)
