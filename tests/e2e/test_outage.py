"""When the server goes away: the page says so, keeps what was written, and goes on when it is back."""

import asyncio

from playwright.async_api import expect
from tests.e2e.people import Person
from tests.e2e.pictures import fill_library
from tests.e2e.running import RunningMaquette
from tests.e2e.windows import Window

WENT_AWAY = "ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket|50[0-9] "


async def test_the_page_says_that_the_server_is_away_and_comes_back_by_itself(
    window: Window, person: Person, maquette: RunningMaquette
) -> None:
    pictures = await fill_library(person, {"2024-05-01": 3})
    page = await window.go(f"/media/{pictures['DSC_0003.jpg']}")
    await expect(page.get_by_text("1 of 3")).to_be_visible()
    await page.keyboard.press("i")
    info = page.get_by_role("complementary", name="Info")
    await expect(info.get_by_label("Title")).to_be_visible()

    window.expect_fault(WENT_AWAY)
    await asyncio.to_thread(maquette.stop)
    try:
        # What was written stays where it was, with the reason beside it.
        await info.get_by_label("Title").fill("Written while it was away")
        await info.get_by_label("Title").blur()
        await expect(info.get_by_role("alert")).to_contain_text("The server cannot be reached.")
        await expect(info.get_by_label("Title")).to_have_value("Written while it was away")
        await page.get_by_role("button", name="Close", exact=True).click()
        banner = page.get_by_role("alert").filter(has_text="The server does not answer.")
        await expect(banner).to_be_visible()
        # What is loaded stays.
        await expect(window.tiles).to_have_count(3)
    finally:
        await asyncio.to_thread(maquette.start)
    await expect(banner).to_have_count(0)
    await window.open_picture(pictures["DSC_0003.jpg"])
    await info.get_by_label("Title").fill("Written when it was back")
    await info.get_by_label("Title").blur()
    await expect(page.get_by_role("heading", name="Written when it was back")).to_be_visible()
    # Events arrive again, without a reload.
    answer = await person.api.patch(f"/api/v1/media/{pictures['DSC_0003.jpg']}", json={"title": "Named elsewhere"})
    assert answer.status_code == 200
    await expect(page.get_by_role("heading", name="Named elsewhere")).to_be_visible()


async def test_a_failed_change_is_taken_back_on_the_screen(
    window: Window, person: Person, maquette: RunningMaquette
) -> None:
    pictures = await fill_library(person, {"2024-05-01": 2})
    page = await window.go()
    tile = window.tile(pictures["DSC_0002.jpg"])
    await tile.focus()
    window.expect_fault("ERR_INTERNET_DISCONNECTED|WebSocket")
    await window.context.set_offline(offline=True)
    await page.keyboard.press("Delete")
    await expect(page.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    await expect(tile).to_be_visible()
    await expect(page.get_by_text("You are offline.")).to_be_visible()
    await window.context.set_offline(offline=False)
    await expect(page.get_by_text("You are offline.")).to_have_count(0)
    assert (await person.media(pictures["DSC_0002.jpg"]))["trashed_at"] is None
