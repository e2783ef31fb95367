"""The one middleware: request id, log line, metrics, security headers, body limit, crashes and outages.

Pure ASGI and short on purpose: it stands before every request, also those that are answered in 300 microseconds.
"""

import re
import secrets
import time
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maquette.kit.errors import TooLarge
from maquette.kit.http.errors import error_response
from maquette.kit.http.routes import route_template
from maquette.platform.observability.failures import outage_of
from maquette.platform.observability.logs import REQUEST_ID, Answered, access_log
from maquette.platform.observability.metrics import ERRORS, REQUEST_SECONDS, REQUESTS
from maquette.platform.observability.security import PAGE_POLICY, Headers, security_headers
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings

log = structlog.get_logger(__name__)

SANE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
KNOWN_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
MEDIA_PATH, TUS_PATH = "/api/v1/media", "/api/v1/uploads"
"""Uploads have a limit of their own, counted by those who stream them to the disk."""
CLIENT_CLOSED = 499
"""The status, by nginx' custom, of a request whose caller went away."""


def add_middleware(app: FastAPI, settings: Settings) -> None:
    """Put the middleware around `app`."""
    app.add_middleware(Edge, settings=settings)


def _is_streamed(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.rstrip("/") == MEDIA_PATH or path == TUS_PATH or path.startswith(f"{TUS_PATH}/")


class _Exchange:
    """One request and what is known of its answer."""

    __slots__ = ("edge", "is_started", "request_id", "scope", "send", "status")

    def __init__(self, edge: "Edge", scope: Scope, send: Send, request_id: str) -> None:
        self.edge = edge
        self.scope = scope
        self.send = send
        self.request_id = request_id
        self.is_started = False
        self.status = CLIENT_CLOSED

    async def answer(self, message: Message) -> None:
        """Send `message`; the start of the answer gets our headers."""
        if message["type"] == "http.response.start":
            self.is_started = True
            self.status = message["status"]
            headers: Headers = message.setdefault("headers", [])
            headers.append((b"x-request-id", self.request_id.encode()))
            limits = self.scope["state"].get("limit_headers")
            if limits is not None:
                headers.extend(limits)
            headers.extend(self.edge.headers)
            if not any(name == b"content-security-policy" for name, _ in headers):
                headers.append((b"content-security-policy", self.edge.policy))
        await self.send(message)

    async def fail(self, response: Response) -> None:
        """Answer with `response`, unless the caller has part of another answer already: then the connection ends."""
        if not self.is_started:
            await response(self.scope, _nothing, self.answer)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


class Edge:
    """The outermost layer of ours."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        general = settings[GeneralSettings]
        self.app = app
        self.limit = general.max_body_size
        self.headers = security_headers(general)
        self.policy = PAGE_POLICY.encode()
        self.log = access_log(settings)
        self._counters: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens inside."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request_id, length = self._read_headers(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        REQUEST_ID.set(request_id)
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        method: str = scope["method"]
        if method == "HEAD":
            # Every GET answers HEAD, too; the server itself leaves the body out.
            scope = {**scope, "method": "GET"}
            scope["state"]["is_head"] = True
        exchange = _Exchange(self, scope, send, request_id)
        try:
            if method not in BODILESS and not _is_streamed(scope):
                if length > self.limit:
                    await exchange.fail(self._too_large(request_id))
                    return
                receive = self._counted(receive)
            await self.app(scope, receive, exchange.answer)
        except ClientDisconnect:
            log.debug("client went away", path=scope["path"])
        except Exception as error:  # noqa: BLE001 - the edge: nothing may leave it but an answer
            await self._crashed(exchange, error)
        finally:
            self._finish(exchange, method, time.perf_counter() - began)

    def _read_headers(self, scope: Scope) -> tuple[str, int]:
        """The request's id (the caller's, where it is a sane one) and the length that it claims."""
        request_id, length = None, 0
        for name, value in scope["headers"]:
            if name == b"x-request-id" and SANE_ID.fullmatch(value):
                request_id = value.decode()
            elif name == b"content-length" and value.isdigit():
                length = int(value[:18])
        return request_id or secrets.token_hex(8), length

    def _too_large(self, request_id: str) -> Response:
        message = f"The body is larger than the {self.limit} bytes that are accepted here."
        return error_response(
            TooLarge.status,
            TooLarge.code,
            message,
            details={"limit": self.limit},
            headers={"Connection": "close"},
            request_id=request_id,
        )

    def _counted(self, receive: Receive) -> Receive:
        """Counts what really comes, as a chunked body claims no length."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                # The framework turns any other error while a body is read into a 400.
                raise HTTPException(413, f"The body is larger than the {self.limit} bytes that are accepted here.")
            return message

        return counted

    async def _crashed(self, exchange: _Exchange, error: Exception) -> None:
        outage = outage_of(error)
        if outage is not None:
            ERRORS.labels(outage.code).inc()
            log.warning("outage", error=f"{type(error).__name__}: {error}"[:500], path=exchange.scope["path"])
            await exchange.fail(
                error_response(
                    outage.status,
                    outage.code,
                    outage.message,
                    headers=outage.headers,
                    request_id=exchange.request_id,
                )
            )
            return
        ERRORS.labels("internal_error").inc()
        log.error("crash", path=exchange.scope["path"], method=exchange.scope["method"], exc_info=error)
        await exchange.fail(
            error_response(
                500,
                "internal_error",
                "Something went wrong here. It is logged under this request id; please tell the administrator.",
                request_id=exchange.request_id,
            )
        )

    def _finish(self, exchange: _Exchange, method: str, took: float) -> None:
        # The template, so that a million ids are one line of the metrics.
        route = route_template(exchange.scope) or "unmatched"
        key = (method if method in KNOWN_METHODS else "OTHER", route, exchange.status)
        counters = self._counters.get(key)
        if counters is None:
            counters = (REQUESTS.labels(*key), REQUEST_SECONDS.labels(key[0], route))
            self._counters[key] = counters
        counters[0].inc()
        counters[1].observe(took)
        if self.log is not None:
            client = exchange.scope.get("client")
            self.log(
                Answered(
                    method,
                    exchange.scope["path"],
                    exchange.status,
                    took * 1000,
                    client[0] if client else "-",
                    exchange.request_id,
                )
            )
