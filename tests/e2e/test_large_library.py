"""Twenty thousand pictures cost the page no more than a screenful."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta

import asyncpg
from playwright.async_api import Page, expect
from sqlalchemy.engine import make_url
from tests.e2e.people import Person
from tests.e2e.pictures import photograph
from tests.e2e.running import RunningMaquette
from tests.e2e.windows import Window

COUNT = 20_000
NEWEST = datetime(2025, 6, 30, 12, tzinfo=UTC)
STEP = timedelta(hours=4)
MOST_TILES = 250
PATIENCE_SECONDS = 12
NEAR = timedelta(days=15)
MOST_NODES = 6_000


async def multiply(maquette: RunningMaquette, media_id: str) -> None:
    """Copies of the row of a media, one every four hours back through nine years; all share its thumbnails."""
    dsn = make_url(maquette.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        names = await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'media' AND is_generated = 'NEVER'"
        )
        own = {
            "id": "gen_random_uuid()",
            "checksum": "md5(n::text) || md5((-n)::text)",
            "storage_key": "storage_key || n",
            "filename": "'IMG_' || n || '.jpg'",
            "sort_at": "$2::timestamptz - n * $3::interval",
            "taken_at": "$2::timestamptz - n * $3::interval",
        }
        columns = [row["column_name"] for row in names]
        values = ", ".join(own.get(name, f'"{name}"') for name in columns)
        quoted = ", ".join(f'"{name}"' for name in columns)
        source = f"FROM media, generate_series(0, {COUNT - 1}) AS n WHERE id = $1"
        await connection.execute(
            f"INSERT INTO media ({quoted}) SELECT {values} {source}",
            media_id,
            NEWEST,
            STEP,
        )
        await connection.execute("DELETE FROM media WHERE id = $1", media_id)
    finally:
        await connection.close()


async def assert_small(window: Window) -> None:
    assert 0 < await window.tiles.count() <= MOST_TILES
    assert await window.page.evaluate("() => document.querySelectorAll('*').length") <= MOST_NODES


async def until_shown(page: Page, earliest: datetime, latest: datetime) -> None:
    """Wait until the window is full of pictures, not of grey, that were all taken between two dates."""
    look = """() => [...document.querySelectorAll("[role=gridcell] a")]
        .filter((one) => one.getBoundingClientRect().top > 100 && one.getBoundingClientRect().bottom < innerHeight)
        .map((one) => [one.ariaLabel, getComputedStyle(one.querySelector("img") ?? one).opacity])"""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        seen: list[tuple[str, str]] = await page.evaluate(look)
        found = [re.search(r"(\d+ \w+ \d{4})", name) for name, _ in seen]
        days = [datetime.strptime(each[1], "%d %B %Y").replace(tzinfo=UTC) for each in found if each]
        is_there = len(days) > 3 and all(earliest < day < latest for day in days)
        if is_there and all(opacity == "1" for _, opacity in seen):
            return
        assert time.monotonic() < deadline, f"between {earliest:%d %B %Y} and {latest:%d %B %Y}: {seen}"
        await asyncio.sleep(0.1)


async def test_the_timeline_draws_what_is_seen_and_the_scrubber_finds_any_date(
    window: Window, person: Person, maquette: RunningMaquette
) -> None:
    media = await person.upload(photograph(1, datetime(2025, 6, 30)), "first.jpg")  # noqa: DTZ001 - a wall clock
    await person.until_pictured()
    await multiply(maquette, media["id"])

    page = await window.go()
    await expect(page.get_by_role("heading", name="Monday, 30 June 2025")).to_be_visible()
    await assert_small(window)
    canvas = page.get_by_test_id("grid-scroller").locator("> div")
    height = await canvas.evaluate("one => one.offsetHeight")
    scrubber = page.get_by_role("slider", name="Scroll through time")
    box = await scrubber.bounding_box()
    assert box is not None
    for share in (0.5, 0.25, 0.99):
        await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * share)
        wanted = NEWEST - share * COUNT * STEP
        await until_shown(page, wanted - NEAR, wanted + NEAR)
        shown = datetime.strptime(await scrubber.get_attribute("aria-valuetext") or "", "%B %Y").replace(tzinfo=UTC)
        assert wanted - NEAR - timedelta(days=31) < shown < wanted + NEAR
        await assert_small(window)

    # What is shown is what the server has for that day.
    target = page.locator("[data-media-id]").filter(visible=True).first
    stored = await person.media(await target.get_attribute("data-media-id") or "")
    taken = datetime.fromisoformat(stored["taken_at"])
    await expect(target).to_have_accessible_name(re.compile(f"{taken.day} {taken:%B %Y}$"))

    await scrubber.press("End")
    await expect(page.get_by_role("heading", name=f"{NEWEST - (COUNT - 1) * STEP:%B %Y}", exact=True)).to_be_visible()
    await assert_small(window)
    await scrubber.press("Home")
    await expect(page.get_by_role("heading", name="Monday, 30 June 2025")).to_be_visible()
    # Its height was known well enough before most of it was looked at.
    assert abs(await canvas.evaluate("one => one.offsetHeight") / height - 1) < 0.03
