"""Serves the built page: hashed files for ever, `index.html` for every address that the page itself routes."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from maquette.kit.errors import NotFound
from maquette.kit.http.etags import has_match, not_modified, strong_etag

RESERVED = frozenset({"api", "health", "metrics", "docs", "openapi.json", "s"})
"""First parts of addresses that are never the page's."""
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
IMMUTABLE = "public, max-age=31536000, immutable"
MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Maquette: the page is not built</title>
<h1>The page is not built</h1>
<p>Maquette is running, but its web page is missing from this installation.
Build it with <code>make run</code> in the source folder, or install the wheel, which carries it.</p>
<p>The API works: <a href="/docs">its documentation</a>.</p></html>"""
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}


class PageRoute(APIRoute):
    """Takes only what can be the page's, so that unknown API paths stay 404 and wrong methods 405."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match for reserved addresses and for anything but reading."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return Match.NONE, {}
        if scope["path"].lstrip("/").split("/", 1)[0] in RESERVED:
            return Match.NONE, {}
        return super().matches(scope)


@dataclass(frozen=True, slots=True)
class _Built:
    """One file of the build."""

    path: Path
    media_type: str
    etag: str
    encodings: tuple[tuple[str, Path], ...]


class Build:
    """The files of one build, read again when `index.html` changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = 0
        self._files: dict[str, _Built] = {}

    def files(self) -> dict[str, _Built]:
        """Every file by its path below the folder; empty while there is no build."""
        try:
            stamp = (self._folder / "index.html").stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if stamp != self._stamp:
            self._files = {
                path.relative_to(self._folder).as_posix(): _describe(path)
                for path in self._folder.rglob("*")
                if path.is_file() and path.suffix not in {".br", ".gz"} and not path.name.startswith(".")
            }
            self._stamp = stamp
        return self._files


def _describe(path: Path) -> _Built:
    found = path.stat()
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    encodings = tuple(
        (name, packed) for name, suffix in ENCODINGS if (packed := path.with_name(path.name + suffix)).is_file()
    )
    return _Built(path, media_type, f"{found.st_mtime_ns:x}-{found.st_size:x}", encodings)


def page_router(folder: Path) -> APIRouter:
    """The router of the page built in `folder`; it must be included last."""
    build = Build(folder)
    router = APIRouter(route_class=PageRoute)

    @router.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        files = build.files()
        if "index.html" not in files:
            return HTMLResponse(MISSING, status_code=503, headers={"Cache-Control": "no-store"})
        name = path.strip("/") or "index.html"
        if name not in files:
            if name.startswith("assets/") or name.rpartition("/")[2].rpartition(".")[2] in {"js", "css", "map", "ico"}:
                raise NotFound(f"The page has no file {name!r}. Reload it: it may have been updated.")
            name = "index.html"
        return _answer(request, name, files[name])

    return router


def _answer(request: Request, name: str, file: _Built) -> Response:
    accepted = request.headers.get("accept-encoding", "")
    encoding, path = next(((each, packed) for each, packed in file.encodings if each in accepted), (None, file.path))
    etag = strong_etag(file.etag if encoding is None else f"{file.etag}-{encoding}")
    # Files under assets/ carry a hash of their content in their name.
    headers = {"ETag": etag, "Cache-Control": IMMUTABLE if name.startswith("assets/") else "no-cache"}
    if file.encodings:
        headers["Vary"] = "Accept-Encoding"
    if has_match(request.headers.get("if-none-match"), etag):
        return not_modified(etag, headers)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return Response(path.read_bytes(), media_type=file.media_type, headers=headers)
