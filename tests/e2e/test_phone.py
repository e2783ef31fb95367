"""On a phone: the main way by thumb."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import expect
from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person
from tests.e2e.pictures import fill_library, write_pictures
from tests.e2e.windows import Window


async def stroke(window: Window, start: tuple[int, int], end: tuple[int, int], *, hold: float = 0) -> None:
    """One finger, down at `start`, up at `end`."""
    session = await window.context.new_cdp_session(window.page)

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    await touch("touchStart", start)
    await asyncio.sleep(hold)
    if start != end:
        for share in (0.25, 0.5, 0.75, 1):
            await touch("touchMove", (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share))
        # A finger that rests before it leaves flings nothing, which would swallow the next tap.
        await asyncio.sleep(0.15)
    await touch("touchEnd")
    await session.detach()


async def test_the_main_way_goes_by_thumb(open_window: OpenWindow, person: Person, files: Path) -> None:
    window = await open_window(person, width="phone")
    page = await window.go()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Choose files").tap()
    await (await chooser.value).set_files(write_pictures(files, ["one.jpg", "two.jpg", "three.jpg"]))
    await expect(window.tiles).to_have_count(3)
    await page.get_by_role("button", name="Close").tap()
    await expect(page.get_by_role("region", name="Uploads")).to_have_count(0)

    await window.tiles.first.get_by_role("link").tap()
    await expect(page.get_by_role("heading", name="three.jpg")).to_be_visible()
    await stroke(window, (320, 400), (60, 400))
    await expect(page.get_by_role("heading", name="two.jpg")).to_be_visible()
    await stroke(window, (60, 400), (320, 400))
    await expect(page.get_by_role("heading", name="three.jpg")).to_be_visible()
    await page.get_by_role("button", name="Info").tap()
    sheet = page.get_by_role("complementary", name="Info")
    await sheet.get_by_label("Title").fill("By the sea")
    await sheet.get_by_label("Title").blur()
    await expect(page.get_by_role("heading", name="By the sea")).to_be_visible()
    await page.get_by_role("button", name="Close info").tap()
    await stroke(window, (200, 300), (200, 700))
    await expect(window.viewer).to_have_count(0)

    for place, heading in (
        ("Favourites", "Favourites"),
        ("Jobs", "Jobs"),
        ("Trash", "Trash"),
        ("Settings", "Settings"),
    ):
        await page.get_by_role("navigation", name="Places").get_by_role("link", name=re.compile(f"^{place}")).tap()
        await expect(page.get_by_role("heading", name=heading, exact=True).first).to_be_visible()


async def test_a_long_press_selects_and_taps_then_add(open_window: OpenWindow, person: Person) -> None:
    pictures = await fill_library(person, {"2024-05-01": 3})
    window = await open_window(person, width="phone")
    page = await window.go()
    box = await window.tile(pictures["DSC_0003.jpg"]).bounding_box()
    assert box is not None
    middle = (round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2))
    await stroke(window, middle, middle, hold=0.6)
    await expect(page.get_by_text("1 selected")).to_be_visible()
    await window.tile(pictures["DSC_0001.jpg"]).tap()
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.get_by_role("toolbar").get_by_role("button", name="Move to trash").tap()
    await expect(window.tiles).to_have_count(1)
    await page.get_by_role("button", name="Undo").tap()
    await expect(window.tiles).to_have_count(3)


SMALL = """() => [...document.querySelectorAll("button, nav a, [role=radio], [role=option]")]
    .filter((one) => !one.closest("[inert]") && one.checkVisibility({ opacityProperty: true }))
    .map((one) => [one.getAttribute("aria-label") ?? one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.width < 39.5 || box.height < 39.5))
    .map(([name, box]) => `${name}: ${Math.round(box.width)} × ${Math.round(box.height)}`)"""


async def test_everything_that_is_touched_is_large_enough(open_window: OpenWindow, person: Person) -> None:
    pictures = await fill_library(person, {"2024-05-01": 2})
    await person.api.patch(f"/api/v1/media/{pictures['DSC_0001.jpg']}", json={"tags": ["sea"]})
    window = await open_window(person, width="phone")
    for path in (
        "/",
        f"/media/{pictures['DSC_0001.jpg']}",
        "/search?q=tag:sea",
        "/jobs",
        "/trash",
        "/settings/profile",
        "/settings/keys",
    ):
        page = await window.go(path)
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(SMALL) == [], path


async def test_what_opens_under_the_thumb_is_large_enough(open_window: OpenWindow, person: Person) -> None:
    pictures = await fill_library(person, {"2024-05-01": 2})
    await person.api.patch(f"/api/v1/media/{pictures['DSC_0001.jpg']}", json={"tags": ["sea", "sand"]})
    window = await open_window(person, width="phone")
    page = await window.go()
    await window.tile(pictures["DSC_0001.jpg"]).focus()
    await page.keyboard.press("x")
    await expect(page.get_by_text("1 selected")).to_be_visible()
    assert await page.evaluate(SMALL) == []
    await page.get_by_role("toolbar").get_by_role("button", name="Tag").tap()
    await expect(page.get_by_role("option", name="sand")).to_be_visible()
    assert await page.evaluate(SMALL) == []
    page = await window.go(f"/media/{pictures['DSC_0001.jpg']}")
    await page.get_by_role("button", name="Info").tap()
    await expect(page.get_by_role("button", name="Remove the tag sea")).to_be_visible()
    assert await page.evaluate(SMALL) == []
    page = await window.go("/settings/keys")
    await page.get_by_role("button", name="Create key").tap()
    await expect(page.get_by_role("checkbox").first).to_be_visible()
    assert await page.evaluate(SMALL) == []
