"""People who use the program: made through its API, each with a library of their own, so that no test sees another."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from faker import Faker

from maquette.kit.ids import new_id
from maquette.kit.imaging.drawing import draw_picture

PASSWORD = "correct horse battery staple"
FAKER = Faker()
FAKER.seed_instance(20260731)
VARIANT_SECONDS = 20
FINISHED = {"succeeded", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class Person:
    """A user, and a program that acts in their name."""

    id: str
    name: str
    email: str
    api: httpx.AsyncClient
    password: str = PASSWORD

    async def upload(self, data: bytes, filename: str, **fields: Any) -> dict[str, Any]:
        """Upload a picture; the media."""
        answer = await self.api.post("/api/v1/media", files={"file": (filename, data)}, data=fields)
        assert answer.status_code == 201, answer.text
        media: dict[str, Any] = answer.json()
        return media

    async def draw(self, filename: str, seed: int, width: int = 300, height: int = 200, **fields: Any) -> str:
        """Upload a drawn landscape; its id."""
        media = await self.upload(await asyncio.to_thread(draw_picture, seed, width, height), filename, **fields)
        return str(media["id"])

    async def media(self, media_id: str) -> dict[str, Any]:
        """A media as the API shows it now."""
        answer = await self.api.get(f"/api/v1/media/{media_id}")
        assert answer.status_code == 200, answer.text
        media: dict[str, Any] = answer.json()
        return media

    async def until_pictured(self) -> None:
        """Wait until every thumbnail is made: what a test looks at then no longer changes by itself."""
        deadline = time.monotonic() + VARIANT_SECONDS
        while True:
            jobs = (await self.api.get("/api/v1/jobs", params={"limit": 200})).json()["items"]
            if all(job["state"] in FINISHED for job in jobs):
                return
            assert time.monotonic() < deadline, f"thumbnails are not made after {VARIANT_SECONDS} s: {jobs[:3]}"
            await asyncio.sleep(0.1)


async def log_in(address: str, email: str, password: str = PASSWORD) -> httpx.Response:
    """A new login; its answer holds the tokens and sets the cookies of a browser."""
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return answer


@asynccontextmanager
async def person_at(address: str, user: dict[str, Any], password: str = PASSWORD) -> AsyncIterator[Person]:
    """The person of a user who exists."""
    tokens = (await log_in(address, user["email"], password)).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as api:
        yield Person(user["id"], user["name"], user["email"], api, password)


@asynccontextmanager
async def first_administrator(address: str) -> AsyncIterator[Person]:
    """The first administrator of a fresh installation."""
    new = {"email": f"{new_id().hex}@example.org", "name": FAKER.name(), "password": PASSWORD}
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.post("/api/v1/setup", json=new)
        assert answer.status_code == 201, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        me = (await client.get("/api/v1/auth/me", headers=headers)).json()
    async with person_at(address, me) as person:
        yield person


@asynccontextmanager
async def new_person(
    administrator: Person, address: str, role: str = "member", name: str | None = None
) -> AsyncIterator[Person]:
    """A person whom an administrator has let in."""
    email = f"{new_id().hex}@example.org"
    new = {"email": email, "name": name or FAKER.name(), "password": PASSWORD, "role": role}
    answer = await administrator.api.post("/api/v1/users", json=new)
    assert answer.status_code == 201, answer.text
    async with person_at(address, answer.json()) as person:
        yield person
