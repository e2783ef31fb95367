"""The list: every order page by page, every filter, search, totals, facets, suggestions, and whose they are."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.media import EPOCH, insert_media, jpeg, media_row, upload
from tests.factories.users import Person

from maquette.media.schemas import MediaPage, MediaRead, MediaSort
from maquette.platform.database.database import count_queries
from maquette.platform.runtime import Platform


async def pages(me: httpx.AsyncClient, limit: int = 50, **query: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        parameters = {**query, "limit": limit, **({"cursor": cursor} if cursor else {})}
        answer = await me.get("/api/v1/media", params=parameters)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items
        assert len(page["items"]) == limit


KEYS: dict[MediaSort, tuple[Callable[[dict[str, Any]], Any], bool]] = {
    MediaSort.NEWEST: (lambda row: (row["created_at"], row["id"]), True),
    MediaSort.OLDEST: (lambda row: (row["created_at"], row["id"]), False),
    MediaSort.TAKEN: (lambda row: (row["sort_at"], row["id"]), True),
    MediaSort.NAME: (lambda row: (row["sort_name"].encode(), row["id"]), False),
    MediaSort.SIZE: (lambda row: (row["size"], row["id"]), True),
}


@pytest.mark.parametrize("sort", KEYS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_pages_put_together_are_the_whole_list(
    sort: MediaSort, data: st.DataObject, me: httpx.AsyncClient, platform: Platform, member: Person
) -> None:
    from sqlalchemy import delete

    from maquette.media.models import Media

    # Few different values, so that many rows are equal but for their ids.
    rows = [
        media_row(
            member.id,
            number,
            created_at=EPOCH + timedelta(seconds=data.draw(st.integers(0, 3))),
            sort_at=EPOCH + timedelta(days=data.draw(st.integers(0, 3))),
            filename=data.draw(st.sampled_from(["a2.jpg", "a10.jpg", "Ä.jpg", "é 3.jpg"])),
            size=data.draw(st.integers(1, 3)),
        )
        for number in range(data.draw(st.integers(0, 25)))
    ]
    async with platform.database.transaction() as session:
        await session.execute(delete(Media))
    if rows:
        await insert_media(platform, rows)
    key, is_descending = KEYS[sort]
    expected = [str(row["id"]) for row in sorted(rows, key=key, reverse=is_descending)]
    found = await pages(me, data.draw(st.integers(1, 9)), sort=sort)
    assert [item["id"] for item in found] == expected


async def test_a_page_is_what_its_schema_says(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(30), tags="a,b", title='Quotes " and \\ and ünïcode 🏔')
    page = (await me.get("/api/v1/media?total=true")).content
    parsed = MediaPage.model_validate_json(page, strict=False)
    assert parsed.total == 1
    assert parsed.items[0] == MediaRead.model_validate({name: media[name] for name in MediaRead.model_fields})


async def test_names_are_sorted_as_people_do(me: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    names = ["img10.jpg", "IMG2.jpg", "Äpfel.jpg", "apfel 2.jpg", "zoo.jpg"]
    await insert_media(platform, [media_row(member.id, number, filename=name) for number, name in enumerate(names)])
    found = [item["filename"] for item in await pages(me, sort="name")]
    assert found == ["apfel 2.jpg", "Äpfel.jpg", "IMG2.jpg", "img10.jpg", "zoo.jpg"]


FILTERS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = {
    "favourite": ({"favourite": True}, lambda row: row["favourite"]),
    "not favourite": ({"favourite": False}, lambda row: not row["favourite"]),
    "origin": ({"origin": "generated"}, lambda row: row["origin"] == "generated"),
    "common origin": ({"origin": "uploaded"}, lambda row: row["origin"] == "uploaded"),
    "visibility": ({"visibility": "public"}, lambda row: row["visibility"] == "public"),
    "format": ({"format": "png"}, lambda row: row["format"] == "png"),
    "camera": ({"camera": "Nikon D5"}, lambda row: row["camera_name"] == "Nikon D5"),
    "rating": ({"rating_min": 4}, lambda row: (row["rating"] or 0) >= 4),
    "width": ({"min_width": 300}, lambda row: row["width"] >= 300),
    "height": ({"min_height": 300}, lambda row: row["height"] >= 300),
    "size": ({"min_size": 1010, "max_size": 1030}, lambda row: 1010 <= row["size"] <= 1030),
    "since": ({"since": "2021-01-01"}, lambda row: row["sort_at"] >= datetime(2021, 1, 1, tzinfo=UTC)),
    "until": ({"until": "2021-01-01T00:00:00Z"}, lambda row: row["sort_at"] < datetime(2021, 1, 1, tzinfo=UTC)),
    "failed": ({"state": "failed"}, lambda row: row["variants"] == "failed"),
    "ready": ({"state": "ready"}, lambda row: row["variants"] == "ready"),
    "year:": ({"q": "year:2021"}, lambda row: row["sort_at"].year == 2021),
    "-year:": ({"q": "-year:2021"}, lambda row: row["sort_at"].year != 2021),
    "before:": ({"q": "before:2020-07"}, lambda row: row["sort_at"] < datetime(2020, 7, 1, tzinfo=UTC)),
    "after:": ({"q": "after:2020-12-31"}, lambda row: row["sort_at"] >= datetime(2021, 1, 1, tzinfo=UTC)),
    "camera:": ({"q": "camera:nikon"}, lambda row: row["camera_name"] == "Nikon D5"),
    "-camera:": ({"q": "-camera:nikon"}, lambda row: row["camera_name"] != "Nikon D5"),
    "format:": ({"q": "format:jpg"}, lambda row: row["format"] == "jpeg"),
    "is:favourite": ({"q": "is:favourite"}, lambda row: row["favourite"]),
    "favourite:no": ({"q": "favourite:no"}, lambda row: not row["favourite"]),
    "-rating:": ({"q": "-rating:5"}, lambda row: row["rating"] != 5),
    "is:animated": ({"q": "is:animated"}, lambda row: row["frames"] > 1),
    "is:located": ({"q": "is:located"}, lambda row: row["place"] is not None),
    "both": ({"q": "is:favourite png_7", "format": "png"}, lambda _row: False),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_filters(name: str, me: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    chance = random.Random(7)
    rows = [
        media_row(
            member.id,
            number,
            favourite=chance.random() < 0.3,
            origin=chance.choice(["uploaded", "generated", "ingested"]),
            visibility=chance.choice(["private", "public"]),
            format=chance.choice(["jpeg", "png"]),
            camera_name=chance.choice(["Nikon D5", "Canon R6", None]),
            rating=chance.choice([None, 3, 5]),
            width=chance.choice([200, 400]),
            height=chance.choice([200, 400]),
            sort_at=EPOCH + timedelta(days=chance.randrange(900)),
            variants=chance.choice(["ready", "ready", "failed", "pending"]),
            frames=chance.choice([1, 12]),
            place=chance.choice([None, {"latitude": 1.0, "longitude": 2.0, "altitude": None}]),
        )
        for number in range(60)
    ]
    trashed = media_row(member.id, 99, trashed_at=EPOCH, favourite=True, origin="generated", format="png")
    await insert_media(platform, [*rows, trashed])
    query, fits = FILTERS[name]
    expected = {str(row["id"]) for row in rows if fits(row)}
    found = await pages(me, 7, **query)
    assert {item["id"] for item in found} == expected
    assert (await me.get("/api/v1/media", params={**query, "total": True})).json()["total"] == len(expected)


SEARCHES = [
    ("beach", {"beach", "title", "camel"}),
    ("BEACH", {"beach", "title", "camel"}),
    ("bea", {"beach", "title", "camel"}),
    ("day", {"beach", "camel", "title"}),
    ('"beach day"', {"beach", "camel"}),
    ('"day beach"', {"title"}),
    ("00012", {"number"}),
    ("12", {"number"}),
    ("IMG_00012", {"number"}),
    ("number.jpg", set()),
    ("ete", {"accents"}),
    ("Été", {"accents"}),
    ("strasse", {"accents"}),
    ("日本", {"kanji"}),
    ("本日", set()),
    ("sunset", {"caption"}),
    ("beach -camel", {"beach", "title"}),
    ("-beach", {"number", "accents", "kanji", "caption"}),
    ("tag:holiday", {"title", "caption"}),
    ("tag:HOLIDAY sunset", {"caption"}),
    ("-tag:holiday beach", {"beach", "camel"}),
    ("tag:nothing", set()),
    ('tag:"far away"', {"kanji"}),
    ("it's", set()),
    ("\\ ' & | ! ( ) : * <->", {"beach", "title", "camel", "number", "accents", "kanji", "caption"}),
    ("foo:bar", set()),
]


@pytest.fixture
async def searched(me: httpx.AsyncClient) -> dict[str, str]:
    """Media by what is special about them: id to that."""
    made = {
        "beach": await upload(me, jpeg(40), "beach-day.jpg"),
        "title": await upload(me, jpeg(41), "x1.jpg", title="Day. Beach", tags="Holiday"),
        "camel": await upload(me, jpeg(42), "BeachDay.jpg", title="Camel"),
        "number": await upload(me, jpeg(43), "IMG_00012.JPG"),
        "accents": await upload(me, jpeg(44), "x2.jpg", title="Été in der Straße"),
        "kanji": await upload(me, jpeg(45), "x3.jpg", title="日本の山", tags="far away"),
        "caption": await upload(me, jpeg(46), "x4.jpg", caption="A long sunset.", tags="holiday"),
    }
    return {media["id"]: name for name, media in made.items()}


async def test_search(searched: dict[str, str], me: httpx.AsyncClient) -> None:
    wrong = {}
    for query, expected in SEARCHES:
        found = {searched[item["id"]] for item in await pages(me, 3, q=query)}
        if found != expected:
            wrong[query] = found
    assert wrong == {}


async def test_rare_words_are_found_behind_the_walk(
    searched: dict[str, str], me: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maquette.media.library import searching

    monkeypatch.setattr(searching, "WALK", 2)
    wrong = {}
    for query, expected in SEARCHES:
        for sort in (*KEYS, "relevance"):
            if sort == "relevance" and (":" in query or not expected):
                continue
            found = [item["id"] for item in await pages(me, 1, q=query, sort=sort)]
            if {searched[one] for one in found} != expected or len(found) != len(expected):
                wrong[query, sort] = found
    assert wrong == {}


async def test_relevance_prefers_titles_and_pages_on(searched: dict[str, str], me: httpx.AsyncClient) -> None:
    await upload(me, jpeg(47), "x5.jpg", caption="We saw a camel, a camel and a beach day far away")
    found = await pages(me, 1, q="camel", sort="relevance")
    assert [item["title"] for item in found] == ["Camel", None]
    assert len(await pages(me, 2, q="x", sort="relevance")) == 5
    forged = await me.get("/api/v1/media", params={"q": "x", "sort": "relevance", "cursor": "WyJyZWxldmFuY2UiXQ"})
    assert forged.status_code == 422


async def test_facets_count_what_the_list_shows(searched: dict[str, str], me: httpx.AsyncClient) -> None:
    facets = (await me.get("/api/v1/media/facets")).json()
    assert facets["tags"] == [{"value": "Holiday", "count": 2}, {"value": "far away", "count": 1}]
    assert facets["formats"] == [{"value": "jpeg", "count": 7}]
    assert (facets["counted"], facets["capped"]) == (7, False)
    narrowed = (await me.get("/api/v1/media/facets?q=sunset")).json()
    assert narrowed["tags"] == [{"value": "Holiday", "count": 1}]


async def test_suggestions(searched: dict[str, str], me: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    items = (await me.get("/api/v1/media/suggest?q=hol")).json()["items"]
    assert items == [{"kind": "tag", "text": "Holiday", "count": 2}]
    names = [item["text"] for item in (await me.get("/api/v1/media/suggest?q=beach")).json()["items"]]
    assert sorted(names) == ["BeachDay.jpg", "beach-day.jpg"]
    assert (await me.get("/api/v1/media/suggest?q=%20")).json()["items"] == []
    assert (await other.get("/api/v1/media/suggest?q=beach")).json()["items"] == []


async def test_lists_are_their_owners(me: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(48), tags="secret")
    for path in ("/media", "/media?tag=secret", "/media?q=picture", "/media?total=true"):
        page = (await other.get(f"/api/v1{path}")).json()
        assert page["items"] == []
        assert not page["total"]
    assert (await other.get("/api/v1/media/facets")).json()["counted"] == 0
    assert (await other.get("/api/v1/tags")).json()["items"] == []
    assert (await other.get("/api/v1/media/timeline")).json()["total"] == 0
    assert (await other.post("/api/v1/media/check", json={"checksums": [media["checksum"]]})).json() == {"existing": {}}
    for method, path in (("GET", ""), ("GET", "/data"), ("GET", "/metadata"), ("POST", "/restore"), ("DELETE", "")):
        answer = await other.request(method, f"/api/v1/media/{media['id']}{path}")
        assert answer.status_code == 404, (method, path)
    assert (await other.patch(f"/api/v1/media/{media['id']}", json={"title": "Mine"})).status_code == 404


QUERIES = {
    "/media": 1,
    "/media?limit=200&sort=name&favourite=true": 1,
    "/media?total=true": 2,
    "/media?tag=a&q=b": 3,
    "/media?q=b": 2,
    "/media?q=b&sort=relevance": 2,
    "/media/facets": 1,
    "/media/timeline": 2,
    "/media/timeline/page?start=2020-01-01&end=2020-12-31": 1,
    "/tags": 1,
}


@pytest.mark.parametrize("path", QUERIES)
async def test_number_of_queries(path: str, me: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    await insert_media(platform, [media_row(member.id, number) for number in range(30)])
    await me.get("/api/v1/tags")  # who asks is known from now on
    async with platform.database.reading() as session:
        driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    counted: list[str] = []
    # What goes past SQLAlchemy is seen by the driver only, and what SQLAlchemy prepares is not.
    stop = count_queries(platform.database.engine, counted)
    try:
        with driver.query_logger(lambda query: counted.append(query.query)):
            assert (await me.get(f"/api/v1{path}")).status_code == 200
    finally:
        stop()
    asked = [statement for statement in counted if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    assert len(asked) == QUERIES[path], asked


@pytest.mark.parametrize("limit", [1, 200])
async def test_limits_of_a_page(limit: int, me: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    await insert_media(platform, [media_row(member.id, number) for number in range(210)])
    page = (await me.get(f"/api/v1/media?limit={limit}")).json()
    assert len(page["items"]) == limit
    assert UUID(page["items"][0]["id"]).version == 7
