"""Users for tests, from a seeded source: the same test makes the same people."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from faker import Faker
from polyfactory import Use
from polyfactory.factories.pydantic_factory import ModelFactory
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from maquette.accounts.actor import Actor, ActorKind, Role
from maquette.accounts.authentication import recognition_of
from maquette.accounts.models import LoginSession, User
from maquette.accounts.schemas import NewUser
from maquette.accounts.settings import AccountSettings
from maquette.kit import clock
from maquette.kit.ids import new_id
from maquette.platform.runtime import Platform

SEED = 20260731
PASSWORD = "correct horse battery staple"
# One hash for all, with the least work that Argon2 does: making users must not take the time of the tests.
PASSWORD_HASH = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)


FAKER = Faker()
FAKER.seed_instance(SEED)


class NewUserFactory(ModelFactory[NewUser]):
    """What an administrator sends to make a member."""

    __model__ = NewUser
    __faker__ = FAKER
    __random_seed__ = SEED

    # The number keeps addresses apart: Faker has only so many.
    email = Use(lambda: f"{new_id().hex}@{FAKER.domain_name()}")
    name = Use(FAKER.name)
    password = PASSWORD
    role = Role.MEMBER
    quota_bytes = None


@dataclass(frozen=True, slots=True)
class Person:
    """A user in the database who is logged in."""

    id: UUID
    email: str
    actor: Actor
    access_token: str

    @property
    def headers(self) -> dict[str, str]:
        """By what a program proves to be this person."""
        return {"Authorization": f"Bearer {self.access_token}"}

    def at(self, client: httpx.AsyncClient) -> httpx.AsyncClient:
        """Another client of the same app, logged in as this person. It needs no closing: nothing is open."""
        return httpx.AsyncClient(
            transport=client._transport, base_url=client.base_url, headers={**client.headers, **self.headers}
        )


async def make_person(platform: Platform, role: Role = Role.MEMBER, **values: Any) -> Person:
    """A user with an open login, written straight to the database."""
    new = NewUserFactory.build(role=role, **{key: values.pop(key) for key in ("email", "name") if key in values})
    now = clock.now()
    settings = platform.settings[AccountSettings]
    user = User(id=new_id(), email=new.email, name=new.name, role=role.value, password_hash=PASSWORD_HASH, **values)
    login = LoginSession(
        id=new_id(),
        user_id=user.id,
        rotated_at=now,
        last_used_at=now,
        expires_at=now + settings.refresh_lifetime,
        user_agent="tests",
    )
    async with platform.database.transaction() as session:
        session.add(user)
        await session.flush()
        session.add(login)
    recognition = recognition_of(platform)
    actor = Actor(ActorKind.USER, user.id, role, recognition.permissions_of(role), login.id)
    token = recognition.signer.access_token(user.id, login.id, role, settings.access_lifetime)
    return Person(user.id, user.email, actor, token)
