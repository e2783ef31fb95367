"""The page: its files, its addresses, and what stays the API's."""

import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException

from maquette.kit.errors import MaquetteError
from maquette.kit.http.errors import handle_http, handle_named
from maquette.kit.http.page import page_router

INDEX = "<!doctype html><title>Maquette</title>"
SCRIPT = "console.log('hello')"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "robots.txt").write_text("User-agent: *")
    (folder / "assets" / "app-1a2b.js").write_text(SCRIPT)
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    return folder


def browser(folder: Path) -> httpx.AsyncClient:
    app = FastAPI(exception_handlers={MaquetteError: handle_named, HTTPException: handle_http})
    api = APIRouter(prefix="/api/v1")

    @api.get("/media")
    def media() -> list[str]:
        return []

    app.include_router(api)
    app.include_router(page_router(folder))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.mark.parametrize("path", ["/", "/library", "/media/0190/view", "/albums/a.b", "/%2e%2e/%2e%2e/etc/passwd"])
async def test_every_address_of_the_page_gives_the_index(built: Path, path: str) -> None:
    async with browser(built) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


async def test_hashed_files_may_be_kept_for_ever(built: Path) -> None:
    async with browser(built) as client:
        answer = await client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert answer.text == SCRIPT
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_a_compressed_copy_is_sent_to_who_takes_it(built: Path) -> None:
    async with browser(built) as client:
        answer = await client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text == SCRIPT


async def test_the_index_is_not_sent_twice(built: Path) -> None:
    async with browser(built) as client:
        etag = (await client.get("/")).headers["etag"]
        assert (await client.get("/", headers={"If-None-Match": etag})).status_code == 304


async def test_a_script_of_an_older_build_is_not_found_rather_than_html(built: Path) -> None:
    async with browser(built) as client:
        answer = await client.get("/assets/app-old.js")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/nothing", 404),
        ("POST", "/api/v1/media", 405),
        ("GET", "/api", 404),
        ("GET", "/s/key", 404),
        ("POST", "/library", 404),
        ("GET", "/health", 404),
    ],
)
async def test_what_is_not_the_pages_gets_the_envelope(built: Path, method: str, path: str, status: int) -> None:
    async with browser(built) as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == {404: "not_found", 405: "method_not_allowed"}[status]


async def test_without_a_build_a_plain_page_says_what_to_do(tmp_path: Path) -> None:
    async with browser(tmp_path / "nothing") as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text


async def test_a_new_build_is_seen_without_a_restart(built: Path) -> None:
    async with browser(built) as client:
        await client.get("/")
        (built / "new.txt").write_text("new")
        (built / "index.html").write_text("second")
        assert (await client.get("/")).text == "second"
        assert (await client.get("/new.txt")).text == "new"
