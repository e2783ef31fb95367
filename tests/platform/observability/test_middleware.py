"""The one middleware: ids, headers, limits of bodies, crashes and outages, and what is written down of each."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from prometheus_client import REGISTRY
from pydantic import BaseModel
from redis.exceptions import ConnectionError as ValkeyGone
from redis.exceptions import ResponseError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

from maquette.kit.errors import MaquetteError
from maquette.kit.http.errors import handle_http, handle_named
from maquette.platform.observability.middleware import add_middleware
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings

LIMIT = 2048
FAULTS: dict[str, Exception] = {
    "bug": ZeroDivisionError("secret-of-the-house"),
    "file": FileNotFoundError("/some/file"),
    "script": ResponseError("a fault of ours in a script"),
    "valkey": ValkeyGone("Connection refused"),
    "pool": PoolTimeout("QueuePool limit"),
    "gone": ClientDisconnect(),
}


class Body(BaseModel):
    text: str


def settings(tmp_path: Path, **more: str) -> Settings:
    return Settings({GeneralSettings: GeneralSettings(data_dir=tmp_path, max_body_size=LIMIT, **more)})


def make_app(settings: Settings) -> FastAPI:
    app = FastAPI(exception_handlers={MaquetteError: handle_named, HTTPException: handle_http})

    @app.get("/things/{number}")
    async def thing(number: int, request: Request) -> dict[str, object]:
        return {"number": number, "request_id": request.state.request_id}

    @app.post("/things")
    async def add(body: Body) -> int:
        return len(body.text)

    @app.post("/api/v1/media")
    async def upload(request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    @app.get("/fault/{kind}")
    async def fault(kind: str) -> None:
        raise FAULTS[kind]

    @app.get("/half")
    async def half() -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"first"
            raise ZeroDivisionError

        return StreamingResponse(chunks())

    @app.get("/limited")
    async def limited(request: Request) -> str:
        request.state.limit_headers = [(b"ratelimit-remaining", b"7")]
        return "ok"

    @app.websocket("/ws")
    async def socket(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(socket.state.request_id)
        await socket.close()

    add_middleware(app, settings)
    return app


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app(settings(tmp_path)), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_every_answer_has_an_id_that_the_endpoint_knows(client: httpx.AsyncClient) -> None:
    first, second = await client.get("/things/1"), await client.get("/things/1")
    assert first.headers["x-request-id"] == first.json()["request_id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_a_sane_id_of_the_caller_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/things/1", headers={"X-Request-ID": "trace-0123456789"})
    assert answer.headers["x-request-id"] == "trace-0123456789"


@pytest.mark.parametrize("given", ["short", "x" * 65, "has space 123", 'quote"quote"', "new\\nline12"])
async def test_any_other_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/things/1", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] != given


@pytest.mark.parametrize("path", ["/things/1", "/nowhere", "/fault/bug"])
async def test_the_browser_is_told_to_stay_at_home(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert "strict-transport-security" not in headers


async def test_https_is_remembered_where_the_address_is_https(tmp_path: Path) -> None:
    app = make_app(settings(tmp_path, public_url="https://pictures.example.org"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert "strict-transport-security" in (await client.get("/things/1")).headers


async def test_a_crash_is_500_with_the_id_and_without_a_trace(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/fault/bug")
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["code"] == "internal_error"
    assert error["request_id"] == answer.headers["x-request-id"]
    assert "secret-of-the-house" not in answer.text
    written = caplog.text + capsys.readouterr().out
    assert "ZeroDivisionError" in written
    assert "secret-of-the-house" in written


@pytest.mark.parametrize(("kind", "status"), [("valkey", 503), ("pool", 503), ("script", 500), ("file", 500)])
async def test_an_outage_is_503_and_a_fault_of_ours_is_500(client: httpx.AsyncClient, kind: str, status: int) -> None:
    answer = await client.get(f"/fault/{kind}")
    assert answer.status_code == status
    if status == 503:
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["error"]["code"] == "service_unavailable"


async def test_a_body_over_the_limit_is_refused_unread(client: httpx.AsyncClient) -> None:
    answer = await client.post("/things", json={"text": "x" * LIMIT})
    assert answer.status_code == 413
    error = answer.json()["error"]
    assert (error["code"], error["details"]) == ("too_large", {"limit": LIMIT})
    assert str(LIMIT) in error["message"]


async def test_a_body_at_the_limit_is_taken(client: httpx.AsyncClient) -> None:
    body = json.dumps({"text": "x" * (LIMIT - 12)}).encode()
    assert len(body) == LIMIT
    answer = await client.post("/things", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


async def test_a_body_that_claims_no_length_is_counted(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 512

    answer = await client.post("/things", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


async def test_uploads_are_not_held_to_the_limit_of_bodies(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/media", content=b"x" * (3 * LIMIT))
    assert answer.json() == 3 * LIMIT


async def test_head_is_answered_wherever_get_is(client: httpx.AsyncClient) -> None:
    answer = await client.head("/things/1")
    assert answer.status_code == 200
    assert "x-request-id" in answer.headers


async def test_headers_of_the_limit_reach_the_answer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/limited")).headers["ratelimit-remaining"] == "7"


async def test_requests_are_counted_by_template_and_status(client: httpx.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/things/{number}", "status": "200"}
    before = counted("maquette_requests_total", **labels)
    for number in range(3):
        await client.get(f"/things/{number}")
    assert counted("maquette_requests_total", **labels) == before + 3
    assert counted("maquette_request_seconds_count", method="GET", route="/things/{number}") >= 3


async def test_unknown_paths_and_methods_do_not_fill_the_metrics(client: httpx.AsyncClient) -> None:
    await client.get("/one")
    await client.get("/two")
    await client.request("BREW", "/three")
    routes = {sample.labels.get("route") for metric in REGISTRY.collect() for sample in metric.samples}
    methods = {sample.labels.get("method") for metric in REGISTRY.collect() for sample in metric.samples}
    assert "unmatched" in routes
    assert not {"/one", "/two", "/three"} & routes
    assert "BREW" not in methods


async def test_a_caller_who_goes_away_is_no_error(
    client: httpx.AsyncClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/fault/gone", "raw_path": b"/fault/gone", "headers": []}
    scope |= {"query_string": b"", "root_path": "", "scheme": "http", "server": ("test", 80), "client": ("1.2.3.4", 5)}
    before = counted("maquette_requests_total", method="GET", route="/fault/{kind}", status="499")
    await make_app(settings(tmp_path))(scope, receive, send)
    assert sent == []
    assert "Traceback" not in caplog.text
    assert counted("maquette_requests_total", method="GET", route="/fault/{kind}", status="499") == before + 1


async def test_a_crash_in_the_middle_of_an_answer_does_not_send_a_second_one(tmp_path: Path) -> None:
    sent: list[Message] = []
    never = asyncio.Event()

    async def receive() -> Message:
        await never.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/half", "raw_path": b"/half", "headers": []}
    scope |= {"query_string": b"", "root_path": "", "scheme": "http", "server": ("test", 80), "client": ("1.2.3.4", 5)}
    await make_app(settings(tmp_path))(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


def test_a_sane_line_is_written_for_every_request(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def ask() -> None:
        app = make_app(settings(tmp_path, log_format="json"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            await client.get("/things/7", headers={"X-Request-ID": "trace-0123456789"})

    asyncio.run(ask())
    lines = [json.loads(line) for line in io.StringIO(capfd.readouterr().err) if line.startswith("{")]
    assert len(lines) == 1
    line = lines[0]
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "GET", "/things/7", 200)
    assert line["request_id"] == "trace-0123456789"
    assert line["milliseconds"] > 0


def test_a_path_cannot_draw_on_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def ask() -> None:
        app = make_app(settings(tmp_path))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            await client.get("/a%1b[31m%0aFAKE LINE")

    asyncio.run(ask())
    written = capfd.readouterr().err
    assert "\x1b[31m" not in written
    assert written.count("\n") == 1
