"""One change of many media costs as many statements as that of a few."""

from typing import Any

import httpx
import pytest
from tests.factories.media import jpeg, upload

from maquette.platform.database.database import count_queries
from maquette.platform.runtime import Platform

BULK = "/api/v1/media/bulk"
ACTIONS: dict[str, dict[str, Any]] = {
    "exactly these tags": {"action": "update", "update": {"tags": ["sea", "sky"]}},
    "more tags": {"action": "add_tags", "tags": ["sky"]},
    "fewer tags": {"action": "remove_tags", "tags": ["old"]},
    "favourites": {"action": "update", "update": {"favourite": True}},
    "trash": {"action": "trash"},
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_statements_do_not_grow_with_the_selection(
    action: str, me: httpx.AsyncClient, platform: Platform
) -> None:
    ids = [(await upload(me, jpeg(number), tags="old"))["id"] for number in range(14)]
    counted: list[str] = []

    async def statements(media_ids: list[str]) -> int:
        counted.clear()
        answer = await me.post(BULK, json={**ACTIONS[action], "media_ids": media_ids})
        assert answer.json() == {"changed": len(media_ids)}
        return len(counted)

    stop = count_queries(platform.database.engine, counted)
    try:
        assert await statements(ids[:2]) == await statements(ids[2:])
    finally:
        stop()


async def test_a_bulk_edit_leaves_exactly_the_tags_that_it_names(me: httpx.AsyncClient) -> None:
    ids = [(await upload(me, jpeg(number), tags=f"old,{number}"))["id"] for number in range(3)]
    body = {"action": "update", "update": {"tags": ["sea", "old"]}, "media_ids": ids[:2]}
    assert (await me.post(BULK, json=body)).json() == {"changed": 2}
    kept = [(await me.get(f"/api/v1/media/{media_id}")).json()["tags"] for media_id in ids]
    assert kept == [["old", "sea"], ["old", "sea"], ["2", "old"]]
