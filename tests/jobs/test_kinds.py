"""Kinds of job that an administrator holds back."""

from typing import ClassVar

import httpx
import pytest
from tests.factories.users import Person, make_person

from maquette.accounts.actor import Role
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.sweep import PruneJobs
from maquette.platform.jobs.task import JobRequest
from maquette.platform.runtime import Platform

KINDS = "/api/v1/jobs/kinds"


class Unknown(JobRequest):
    kind: ClassVar[str] = "test.unknown"


@pytest.fixture
async def boss(client: httpx.AsyncClient, platform: Platform) -> httpx.AsyncClient:
    return (await make_person(platform, Role.ADMINISTRATOR)).at(client)


@pytest.fixture
async def ann(platform: Platform) -> Person:
    return await make_person(platform)


async def test_every_kind_is_listed_with_how_many_wait(boss: httpx.AsyncClient, platform: Platform) -> None:
    async with platform.database.transaction() as session:
        await enqueue(session, PruneJobs())
        await enqueue(session, Unknown())
    found = {each["kind"]: each for each in (await boss.get(KINDS)).json()["items"]}
    assert found[PruneJobs.kind] == {"kind": PruneJobs.kind, "is_paused": False, "queued": 1}
    assert found["media.make_variants"]["queued"] == 0
    assert Unknown.kind not in found


async def test_a_kind_is_paused_and_resumed(boss: httpx.AsyncClient) -> None:
    for _ in range(2):
        paused = await boss.post(f"{KINDS}/{PruneJobs.kind}/pause")
        assert (paused.status_code, paused.json()["is_paused"]) == (200, True)
    listed = [each["kind"] for each in (await boss.get(KINDS)).json()["items"] if each["is_paused"]]
    assert listed == [PruneJobs.kind]
    resumed = await boss.post(f"{KINDS}/{PruneJobs.kind}/resume")
    assert (resumed.status_code, resumed.json()["is_paused"]) == (200, False)


@pytest.mark.parametrize(("kind", "status"), [("test.unknown", 404), ("no kind", 422), ("%00", 422)])
async def test_an_unknown_kind_is_refused(kind: str, status: int, boss: httpx.AsyncClient) -> None:
    for verb in ("pause", "resume"):
        assert (await boss.post(f"{KINDS}/{kind}/{verb}")).status_code == status


async def test_only_administrators_hold_jobs_back(client: httpx.AsyncClient, ann: Person) -> None:
    for method, path in (("GET", ""), ("POST", f"/{PruneJobs.kind}/pause"), ("POST", f"/{PruneJobs.kind}/resume")):
        answer = await client.request(method, f"{KINDS}{path}", headers=ann.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "administrator_needed")


async def test_a_list_of_a_kind_that_no_text_can_name_is_refused(client: httpx.AsyncClient, ann: Person) -> None:
    answer = await client.get("/api/v1/jobs", params={"kind": "a\0b"}, headers=ann.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
