"""Whatever is wrong with a request, the answer is the same envelope: a table of faults over all routes."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.conftest import ORIGIN

from maquette.app import create_app, load
from maquette.kit.database.pagination import encode_cursor
from maquette.platform.runtime import Platform

DOCUMENT: dict[str, Any] = create_app(load(environ={})).openapi()
NEEDED = {"start": "2020-01-01", "end": "2020-12-31", "q": "a"}
"""Values of the parameters that a route cannot do without."""
NOBODY = "01890000-0000-7000-8000-000000000000"
WRONG_IDS = ("x", "1", "00000000-0000-0000-0000-00000000000g", "..%2F..%2Fetc", "%00", "'%20OR%201=1", "é" * 50)
WRONG_CURSORS = (
    "",
    "x",
    "\0",
    "bm90IGpzb24",
    "WyJuZXdlc3QiLFsiZCIsIjk5OTk5Il1d",
    "é",
    encode_cursor("another list", ["a"]),
    encode_cursor("newest", [1, 2, 3]),
    "A" * 400,
)
WRONG_LIMITS = ("0", "-1", "1000000000", "99999999999999999999", "x", "1.5", "")


def named(*, method: str | None = None, parameter: str | None = None, body: str | None = None) -> list[Any]:
    """Operations as (method, path), those that have what is asked for."""
    found = []
    for path, methods in DOCUMENT["paths"].items():
        for each, operation in methods.items():
            parameters = {found["name"] for found in operation.get("parameters", [])}
            kinds = operation.get("requestBody", {}).get("content", {})
            is_meant = (
                (method is None or each == method)
                and (parameter is None or parameter in parameters)
                and (body is None or body in kinds)
            )
            if is_meant:
                found.append(pytest.param(each.upper(), path, id=f"{each.upper()} {path}"))
    assert found
    return found


WITH_ID = [each for each in named() if "{" in each.values[1]]


def needed(method: str, path: str) -> dict[str, str]:
    """The query that a route cannot do without."""
    parameters = DOCUMENT["paths"][path][method.lower()].get("parameters", [])
    return {each["name"]: NEEDED[each["name"]] for each in parameters if each["in"] == "query" and each["required"]}


def is_closed(method: str, path: str) -> bool:
    """Whether a route is for those who are logged in. Metrics are open to this machine, where Prometheus may run."""
    return bool(DOCUMENT["paths"][path][method.lower()].get("security")) and path != "/metrics"


def somewhere(path: str, identifier: str = NOBODY) -> str:
    """The path with its places filled."""
    return re.sub(r"\{[^}]+\}", identifier, path)


def refusal(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The error of an answer, which has to be the envelope."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert re.fullmatch(r"[a-z][a-z0-9_]*", error["code"])
    assert error["message"]
    assert isinstance(error["details"], dict)
    assert error["request_id"] == answer.headers["x-request-id"]
    return error


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT"])
def test_unknown_paths(stranger: httpx.Client, method: str) -> None:
    for path in ("/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/media/x/y/z", "/api/v2/media"):
        assert refusal(stranger.request(method, path), 404)["code"] == "not_found"


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
def test_methods_that_a_path_does_not_take(stranger: httpx.Client, path: str) -> None:
    answer = stranger.put(somewhere(path))
    assert refusal(answer, 405)["code"] == "method_not_allowed"
    allowed = {each.strip() for each in answer.headers["allow"].split(",")}
    assert {method.upper() for method in DOCUMENT["paths"][path]} <= allowed
    assert "PUT" not in allowed


@pytest.mark.parametrize(("method", "path"), named(body="application/json"))
def test_bodies_that_are_not_the_json_that_is_asked_for(administrator: httpx.Client, method: str, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"\xff\xfe", b'{"a":', b"nonsense", b'"text"', b"[]", b"1", b"[" * 100_000):
        answer = administrator.request(method, somewhere(path), content=body, headers=headers)
        assert refusal(answer, 400, 422)["code"] in {"validation_error", "bad_request"}, body[:20]


async def test_bodies_that_are_too_large(client: httpx.AsyncClient) -> None:
    """Within one process: over a real connection the answer may meet the rest of the body on its way."""
    body = b'{"name": "' + b"x" * 1024 * 1024 + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    for operation in named(body="application/json"):
        method, path = map(str, operation.values)
        # The second has no length, as it comes in pieces.
        for content in (body, pieces()):
            headers = {"Content-Type": "application/json"}
            answer = await client.request(method, somewhere(path), content=content, headers=headers)
            assert refusal(answer, 413)["code"] == "too_large", operation.id


def test_uploads_that_are_no_form(administrator: httpx.Client) -> None:
    assert refusal(administrator.post("/api/v1/media", json={"file": "x"}), 415)
    assert refusal(administrator.post("/api/v1/media", data={"title": "x"}), 400, 415)
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert refusal(administrator.post("/api/v1/media", content=b"nonsense", headers=broken), 400)


@pytest.mark.parametrize(("method", "path"), WITH_ID)
def test_ids_that_are_none(administrator: httpx.Client, method: str, path: str) -> None:
    for identifier in WRONG_IDS:
        # A slash in an id makes it another path, at which there is nothing.
        error = refusal(administrator.request(method, somewhere(path, identifier), json={}), 404, 405, 422)
        assert error["code"] in {"validation_error", "not_found", "method_not_allowed"}, identifier


@pytest.mark.parametrize(("method", "path"), WITH_ID)
def test_ids_of_nothing(administrator: httpx.Client, method: str, path: str) -> None:
    assert refusal(administrator.request(method, somewhere(path), json={}), 404)["code"] == "not_found"


@pytest.mark.parametrize(("method", "path"), named(parameter="cursor"))
def test_cursors_that_no_list_made(administrator: httpx.Client, method: str, path: str) -> None:
    for cursor in WRONG_CURSORS:
        error = refusal(administrator.request(method, path, params={**needed(method, path), "cursor": cursor}), 422)
        assert error["details"]["fields"][0]["path"].endswith("cursor"), cursor


@pytest.mark.parametrize(("method", "path"), named(parameter="limit"))
def test_limits_that_cannot_be(administrator: httpx.Client, method: str, path: str) -> None:
    for limit in WRONG_LIMITS:
        error = refusal(administrator.request(method, path, params={**needed(method, path), "limit": limit}), 422)
        assert error["code"] == "validation_error"
        assert error["details"]["fields"][0]["path"] == "query.limit", limit


@pytest.mark.parametrize(("method", "path"), [each for each in named() if is_closed(*each.values)])
def test_strangers(stranger: httpx.Client, method: str, path: str) -> None:
    answer = stranger.request(method, somewhere(path), params=needed(method, path))
    assert refusal(answer, 401)["code"] == "unauthenticated"


@pytest.mark.parametrize("proof", [{"Authorization": "Bearer x"}, {"Authorization": "Basic x"}, {"X-API-Key": "x"}])
def test_proofs_that_prove_nothing(stranger: httpx.Client, proof: dict[str, str]) -> None:
    refusal(stranger.get("/api/v1/media", headers=proof), 401)


async def test_a_crash_tells_its_request_id_and_nothing_else(platform: Platform) -> None:
    app = create_app(platform.settings, platform)
    add_first(app, "/api/v1/crash", crash)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        answer = await client.get("/api/v1/crash", headers={"X-Request-ID": "asked-by-a-test"})
    error = refusal(answer, 500)
    assert error["code"] == "internal_error"
    assert error["request_id"] == "asked-by-a-test"
    assert error["details"] == {}
    for secret in ("ZeroDivisionError", "Traceback", "hunter2", ".py"):
        assert secret not in answer.text


async def crash() -> None:
    """A fault that nobody foresaw, with something in it that nobody should see."""
    raise ZeroDivisionError("the password is hunter2")


def add_first(app: FastAPI, path: str, endpoint: Any) -> None:
    """Add a route before the one that answers whatever is left."""
    app.add_api_route(path, endpoint)
    app.router.routes.insert(0, app.router.routes.pop())
