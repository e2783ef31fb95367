"""What is refused before there is a request: the HTTP parser's own refusals, in the envelope of every other error.

uvicorn answers them in plain text, without an id, and reads headers without end.
"""

import secrets
import sys
from typing import Any, ClassVar, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from maquette.kit.errors import BadRequest
from maquette.kit.http.errors import error_response
from maquette.platform.observability.logs import Answered, access_log
from maquette.platform.observability.metrics import REQUESTS
from maquette.platform.observability.security import PAGE_POLICY, Headers, security_headers
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings

HEAD_LIMIT = 64 * 1024
"""Bytes of a request's address and headers; the most that common servers and proxies take."""
LINGER_SECONDS = 2.0
"""How long what a refused caller still sends is read and dropped: to close before would take the answer from them."""


class HeadTooLong(Exception):
    """The address and the headers of a request are longer than is read."""


class EnvelopeProtocol(HttpToolsProtocol):
    """uvicorn's connection, with our answer to what is no HTTP and an end to headers."""

    common: ClassVar[Headers] = []

    @staticmethod
    def tell(answered: Answered) -> None:
        """Write the line of a refusal; nowhere as long as no settings say where."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_refused = False
        self._is_in_head = False
        self._is_new = False
        self._unfinished = 0

    def data_received(self, data: bytes) -> None:
        """Read what comes, but no head without end."""
        if self._is_refused:
            return
        self._is_new = False
        super().data_received(data)
        if not self._is_in_head or self._is_refused:
            return
        if not self._is_new:  # where it began in these bytes, what stands before it is not known
            self._unfinished += len(data)
        if self._unfinished > HEAD_LIMIT:
            self._refuse(_told(HeadTooLong()))

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        super().on_message_begin()
        self._is_in_head = self._is_new = True
        self._unfinished = 0

    def on_headers_complete(self) -> None:
        """Begin the request. Raises HeadTooLong into the parser, which ends there."""
        self._is_in_head = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_LIMIT:
            raise HeadTooLong
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refused; `msg` is uvicorn's one text for all of it."""
        error = sys.exception()
        self._refuse(_told(error) if error is not None else msg)

    def _refuse(self, message: str) -> None:
        """Answer, unless bytes of another answer would stand before or after ours; in any case it is the last."""
        self._is_refused = True
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None until the first request
        is_of_cycle = cycle is not None and cycle.scope is self.scope
        if cycle is not None and not is_of_cycle and not cycle.response_complete:
            # An earlier request on this connection is whole and waits: it gets its answer, and the connection ends.
            cycle.keep_alive = False
            return
        if cycle is not None and is_of_cycle:
            if cycle.response_started:
                # What follows in the body of a request that has its answer, or a part of it.
                self.transport.close()
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self._answer(message)

    def _answer(self, message: str) -> None:
        request_id = secrets.token_hex(8)
        headers = {"X-Request-ID": request_id, "Connection": "close"}
        response = error_response(BadRequest.status, BadRequest.code, message, headers=headers, request_id=request_id)
        lines = [*self.server_state.default_headers, *response.raw_headers, *self.common]
        head = b"".join(b"%b: %b\r\n" % line for line in lines)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + bytes(response.body))
        REQUESTS.labels("OTHER", "unparsed", BadRequest.status).inc()
        client = self.client[0] if self.client else "-"
        self.tell(Answered("-", "-", BadRequest.status, 0.0, client, request_id))
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)
        else:
            self.transport.close()


def protocol_for(settings: Settings) -> type[EnvelopeProtocol]:
    """The connection class for `uvicorn.Config(http=...)`, with the headers and the log of these settings."""
    headers = security_headers(settings[GeneralSettings])
    headers.append((b"content-security-policy", PAGE_POLICY.encode()))
    written = access_log(settings)

    class Connection(EnvelopeProtocol):
        common = headers

        @staticmethod
        def tell(answered: Answered) -> None:
            if written is not None:
                written(answered)

    return Connection


def _told(error: BaseException) -> str:
    """What is wrong, in the parser's words where it has some."""
    if isinstance(error, httptools.HttpParserCallbackError) and error.__context__ is not None:
        error = error.__context__
    if isinstance(error, HeadTooLong):
        return f"The address and the headers of the request are longer than the {HEAD_LIMIT} bytes that are read here."
    if isinstance(error, httptools.HttpParserInvalidURLError | UnicodeDecodeError):
        return "The address of the request is not valid. Percent-encode what is not plain ASCII."
    return f"This is not a valid HTTP/1.1 request ({error}). Nothing of it was done."
