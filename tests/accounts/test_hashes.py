"""Passwords whose hash this program did not make, and the job that forgets old logins."""

from datetime import timedelta

import httpx
from sqlalchemy import update
from tests.factories.users import PASSWORD, make_person

from maquette.accounts.models import LoginSession, User
from maquette.accounts.schemas import PurgeLogins
from maquette.kit.clock import now
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.runner import drain
from maquette.platform.runtime import Platform


async def test_nobody_gets_in_by_a_hash_of_another_program(client: httpx.AsyncClient, platform: Platform) -> None:
    person = await make_person(platform)
    for kept in ("5f4dcc3b5aa765d61d8327deb882cf99", "$2b$12$" + "x" * 53, PASSWORD, "*"):
        async with platform.database.transaction() as session:
            await session.execute(update(User).where(User.id == person.id).values(password_hash=kept))
        answer = await client.post("/api/v1/auth/login", json={"email": person.email, "password": PASSWORD})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_credentials"), kept


async def test_logins_that_ended_are_forgotten_by_a_job(live_platform: Platform) -> None:
    await make_person(live_platform)
    gone = await make_person(live_platform)
    async with live_platform.database.transaction() as session:
        ended = {"expires_at": now() - timedelta(days=2)}
        await session.execute(update(LoginSession).where(LoginSession.user_id == gone.id).values(ended))
        asked = await enqueue(session, PurgeLogins())
    await drain(live_platform)
    async with live_platform.database.reading() as session:
        assert (await session.get_one(Job, asked.id)).result == {"removed": 1}
