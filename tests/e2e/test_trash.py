"""The trash: what lies in it comes back, or goes for good when its person says so by name."""

import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.e2e.conftest import Start
from tests.e2e.people import Person, first_administrator
from tests.e2e.pictures import fill_library
from tests.e2e.windows import Window, opened_window


@pytest_asyncio.fixture(loop_scope="session")
async def pictures(person: Person) -> dict[str, str]:
    """Four pictures by file name, of which the first three lie in the trash."""
    made = await fill_library(person, {"2024-05-01": 4})
    for name in list(made)[:3]:
        assert (await person.api.delete(f"/api/v1/media/{made[name]}")).status_code == 204
    return made


async def test_a_picture_is_restored_to_the_library(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go("/trash")
    await expect(window.tiles).to_have_count(3)
    await expect(page.get_by_text("30 days left")).to_have_count(3)
    await window.tile(pictures["DSC_0001.jpg"]).focus()
    await page.keyboard.press("x")
    await page.get_by_role("toolbar").get_by_role("button", name="Restore").click()
    await expect(page.get_by_text("Restored", exact=True)).to_be_visible()
    await expect(window.tiles).to_have_count(2)
    await page.get_by_role("link", name="Library", exact=True).click()
    await expect(window.tile(pictures["DSC_0001.jpg"])).to_be_visible()
    await expect(window.tiles).to_have_count(2)


async def test_a_picture_goes_for_good_only_after_a_question_that_names_it(
    window: Window, person: Person, pictures: dict[str, str]
) -> None:
    page = await window.go("/trash")
    await window.open_picture(pictures["DSC_0002.jpg"])
    await expect(page.get_by_role("heading", name="DSC_0002.jpg")).to_be_visible()
    await page.keyboard.press("Delete")
    asked = page.get_by_role("dialog", name="Delete this picture forever")
    await expect(asked).to_contain_text("“DSC_0002.jpg” and its original file will be deleted.")
    await asked.get_by_role("button", name="Cancel").click()
    await person.media(pictures["DSC_0002.jpg"])
    await page.keyboard.press("Delete")
    await asked.get_by_role("button", name="Delete forever").click()
    await expect(page.get_by_text("Deleted forever")).to_be_visible()
    gone = await person.api.get(f"/api/v1/media/{pictures['DSC_0002.jpg']}")
    assert gone.status_code == 404
    window.expect_fault(f"404 GET /api/v1/media/{pictures['DSC_0002.jpg']}")
    await window.go("/trash")
    await expect(window.tiles).to_have_count(2)


async def test_the_trash_is_emptied_at_once(window: Window, person: Person, pictures: dict[str, str]) -> None:
    page = await window.go("/trash")
    await expect(window.tiles).to_have_count(3)
    await page.get_by_role("button", name="Empty trash").click()
    asked = page.get_by_role("dialog", name="Empty the trash")
    await expect(asked).to_contain_text("3 pictures and their original files will be deleted.")
    await asked.get_by_role("button", name="Empty trash").click()
    await expect(page.get_by_text("The trash is empty")).to_be_visible()
    left = (await person.api.get("/api/v1/media", params={"trashed": "true"})).json()["items"]
    assert left == []
    await person.media(pictures["DSC_0004.jpg"])


async def test_the_viewer_of_the_trash_restores_and_does_not_edit(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go("/trash")
    await window.open_picture(pictures["DSC_0003.jpg"])
    await expect(page.get_by_role("heading", name="DSC_0003.jpg")).to_be_visible()
    await page.keyboard.press("i")
    await expect(page.get_by_label("Title")).to_be_disabled()
    await page.get_by_role("button", name="Restore").click()
    await expect(page.get_by_text("Restored", exact=True)).to_be_visible()
    await expect(page.get_by_label("Title")).to_be_enabled()


async def test_a_picture_says_how_long_it_stays_as_the_installation_is_set(
    start_maquette: Start, browser: Browser
) -> None:
    hasty = await start_maquette(trash_days="3")
    async with (
        first_administrator(hasty.address) as person,
        opened_window(browser, hasty.address, person, "phone", "light") as window,
    ):
        wide, narrow = await person.draw("wide.jpg", 740, 400, 200), await person.draw("narrow.jpg", 741, 100, 240)
        await person.until_pictured()
        for media_id in (wide, narrow):
            assert (await person.api.delete(f"/api/v1/media/{media_id}")).status_code == 204
        page = await window.go("/trash")
        await expect(window.tiles).to_have_count(2)
        roomy, tight = (window.tiles.filter(has=page.locator(f"[data-media-id='{each}']")) for each in (wide, narrow))
        await expect(roomy).to_have_text("3 days left")
        # Where there is no room for words there is a number, and the words for who listens.
        short = tight.get_by_text("3d", exact=True)
        await expect(short).to_be_visible()
        assert await short.evaluate("one => one.parentElement.scrollWidth <= one.parentElement.clientWidth")
        box, tile = await short.locator("..").bounding_box(), await window.tile(narrow).bounding_box()
        assert box is not None
        assert tile is not None
        assert box["x"] + box["width"] <= tile["x"] + tile["width"]
        await expect(tight.get_by_text("3 days left")).to_be_attached()
        await window.tile(wide).click()
        await page.get_by_role("button", name="Info").click()
        await expect(page.get_by_role("complementary", name="Info")).to_contain_text("In the trash until")
