"""Answers with files: small ones as bytes, large ones in chunks, or by nginx (X-Accel-Redirect)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from maquette.kit.http.etags import has_match, not_modified
from maquette.kit.http.ranges import wanted_range

SMALL = 1024 * 1024
"""Files and parts up to this size are answered in one piece."""
IMMUTABLE = "private, max-age=31536000, immutable"
"""For addresses whose content never changes but which not everyone may read."""


class Readable(Protocol):
    """A store, as far as an answer needs it."""

    @property
    def name(self) -> str: ...

    async def get(self, key: str) -> bytes: ...

    async def read_range(self, key: str, offset: int, length: int) -> bytes: ...

    def stream(self, key: str, *, offset: int = 0, length: int | None = None) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class StoredContent:
    """A file in a store, and how it is to be answered."""

    store: Readable
    key: str
    size: int
    etag: str
    """With its quotes, see `strong_etag`."""
    media_type: str
    disposition: str | None = None
    cache_control: str = IMMUTABLE
    accel_prefix: str | None = None
    """Where nginx has the stores: the answer names `<prefix>/<store>/<key>` and nginx sends the file."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def all_headers(self) -> dict[str, str]:
        """The headers of every answer with this content."""
        found = {"ETag": self.etag, "Cache-Control": self.cache_control, "Accept-Ranges": "bytes", **self.headers}
        if self.disposition is not None:
            found["Content-Disposition"] = self.disposition
        return found


async def send(request: Request, content: StoredContent) -> Response:
    """The answer with `content`: whole, a part (206), or 304. Raises RangeNotSatisfiable (416) and the store's errors,
    before anything was sent.
    """
    headers = content.all_headers()
    if has_match(request.headers.get("if-none-match"), content.etag):
        return not_modified(content.etag, {"Cache-Control": content.cache_control})
    if content.accel_prefix is not None:
        return hand_to_nginx(content, content.accel_prefix)
    part = wanted_range(request.headers.get("range"), request.headers.get("if-range"), content.etag, content.size)
    status, offset, length = 200, 0, content.size
    if part is not None:
        status, offset, length = 206, part.start, part.length
        headers["Content-Range"] = part.content_range
    if request.method == "HEAD" or request.scope.get("state", {}).get("is_head"):
        headers["Content-Length"] = str(length)
        return Response(status_code=status, media_type=content.media_type, headers=headers)
    if length <= SMALL:
        body = await (
            content.store.get(content.key) if part is None else content.store.read_range(content.key, offset, length)
        )
        return Response(body, status_code=status, media_type=content.media_type, headers=headers)
    headers["Content-Length"] = str(length)
    chunks = content.store.stream(content.key, offset=offset, length=length)
    # The first chunk is read before the answer begins: a file that is not there is then an error, not half an answer.
    first = await anext(chunks, b"")
    return StreamingResponse(_with(first, chunks), status_code=status, media_type=content.media_type, headers=headers)


def hand_to_nginx(content: StoredContent, prefix: str) -> Response:
    """The answer that makes nginx send the file; it serves ranges itself, and replaces the length by the file's."""
    place = f"{prefix.rstrip('/')}/{content.store.name}/{quote(content.key)}"
    return Response(media_type=content.media_type, headers={**content.all_headers(), "X-Accel-Redirect": place})


async def _with(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
