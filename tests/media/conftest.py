"""Who uses the media slice in its tests."""

import httpx
import pytest
from tests.factories.users import Person, make_person

from maquette.platform.runtime import Platform


@pytest.fixture
async def member(platform: Platform) -> Person:
    """A member who is logged in."""
    return await make_person(platform)


@pytest.fixture
async def stranger(platform: Platform) -> Person:
    """Another member."""
    return await make_person(platform)


@pytest.fixture
def me(client: httpx.AsyncClient, member: Person) -> httpx.AsyncClient:
    """The member at the door."""
    return member.at(client)


@pytest.fixture
def other(client: httpx.AsyncClient, stranger: Person) -> httpx.AsyncClient:
    """The other member at the door."""
    return stranger.at(client)
