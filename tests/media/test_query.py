"""The language of the search field: what a wrong value of an operator is told, and words of mixed scripts."""

from datetime import UTC, datetime

import httpx
import pytest
from tests.factories.media import jpeg, taken, upload

WRONG = {
    'tag:""': "tag: needs a value, such as tag:beach",
    'is:""': "is: needs a value",
    "format:bmp": "format: takes jpeg, png, webp, gif, tiff, avif, heic, not 'bmp'",
    "favourite:maybe": "favourite: takes yes or no, not 'maybe'",
    "is:blue": "is: takes favourite, animated, located",
    "rating:6": "rating: takes 1 to 5, not '6'",
    "before:soon": "before: takes a date such as before:2024-05, not 'soon'",
    "after:2024-13": "after: takes a date",
    "year:0000": "year: takes a date such as year:2024",
}


@pytest.mark.parametrize("query", WRONG)
async def test_a_value_that_an_operator_cannot_have_is_told_what_it_takes(me: httpx.AsyncClient, query: str) -> None:
    answer = await me.get("/api/v1/media", params={"q": f"beach {query}"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid_query")
    assert WRONG[query] in error["message"]
    assert [field["path"] for field in error["details"]["fields"]] == ["query.q"]


async def test_a_search_has_a_length(me: httpx.AsyncClient) -> None:
    assert (await me.get("/api/v1/media", params={"q": "x" * 500})).status_code == 200
    assert (await me.get("/api/v1/media", params={"q": "x" * 501})).status_code == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kyoto", True),
        ("京", True),
        ("京都", True),
        ("2024", True),
        ("都kyoto", True),
        ("都京", False),
        ("東京", False),
    ],
)
async def test_words_of_two_scripts_without_a_space_between_are_all_found(
    me: httpx.AsyncClient,
    query: str,
    found: bool,  # noqa: FBT001  the table's last column
) -> None:
    await upload(me, jpeg(1), title="京都Kyoto 旅2024")
    listed = (await me.get("/api/v1/media", params={"q": query})).json()["items"]
    assert bool(listed) is found


async def test_what_the_camera_wrote_is_found_and_shown(me: httpx.AsyncClient) -> None:
    written = taken(datetime(2024, 5, 6, 12, tzinfo=UTC), "+02:00", "NIKON CORPORATION", "NIKON D5")
    place = {1: "N", 2: (48.0, 8.0, 24.0), 3: "E", 4: (11.0, 34.0, 30.0), 5: b"\0", 6: 520.0}
    media = await upload(me, jpeg(1, exif=written | {0x8825: place}))
    await upload(me, jpeg(2, exif=taken(datetime(2024, 5, 6, 12, tzinfo=UTC), None, "Canon", "EOS R6")))
    await upload(me, jpeg(3, exif={0x010F: "Leica"}))
    assert media["place"] == {
        "latitude": pytest.approx(48.14, abs=1e-4),
        "longitude": pytest.approx(11.575, abs=1e-4),
        "altitude": pytest.approx(520),
    }
    located = (await me.get("/api/v1/media", params={"q": "is:located"})).json()["items"]
    assert [each["id"] for each in located] == [media["id"]]
    cameras = (await me.get("/api/v1/media/facets")).json()["cameras"]
    assert sorted(each["value"] for each in cameras) == ["Canon EOS R6", "Leica", "NIKON D5"]
    nikons = (await me.get("/api/v1/media", params={"q": "camera:nikon"})).json()["items"]
    assert [each["id"] for each in nikons] == [media["id"]]
