"""Accounts' tests log in more often than the limit per address allows, and move the clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.factories.users import Person, make_person

from maquette.accounts.actor import Role
from maquette.kit import clock
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.runtime import Platform
from maquette.platform.settings.loader import Settings

Wait = Callable[[timedelta], None]


UNLIMITED = LimitSettings(limit_login=0)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As for every test, without the limit of logins."""
    return settings.replaced(UNLIMITED)


@pytest.fixture
def live_settings(live_settings: Settings) -> Settings:
    """As for every test, without the limit of logins."""
    return live_settings.replaced(UNLIMITED)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    """Let time pass for the program, by as much as the test says."""
    passed = timedelta()
    real = clock.now

    def now() -> datetime:
        return real() + passed

    def move(by: timedelta) -> None:
        nonlocal passed
        passed += by

    monkeypatch.setattr(clock, "now", now)
    return move


@pytest.fixture
async def member(platform: Platform) -> Person:
    """A member who is logged in."""
    return await make_person(platform)


@pytest.fixture
async def administrator(platform: Platform) -> Person:
    """An administrator who is logged in."""
    return await make_person(platform, Role.ADMINISTRATOR)


@pytest.fixture
async def viewer(platform: Platform) -> Person:
    """A viewer who is logged in."""
    return await make_person(platform, Role.VIEWER)
