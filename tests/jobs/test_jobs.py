"""Jobs as their owner sees them over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

import httpx
import pytest
from tests.factories.users import Person, make_person

from maquette.accounts.actor import Role
from maquette.kit.ids import new_id
from maquette.platform.database.database import count_queries
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.task import JobRequest
from maquette.platform.runtime import Platform

JOBS = "/api/v1/jobs"


class Paint(JobRequest):
    kind: ClassVar[str] = "test.paint"


class Mount(JobRequest):
    kind: ClassVar[str] = "test.mount"
    media_id: UUID
    album_id: UUID | None = None
    colour: str = "black"


class Frame(JobRequest):
    kind: ClassVar[str] = "test.frame"


async def make_job(platform: Platform, owner_id: UUID | None, request: JobRequest | None = None, **values: Any) -> UUID:
    async with platform.database.transaction() as session:
        job = await enqueue(session, request or Paint(), owner_id=owner_id, unique_key=values.pop("unique_key", None))
        for name, value in values.items():
            setattr(job, name, value)
        return job.id


@pytest.fixture
async def ann(platform: Platform) -> Person:
    return await make_person(platform)


async def test_a_job_is_told_whole(client: httpx.AsyncClient, platform: Platform, ann: Person) -> None:
    error = {"code": "not_found", "message": "The file is gone."}
    job_id = await make_job(platform, ann.id, state="failed", error=error, attempt=2, progress=0.5, message="half")
    answer = await client.get(f"{JOBS}/{job_id}", headers=ann.headers)
    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "id": str(job_id),
        "kind": "test.paint",
        "queue": "default",
        "about": {},
        "state": "failed",
        "progress": 0.5,
        "message": "half",
        "error": error,
        "result": None,
        "attempts": 2,
        "max_attempts": 5,
        "cancel_requested": False,
        "owner_id": str(ann.id),
        "run_at": None,
        "started_at": None,
        "finished_at": None,
    }


async def test_a_job_says_what_it_is_about(client: httpx.AsyncClient, platform: Platform, ann: Person) -> None:
    media_id = new_id()
    job_id = await make_job(platform, ann.id, Mount(media_id=media_id))
    assert (await client.get(f"{JOBS}/{job_id}", headers=ann.headers)).json()["about"] == {"media_id": str(media_id)}


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/cancel"), ("POST", "/retry")])
async def test_other_peoples_jobs_are_not_there(
    method: str, path: str, client: httpx.AsyncClient, platform: Platform, ann: Person
) -> None:
    bob = await make_person(platform)
    job_id = await make_job(platform, ann.id)
    for wanted in (job_id, new_id()):
        answer = await client.request(method, f"{JOBS}/{wanted}{path}", headers=bob.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    listed = (await client.get(JOBS, headers=bob.headers, params={"total": "true"})).json()
    assert (listed["items"], listed["total"]) == ([], 0)


async def test_a_stranger_sees_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get(JOBS)).status_code == 401


async def test_an_administrator_sees_everybodys_when_asking(
    client: httpx.AsyncClient, platform: Platform, ann: Person
) -> None:
    boss = await make_person(platform, Role.ADMINISTRATOR)
    theirs, own, nobodys = (
        await make_job(platform, ann.id),
        await make_job(platform, boss.id),
        await make_job(platform, None),
    )
    listed = (await client.get(JOBS, headers=boss.headers)).json()
    assert [item["id"] for item in listed["items"]] == [str(own)]
    everyone = (await client.get(JOBS, headers=boss.headers, params={"all": "true"})).json()
    assert [item["id"] for item in everyone["items"]] == [str(nobodys), str(own), str(theirs)]
    assert (await client.get(f"{JOBS}/{theirs}", headers=boss.headers)).status_code == 200
    assert (await client.get(JOBS, headers=ann.headers, params={"all": "true"})).status_code == 403


async def test_pages_run_through_every_job_once_newest_first(
    client: httpx.AsyncClient, platform: Platform, ann: Person
) -> None:
    made = [str(await make_job(platform, ann.id)) for _ in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "3", "total": "true"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(JOBS, headers=ann.headers, params=params)).json()
        assert page["total"] == 7
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_a_list_is_filtered_by_state_and_kind(client: httpx.AsyncClient, platform: Platform, ann: Person) -> None:
    await make_job(platform, ann.id)
    failed = await make_job(platform, ann.id, state="failed")
    framed = await make_job(platform, ann.id, Frame(), state="failed")
    for params, expected in (
        ({"state": "failed"}, [framed, failed]),
        ({"state": ["failed"], "kind": "test.paint"}, [failed]),
        ({"kind": "test.frame"}, [framed]),
        ({"state": "cancelled"}, []),
    ):
        listed = (await client.get(JOBS, headers=ann.headers, params=params)).json()
        assert [item["id"] for item in listed["items"]] == [str(job_id) for job_id in expected]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 10**9}, {"cursor": "nonsense"}, {"state": "asleep"}])
async def test_bad_questions_are_refused(params: dict[str, Any], client: httpx.AsyncClient, ann: Person) -> None:
    answer = await client.get(JOBS, headers=ann.headers, params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
    assert (await client.get(f"{JOBS}/7", headers=ann.headers)).status_code == 422


async def test_a_waiting_job_is_cancelled_and_tried_again(
    client: httpx.AsyncClient, platform: Platform, ann: Person
) -> None:
    job_id = await make_job(platform, ann.id)
    cancelled = await client.post(f"{JOBS}/{job_id}/cancel", headers=ann.headers)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["finished_at"] is not None
    again = await client.post(f"{JOBS}/{job_id}/cancel", headers=ann.headers)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "job_finished")
    retried = await client.post(f"{JOBS}/{job_id}/retry", headers=ann.headers)
    assert (retried.status_code, retried.json()["state"], retried.json()["finished_at"]) == (200, "queued", None)
    twice = await client.post(f"{JOBS}/{job_id}/retry", headers=ann.headers)
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "job_not_finished")


async def test_a_running_job_is_asked_to_end(client: httpx.AsyncClient, platform: Platform, ann: Person) -> None:
    job_id = await make_job(platform, ann.id, state="running", attempt=1)
    answer = (await client.post(f"{JOBS}/{job_id}/cancel", headers=ann.headers)).json()
    assert (answer["state"], answer["cancel_requested"]) == ("running", True)


async def test_a_retry_waits_for_another_job_that_does_the_same(
    client: httpx.AsyncClient, platform: Platform, ann: Person
) -> None:
    failed = await make_job(platform, ann.id, unique_key="scan", state="failed")
    await make_job(platform, ann.id, unique_key="scan")
    answer = await client.post(f"{JOBS}/{failed}/retry", headers=ann.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "job_already_active")
    async with platform.database.reading() as session:
        assert (await session.get_one(Job, failed)).state == "failed"


async def test_a_viewer_sees_jobs_and_cancels_none(client: httpx.AsyncClient, platform: Platform) -> None:
    viewer = await make_person(platform, Role.VIEWER)
    job_id = await make_job(platform, viewer.id)
    assert (await client.get(f"{JOBS}/{job_id}", headers=viewer.headers)).status_code == 200
    assert (await client.post(f"{JOBS}/{job_id}/cancel", headers=viewer.headers)).status_code == 403


async def test_a_list_takes_one_query_whatever_its_length(
    client: httpx.AsyncClient, platform: Platform, ann: Person
) -> None:
    await client.get(JOBS, headers=ann.headers)
    for number in (1, 20):
        for _ in range(number):
            await make_job(platform, ann.id)
        asked: list[str] = []
        stop = count_queries(platform.database.engine, asked)
        await client.get(JOBS, headers=ann.headers)
        stop()
        assert len([each for each in asked if "SAVEPOINT" not in each]) == 1
