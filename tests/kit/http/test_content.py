"""Answers with files: ETags, ranges, names, and what a store's file becomes over HTTP."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from maquette.kit.errors import MaquetteError
from maquette.kit.http.content_disposition import content_disposition, safe_name
from maquette.kit.http.errors import handle_named
from maquette.kit.http.etags import has_match, strong_etag
from maquette.kit.http.ranges import RangeNotSatisfiable, parse_range, wanted_range
from maquette.kit.http.streaming import SMALL, StoredContent, send
from maquette.platform.storage.local import LocalStore

DATA = os.urandom(2 * SMALL + 321)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x","y"', False),
        ("*", True),
        ("abc", False),
        ("", False),
        (None, False),
    ],
)
def test_if_none_match_names_the_content_that_the_caller_has(header: str | None, expected: bool) -> None:  # noqa: FBT001  a column of the table
    assert has_match(header, strong_etag("abc")) is expected


@pytest.mark.parametrize(
    ("header", "start", "length"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, 95),
        ("bytes=-10", 90, 10),
        ("bytes=-1000", 0, 100),
        ("bytes=90-200", 90, 10),
    ],
)
def test_a_single_range_is_cut_at_the_end(header: str, start: int, length: int) -> None:
    found = parse_range(header, 100)
    assert found is not None
    assert (found.start, found.length) == (start, length)


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b", "bytes=١-٢"]
)
def test_what_is_no_single_range_gives_the_whole_file(header: str | None) -> None:
    assert parse_range(header, 100) is None


@pytest.mark.parametrize(("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-0", 0)])
def test_a_range_behind_the_end_is_refused_with_the_size(header: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        parse_range(header, size)
    assert caught.value.headers == {"Content-Range": f"bytes */{size}"}


@given(st.text(max_size=30).map(lambda text: f"bytes={text}"), st.integers(0, 1000))
def test_any_range_lies_within_the_file(header: str, size: int) -> None:
    try:
        found = parse_range(header, size)
    except RangeNotSatisfiable:
        return
    if found is not None:
        assert 0 <= found.start < found.start + found.length <= size


def test_if_range_of_another_content_gives_the_whole_file() -> None:
    assert wanted_range("bytes=0-1", '"old"', '"new"', 10) is None
    assert wanted_range("bytes=0-1", '"new"', '"new"', 10) is not None


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("holiday.jpg", "holiday.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\pictures\\a.png", "a.png"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg"),
        ("nul\0byte.jpg", "nulbyte.jpg"),
        ("", "file"),
        ("...", "file"),
        ("exe\u202egpj.jpg", "exegpj.jpg"),
    ],
)
def test_a_name_that_could_do_harm_loses_its_teeth(name: str, saved: str) -> None:
    assert safe_name(name) == saved


@pytest.mark.parametrize("name", ["📷 été.jpg", 'say "cheese".jpg', "ü" * 300 + ".jpeg", "100%.jpg", "semi;colon.png"])
def test_a_browser_reads_the_name_back(name: str) -> None:
    message = Message()
    message["Content-Disposition"] = header = content_disposition(name)
    header.encode("latin-1")
    saved = message.get_filename()
    assert saved is not None
    if "filename*=" in header:
        saved = unquote(header.partition("filename*=UTF-8''")[2])
        assert saved == safe_name(name)
    assert len(saved.encode()) <= 255
    assert Path(saved).suffix == Path(name).suffix


@given(st.text(max_size=400))
def test_any_name_makes_one_valid_header_line(name: str) -> None:
    header = content_disposition(name)
    assert "\r" not in header
    assert "\n" not in header
    header.encode("latin-1")
    assert header.startswith('attachment; filename="')


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    store = LocalStore("main", tmp_path)
    await store.put("large", DATA)
    await store.put("small", b"0123456789")
    contents = {
        "large": StoredContent(store, "large", len(DATA), '"L"', "image/jpeg", content_disposition("a.jpg")),
        "small": StoredContent(store, "small", 10, '"S"', "image/webp"),
        "gone": StoredContent(store, "gone", 3 * SMALL, '"G"', "image/webp"),
    }
    contents["accel"] = replace(contents["small"], key="dir/with space", accel_prefix="/_files/")
    app = FastAPI(exception_handlers={MaquetteError: handle_named})

    @app.api_route("/{name}", methods=["GET", "HEAD"])
    async def answer(name: str, request: Request) -> Response:
        return await send(request, contents[name])

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(("name", "data"), [("large", DATA), ("small", b"0123456789")])
async def test_a_file_comes_whole_with_its_etag(files: httpx.AsyncClient, name: str, data: bytes) -> None:
    answer = await files.get(f"/{name}")
    assert answer.status_code == 200
    assert answer.content == data
    assert answer.headers["content-length"] == str(len(data))
    assert answer.headers["accept-ranges"] == "bytes"
    assert "immutable" in answer.headers["cache-control"]


async def test_whoever_has_it_gets_304_without_a_body(files: httpx.AsyncClient) -> None:
    answer = await files.get("/large", headers={"If-None-Match": '"L"'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"L"')


@pytest.mark.parametrize("name", ["large", "small"])
async def test_a_part_comes_as_206(files: httpx.AsyncClient, name: str) -> None:
    data = DATA if name == "large" else b"0123456789"
    answer = await files.get(f"/{name}", headers={"Range": "bytes=3-"})
    assert answer.status_code == 206
    assert answer.content == data[3:]
    assert answer.headers["content-range"] == f"bytes 3-{len(data) - 1}/{len(data)}"


async def test_a_part_behind_the_end_is_416_in_the_envelope(files: httpx.AsyncClient) -> None:
    answer = await files.get("/small", headers={"Range": "bytes=10-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */10"
    assert answer.json()["error"]["code"] == "range_not_satisfiable"


async def test_head_tells_the_length_and_reads_nothing(files: httpx.AsyncClient) -> None:
    answer = await files.head("/gone")
    assert answer.headers["content-length"] == str(3 * SMALL)


async def test_a_file_that_is_gone_is_an_error_and_not_half_an_answer(files: httpx.AsyncClient) -> None:
    answer = await files.get("/gone")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "file_missing"


async def test_nginx_is_told_where_the_file_is(files: httpx.AsyncClient) -> None:
    answer = await files.get("/accel", headers={"Range": "bytes=0-1"})
    assert answer.status_code == 200
    assert answer.headers["x-accel-redirect"] == "/_files/main/dir/with%20space"
    assert answer.headers["content-type"] == "image/webp"
    assert answer.content == b""
