"""Strong ETags and the question whether the caller has the answer already (RFC 9110)."""

import re
from collections.abc import Mapping

from starlette.responses import Response

_ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def strong_etag(token: str) -> str:
    """The ETag of a content that `token` (a checksum, a version) identifies."""
    return '"' + token.replace('"', "") + '"'


def has_match(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller's If-None-Match names `etag`, by the weak comparison that GET takes."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return etag.removeprefix("W/").strip('"') in _ENTITY_TAG.findall(if_none_match)


def not_modified(etag: str, headers: Mapping[str, str] | None = None) -> Response:
    """The 304 that says: what you have is right."""
    return Response(status_code=304, headers={"ETag": etag, **(headers or {})})
