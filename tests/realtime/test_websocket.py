"""The WebSocket: who may talk, who hears what, and what becomes of broken connections."""

import asyncio
import json
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import delete
from tests.factories.users import Person, make_person
from tests.realtime.conftest import Web

from maquette.accounts.authentication import recognition_of
from maquette.accounts.credentials import ACCESS_COOKIE
from maquette.accounts.models import LoginSession
from maquette.kit.ids import new_id
from maquette.platform.events.bus import BACKLOG
from maquette.platform.events.event import Event, emit
from maquette.platform.jobs import control
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.task import JobRequest
from maquette.platform.runtime import Platform


class Paint(JobRequest):
    kind: ClassVar[str] = "test.paint"


class Waved(Event):
    name: ClassVar[str] = "test.waved"
    user_id: UUID
    number: int = 0
    text: str = ""

    def topics(self) -> tuple[str, ...]:
        return (f"user:{self.user_id}",)

    def data(self) -> dict[str, Any]:
        return {"number": self.number, "text": self.text}


async def wave(platform: Platform, person: Person, *numbers: int, text: str = "") -> None:
    async with platform.database.transaction() as session:
        for number in numbers:
            emit(session, Waved(user_id=person.id, number=number, text=text))


async def make_job(platform: Platform, owner: Person) -> UUID:
    async with platform.database.transaction() as session:
        return (await enqueue(session, Paint(), owner_id=owner.id)).id


@pytest.fixture
async def ann(calm_web: Web) -> Person:
    return await make_person(calm_web.platform)


@pytest.fixture
async def bob(calm_web: Web) -> Person:
    return await make_person(calm_web.platform)


async def test_a_program_hears_of_its_job_by_bearer_token(calm_web: Web, ann: Person) -> None:
    platform = calm_web.platform
    job_id = await make_job(platform, ann)
    async with calm_web.talk(ann.headers) as talk:
        assert (await talk.subscribe(f"job:{job_id}"))["topics"] == [f"job:{job_id}"]
        async with platform.database.transaction() as session:
            await control.cancel(session, await session.get_one(Job, job_id))
        # That it was asked for may be on its way still when the subscription begins.
        while (heard := await talk.hear("event"))["data"]["state"] == "queued":
            pass
    assert (heard["name"], heard["topic"]) == ("job.progress", f"job:{job_id}")
    assert heard["data"]["state"] == "cancelled"
    assert heard["data"]["job_id"] == str(job_id)
    assert heard["at"].endswith("Z")
    assert "-" in heard["id"]


async def test_an_event_on_two_subscribed_topics_comes_once(calm_web: Web, ann: Person) -> None:
    async with calm_web.talk(ann.headers) as talk:
        await talk.subscribe(f"user:{ann.id}")
        job_id = await make_job(calm_web.platform, ann)
        assert (await talk.hear("event"))["data"]["state"] == "queued"
        await talk.subscribe(f"job:{job_id}")
        async with calm_web.platform.database.transaction() as session:
            await control.cancel(session, await session.get_one(Job, job_id))
        await wave(calm_web.platform, ann, 1)
        assert [(await talk.hear("event"))["name"] for _ in range(2)] == ["job.progress", "test.waved"]


async def test_a_browser_is_known_by_its_cookie_from_the_own_page_only(calm_web: Web, ann: Person) -> None:
    cookie = {"Cookie": f"{ACCESS_COOKIE}={ann.access_token}"}
    async with calm_web.talk({**cookie, "Origin": calm_web.origin}) as talk:
        await talk.subscribe(f"user:{ann.id}")
        await wave(calm_web.platform, ann, 1)
        assert (await talk.hear("event"))["data"]["number"] == 1
    for headers in ({**cookie, "Origin": "https://elsewhere.example"}, cookie):
        async with calm_web.talk(headers, ready=False) as talk:
            error, code = await talk.closed()
        assert (error["code"], code) == ("origin_refused", 4403)


async def test_a_token_may_come_as_the_first_message(calm_web: Web, ann: Person) -> None:
    async with calm_web.talk(ready=False) as talk:
        await talk.say("auth", token=ann.access_token)
        assert (await talk.hear())["type"] == "ready"
        assert (await talk.subscribe(f"user:{ann.id}"))["topics"] == [f"user:{ann.id}"]
        await talk.say("auth", token=ann.access_token)
        assert (await talk.hear("error"))["code"] == "message_invalid"


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "auth", "token": "forged"}, "invalid_token"),
        ({"type": "ping"}, "unauthenticated"),
        (None, "unauthenticated"),
    ],
)
async def test_a_stranger_is_shown_the_door(first: dict[str, str] | None, code: str, web: Web) -> None:
    async with web.talk(ready=False) as talk:
        if first is not None:
            await talk.connection.send(json.dumps(first))
        error, closed_with = await talk.closed()
    assert (error["code"], closed_with) == (code, 4401)


async def test_a_wrong_bearer_token_is_shown_the_door(calm_web: Web) -> None:
    async with calm_web.talk({"Authorization": "Bearer forged"}, ready=False) as talk:
        error, code = await talk.closed()
    assert (error["code"], code) == ("invalid_token", 4401)


async def test_a_topic_that_is_not_ones_own_does_not_exist(calm_web: Web, ann: Person, bob: Person) -> None:
    theirs = await make_job(calm_web.platform, ann)
    topics = [f"job:{theirs}", f"job:{new_id()}", f"user:{ann.id}", f"star:{new_id()}", "job:7", "nonsense", ""]
    async with calm_web.talk(bob.headers) as talk:
        await talk.say("subscribe", topics=[*topics, f"user:{bob.id}"])
        refused = [await talk.hear("error") for _ in topics]
        assert [each["topic"] for each in refused] == topics
        assert {(each["code"], each["message"]) for each in refused} == {("not_found", "There is no such topic.")}
        assert (await talk.hear("subscribed"))["topics"] == [f"user:{bob.id}"]
        await wave(calm_web.platform, ann, 1)
        await wave(calm_web.platform, bob, 2)
        assert (await talk.hear("event"))["data"]["number"] == 2


async def test_an_unsubscribed_topic_is_silent(calm_web: Web, ann: Person) -> None:
    job_id = await make_job(calm_web.platform, ann)
    async with calm_web.talk(ann.headers) as talk:
        await talk.subscribe(f"user:{ann.id}", f"job:{job_id}")
        await talk.say("unsubscribe", topics=[f"user:{ann.id}"])
        assert (await talk.hear("subscribed"))["topics"] == [f"job:{job_id}"]
        await wave(calm_web.platform, ann, 1)
        async with calm_web.platform.database.transaction() as session:
            await control.cancel(session, await session.get_one(Job, job_id))
        assert (await talk.hear("event"))["name"] == "job.progress"


async def test_a_dropped_connection_resumes_where_it_broke(calm_web: Web, ann: Person) -> None:
    platform = calm_web.platform
    async with calm_web.talk(ann.headers) as talk:
        await talk.subscribe(f"user:{ann.id}")
        await wave(platform, ann, 1)
        last = (await talk.hear("event"))["id"]
    await wave(platform, ann, 2, 3)
    async with calm_web.talk(ann.headers) as talk:
        await talk.subscribe(f"user:{ann.id}")
        await wave(platform, ann, 4)
        assert (await talk.hear("event"))["data"]["number"] == 4
        await talk.say("resume", last_id=last)
        await wave(platform, ann, 5)
        assert [(await talk.hear("event"))["data"]["number"] for _ in range(3)] == [2, 3, 5]


async def test_resuming_from_what_is_gone_asks_to_resync(calm_web: Web, ann: Person) -> None:
    async with calm_web.talk(ann.headers) as talk:
        await talk.say("resume", last_id="1-1")
        assert (await talk.hear())["type"] == "resync"
        await talk.say("resume", last_id="yesterday")
        assert (await talk.hear("error"))["code"] == "message_invalid"


async def test_resuming_tells_nobody_what_is_not_theirs(calm_web: Web, ann: Person, bob: Person) -> None:
    async with calm_web.talk(bob.headers) as talk:
        await talk.subscribe(f"user:{bob.id}")
        await wave(calm_web.platform, bob, 1)
        last = (await talk.hear("event"))["id"]
    await wave(calm_web.platform, ann, 2)
    await wave(calm_web.platform, bob, 3)
    async with calm_web.talk(bob.headers) as talk:
        await talk.subscribe(f"user:{bob.id}")
        await talk.say("resume", last_id=last)
        assert (await talk.hear("event"))["data"]["number"] == 3


async def test_a_listener_that_does_not_read_is_told_to_resync(calm_web: Web, ann: Person) -> None:
    async with calm_web.talk(ann.headers) as talk:
        await talk.subscribe(f"user:{ann.id}")
        # More than the sockets' buffers and the backlog hold, while nobody reads.
        for _ in range(6):
            await wave(calm_web.platform, ann, *range(BACKLOG), text="x" * 4_000)
            await asyncio.sleep(0.3)
        async with asyncio.timeout(20):
            while (await talk.hear())["type"] != "resync":
                pass
        await wave(calm_web.platform, ann, 7)
        while (heard := await talk.hear("event"))["data"]["number"] != 7 or heard["data"]["text"]:
            pass


async def test_a_ping_is_answered(calm_web: Web, ann: Person) -> None:
    async with calm_web.talk(ann.headers) as talk:
        await talk.say("ping")
        assert await talk.hear() == {"type": "pong"}


async def test_who_answers_the_heartbeat_stays_and_who_does_not_is_closed(web: Web) -> None:
    ann = await make_person(web.platform)
    async with web.talk(ann.headers) as talk:
        for _ in range(5):
            assert (await talk.hear())["type"] == "ping"
            await talk.say("pong")
        error, code = await talk.closed()
    assert (error["code"], code) == ("no_answer", 4408)


async def test_a_login_that_ends_closes_the_connection(web: Web) -> None:
    ann = await make_person(web.platform)
    async with web.talk(ann.headers) as talk:
        await talk.subscribe(f"user:{ann.id}")
        async with web.platform.database.transaction() as session:
            await session.execute(delete(LoginSession).where(LoginSession.user_id == ann.id))
        recognition_of(web.platform).forget_user(ann.id)
        error, code = await talk.closed()
    assert code == 4401
    assert error["message"] == "This login has ended. Log in again and reconnect."


async def test_a_job_that_is_gone_is_heard_of_no_more(web: Web) -> None:
    ann = await make_person(web.platform)
    job_id = await make_job(web.platform, ann)
    async with web.talk(ann.headers) as talk:
        await talk.subscribe(f"job:{job_id}")
        async with web.platform.database.transaction() as session:
            await session.execute(delete(Job).where(Job.id == job_id))
        error = await talk.hear("error")
    assert (error["code"], error["topic"]) == ("not_found", f"job:{job_id}")


@pytest.mark.parametrize(
    "sent", ["", "[]", '{"type": "dance"}', '{"type": "subscribe"}', '{"type": "subscribe", "topics": 7}', b"\xff"]
)
async def test_nonsense_is_answered_and_forgiven(sent: str | bytes, calm_web: Web, ann: Person) -> None:
    async with calm_web.talk(ann.headers) as talk:
        await talk.connection.send(sent)
        assert (await talk.hear("error"))["code"] == "message_invalid"
        assert (await talk.subscribe(f"user:{ann.id}"))["topics"] == [f"user:{ann.id}"]


async def test_a_message_beyond_the_limit_ends_the_talk(calm_web: Web, ann: Person) -> None:
    async with calm_web.talk(ann.headers) as talk:
        await talk.say("subscribe", topics=["x" * 70_000])
        error, code = await talk.closed()
    assert (error["code"], code) == ("too_large", 4413)


async def test_a_connection_listens_to_so_many_topics_and_no_more(web: Web) -> None:
    ann = await make_person(web.platform)
    jobs = [f"job:{await make_job(web.platform, ann)}" for _ in range(6)]
    async with web.talk(ann.headers) as talk:
        assert len((await talk.subscribe(*jobs[:5]))["topics"]) == 5
        await talk.say("subscribe", topics=jobs[5:])
        assert (await talk.hear("error"))["code"] == "too_many_topics"
        assert len((await talk.subscribe(*jobs[:5]))["topics"]) == 5
