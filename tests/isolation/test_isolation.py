"""What belongs to one user is not there for another: not by id, in no list, search, count or event."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.routing import Route as StarletteRoute
from tests.conftest import ORIGIN
from tests.factories.users import Person, make_person
from tests.isolation.resource import Ask, Made, Owner, Resource, filled
from tests.isolation.table import ADMINISTRATIVE, NOT_LISTS, OPEN, RESOURCES

from maquette.accounts.actor import Role
from maquette.app import create_app
from maquette.platform.runtime import Platform
from maquette.realtime.topics import TopicRules
from maquette.slices import SLICES

UNKNOWN = "01890000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of the OpenAPI document."""

    method: str
    path: str

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(re.findall(r"{(\w+)}", self.path))

    def with_id(self, given: str) -> str:
        return re.sub(r"{\w+}", given, self.path)


@pytest.fixture
def routes(platform: Platform) -> list[Route]:
    """Every operation that is documented."""
    document = create_app(platform.settings, platform).openapi()
    return [Route(method.upper(), path) for path, operations in document["paths"].items() for method in operations]


each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)


@dataclass(slots=True)
class Scene:
    """A thing, its owner, and another who wants it."""

    made: Made
    owner: httpx.AsyncClient
    other: httpx.AsyncClient
    owner_person: Person
    other_person: Person


@pytest.fixture
async def scene(resource: Resource, client: httpx.AsyncClient, platform: Platform) -> Scene:
    """A has made the thing; B is another member."""
    a, b = await make_person(platform), await make_person(platform)
    owner = a.at(client)
    made = await resource.make(Owner(platform, owner, a))
    return Scene(made, owner, b.at(client), a, b)


def tells_of(answer: httpx.Response, made: Made) -> bool:
    return any(mark in answer.text for mark in made.marks)


def forms(resource: Resource, route: Route) -> Iterator[dict[str, Any]]:
    """The requests to try at a route with the id: the plain one, and with what else the table says."""
    key = (route.method, route.path)
    body = {"json": resource.bodies[key]} if key in resource.bodies else {}
    yield body
    if key in resource.queries:
        yield {**body, "params": resource.queries[key]}


@each_resource
async def test_by_id_there_is_nothing_for_another(resource: Resource, scene: Scene, routes: list[Route]) -> None:
    own = [route for route in routes if resource.parameter in route.parameters]
    assert own, f"no route has {{{resource.parameter}}}"
    for route in own:
        for form in forms(resource, route):
            answer = await scene.other.request(route.method, route.with_id(scene.made.id), **form)
            assert answer.status_code == 404, f"{route.method} {route.path}: {answer.status_code} {answer.text}"
            assert not {mark for mark in scene.made.marks if mark in answer.text and mark != scene.made.id}
            unknown = await scene.other.request(route.method, route.with_id(UNKNOWN), **form)
            assert _shape(unknown) == _shape(answer), "what is another's must look like what is not there"
    if resource.still_there is not None:
        path = resource.still_there.format(**{resource.parameter: scene.made.id})
        answer = await scene.owner.get(path)
        assert answer.status_code == 200, "the other changed something"
        assert tells_of(answer, scene.made)


def _shape(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], re.sub(r"[0-9a-f-]{36}", "<id>", error["message"])


async def ask(client: httpx.AsyncClient, asked: Ask, made: Made) -> httpx.Response:
    body = {} if asked.body is None else {"json": filled(asked.body, made)}
    return await client.request(asked.method, asked.path, params=filled(asked.query, made), **body)


@each_resource
async def test_no_list_search_or_count_tells_another(resource: Resource, scene: Scene) -> None:
    for asked in resource.asks:
        seen = await ask(scene.owner, asked, scene.made)
        assert seen.status_code == 200, seen.text
        assert tells_of(seen, scene.made), f"{asked.path} does not tell even the owner: the test would prove nothing"
        hidden = await ask(scene.other, asked, scene.made)
        assert hidden.status_code == 200, hidden.text
        assert not tells_of(hidden, scene.made), f"{asked.path} {dict(asked.query)} told another"
        if hidden.json().get("total") is not None:
            assert hidden.json()["total"] == len(hidden.json()["items"]), "what is hidden is not counted either"


@pytest.mark.parametrize("resource", [each for each in RESOURCES if each.topic], ids=lambda each: each.name)
async def test_no_event_tells_another(resource: Resource, scene: Scene, platform: Platform) -> None:
    rules = TopicRules(platform)
    wanted = [f"{resource.topic}:{scene.made.id}", f"user:{scene.owner_person.id}"]
    assert await rules.allowed(scene.owner_person.actor, wanted) == set(wanted)
    assert await rules.allowed(scene.other_person.actor, wanted) == set()


async def test_a_timeline_counts_only_the_own(client: httpx.AsyncClient, platform: Platform) -> None:
    media = next(resource for resource in RESOURCES if resource.name == "media")
    a, b = await make_person(platform), await make_person(platform)
    await media.make(Owner(platform, a.at(client), a))
    for person, expected in ((a, 1), (b, 0)):
        timeline = (await client.get("/api/v1/media/timeline", headers=person.headers)).json()
        assert sum(bucket["count"] for bucket in timeline["buckets"]) == expected


async def test_a_selection_leaves_out_what_is_anothers(client: httpx.AsyncClient, platform: Platform) -> None:
    media = next(resource for resource in RESOURCES if resource.name == "media")
    a, b = await make_person(platform), await make_person(platform)
    made = await media.make(Owner(platform, a.at(client), a))
    for action in ("trash", "delete", "restore"):
        body = {"action": action, "media_ids": [made.id]}
        assert (await client.post("/api/v1/media/bulk", json=body, headers=b.headers)).json() == {"changed": 0}
    assert (await client.delete("/api/v1/media/trash", headers=b.headers)).status_code == 200
    read = await client.get(f"/api/v1/media/{made.id}", headers=a.headers)
    assert (read.status_code, read.json()["trashed_at"]) == (200, None)


async def test_who_runs_the_installation_is_told_apart_by_role_alone(
    client: httpx.AsyncClient, platform: Platform, routes: list[Route]
) -> None:
    member, other = await make_person(platform), await make_person(platform, Role.VIEWER)
    for route in routes:
        if not route.parameters & ADMINISTRATIVE:
            continue
        statuses = {
            (await client.request(route.method, route.with_id(given), headers=member.headers, json={})).status_code
            for given in (str(other.id), str(member.id), UNKNOWN)
        }
        assert statuses == {403}, route


def test_every_route_with_an_id_is_in_the_table(routes: list[Route]) -> None:
    covered = {resource.parameter for resource in RESOURCES} | ADMINISTRATIVE
    missing = [route for route in routes if route.parameters - covered]
    assert missing == [], "enter the resource in tests/isolation/table.py"


def test_every_list_is_in_the_table(routes: list[Route]) -> None:
    lists = {route.path for route in routes if route.method == "GET" and not route.parameters}
    covered = {asked.path for resource in RESOURCES for asked in resource.asks}
    assert lists - covered - set(NOT_LISTS) == set(), "enter the list as an ask of its resource"
    assert set(NOT_LISTS) - lists == set(), "this route is gone"


async def test_all_but_a_few_doors_need_a_caller(platform: Platform, routes: list[Route]) -> None:
    assert {(route.method, route.path) for route in routes} >= OPEN
    app = create_app(platform.settings, platform)
    # From another network: what this machine may ask (metrics) is not for everybody.
    transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}) as stranger:
        for route in routes:
            if (route.method, route.path) in OPEN:
                continue
            answer = await stranger.request(route.method, route.with_id(UNKNOWN))
            assert answer.status_code == 401, f"{route.method} {route.path} answers a stranger {answer.status_code}"
            assert answer.json()["error"]["code"] == "unauthenticated"


def test_no_route_hides_from_the_document(routes: list[Route]) -> None:
    """What is not documented is not tried above: only the WebSocket, which has tests of its own."""
    documented = {(route.method, route.path.removeprefix("/api/v1")) for route in routes}
    hidden = [
        (method, route.path)
        for each in SLICES
        for router in (*each.routers, *each.root_routers)
        for route in router.routes
        if isinstance(route, StarletteRoute)
        for method in route.methods or ()
        if method != "HEAD" and (method, route.path) not in documented
    ]
    assert hidden == []
