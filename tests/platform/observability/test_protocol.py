"""What is refused before there is a request, over a real connection: the same envelope as every other error."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from prometheus_client import REGISTRY
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from maquette.platform.observability.protocol import HEAD_LIMIT, protocol_for
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings

MALFORMED = {
    "no HTTP": b"NONSENSE\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "version": b"GET / HTTP/9.9\r\n\r\n",
    "address": b"GET http://[x HTTP/1.1\r\nHost: a\r\n\r\n",
    "address that is not ASCII": "GET /é HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    "header name": b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n",
    "length that is no number": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "negative length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "endless length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "broken chunk": b"POST /read HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * HEAD_LIMIT + b"\r\n\r\n",
    "long address": b"GET /" + b"x" * HEAD_LIMIT + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X-One: more\r\n" * 8_000 + b"\r\n",
}


@dataclass(slots=True)
class Answer:
    """One answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        body = json.loads(self.body)
        assert set(body) == {"error"}
        found: dict[str, Any] = body["error"]
        return found


async def answer_of(reader: asyncio.StreamReader) -> Answer:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), headers, await reader.readexactly(int(headers["content-length"])))


class App:
    """Answers when it is let, with the body it read."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body() if scope["path"] == "/read" else b"unread"
        await self.may_answer.wait()
        await PlainTextResponse(body)(scope, receive, send)


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def port(app: App, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """A running server with our connections."""
    more = getattr(request, "param", {})
    settings = Settings({GeneralSettings: GeneralSettings(data_dir=tmp_path, **more)})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, http=protocol_for(settings), ws="none", lifespan="off", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        server.config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])
        yield int(listener.getsockname()[1])
        await server.shutdown(sockets=[listener])


async def ask(port: int, *pieces: bytes, pause: float = 0.0) -> list[Answer]:
    """Every answer until the server ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)
    answers = []
    while not reader.at_eof():
        try:
            answers.append(await asyncio.wait_for(answer_of(reader), 10))
        except asyncio.IncompleteReadError as error:
            assert error.partial == b""  # noqa: PT017  # the end, and not in the middle of an answer
    writer.close()
    return answers


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_no_http_is_answered_in_the_envelope(
    port: int, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    labels = {"method": "OTHER", "route": "unparsed", "status": "400"}
    before = REGISTRY.get_sample_value("maquette_requests_total", labels) or 0.0
    (answer,) = await ask(port, sent)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    error = answer.error
    assert set(error) == {"code", "message", "details", "request_id"}
    assert (error["code"], error["details"]) == ("bad_request", {})
    assert error["message"].endswith(".")
    assert error["request_id"] == answer.headers["x-request-id"]
    assert f"400 0.0 ms 127.0.0.1 request_id={error['request_id']}" in capfd.readouterr().err
    assert REGISTRY.get_sample_value("maquette_requests_total", labels) == before + 1


async def test_the_message_says_what_is_wrong(port: int) -> None:
    said = {name: (await ask(port, sent))[0].error["message"] for name, sent in MALFORMED.items()}
    assert "Duplicate Content-Length" in said["two lengths"]
    assert "Invalid HTTP version" in said["version"]
    assert "Percent-encode" in said["address that is not ASCII"]
    assert str(HEAD_LIMIT) in said["long header"]
    assert str(HEAD_LIMIT) in said["many headers"]


async def test_a_head_without_end_is_not_read_for_ever(port: int) -> None:
    pieces = [b"GET / HTTP/1.1\r\nHost: a\r\nX-Endless: ", *[b"x" * 10_000] * 40]
    (answer,) = await ask(port, *pieces, pause=0.005)
    assert answer.status == 400
    assert str(HEAD_LIMIT) in answer.error["message"]


async def test_a_head_that_comes_in_small_pieces_and_a_body_of_any_length_are_taken(port: int) -> None:
    body = b"y" * (5 * HEAD_LIMIT)
    head = b"POST /read HTTP/1.1\r\nX-Long: " + b"x" * (HEAD_LIMIT - 1000) + b"\r\nConnection: close\r\n"
    head += b"Content-Length: %d\r\n\r\n" % len(body)
    pieces = [head[start : start + 9_000] for start in range(0, len(head), 9_000)]
    (answer,) = await ask(port, *pieces, body, pause=0.005)
    assert (answer.status, answer.body) == (200, body)


async def test_an_earlier_request_gets_its_answer_and_no_other(port: int, app: App) -> None:
    app.may_answer.clear()
    asyncio.get_running_loop().call_later(0.3, app.may_answer.set)
    (answer,) = await ask(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"NONSENSE\r\n\r\n", pause=0.1)
    assert (answer.status, answer.body) == (200, b"unread")


async def test_after_an_answer_the_connection_refuses_what_is_no_http(port: int) -> None:
    first, second = await ask(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"NONSENSE\r\n\r\n", pause=0.1)
    assert (first.status, second.status) == (200, 400)
    assert second.error["code"] == "bad_request"


async def test_a_body_that_breaks_after_its_answer_gets_no_second_one(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    (answer,) = await ask(port, head, b"zz\r\n", pause=0.1)
    assert (answer.status, answer.body) == (200, b"unread")


@pytest.mark.parametrize("port", [{"log_level": "WARNING"}, {"public_url": "https://a.example"}], indirect=True)
async def test_its_headers_and_its_log_follow_the_settings(
    port: int, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    (answer,) = await ask(port, b"NONSENSE\r\n\r\n")
    is_https = "public_url" in request.node.callspec.params["port"]
    assert ("strict-transport-security" in answer.headers) is is_https
    assert ("request_id=" in capfd.readouterr().err) is is_https
