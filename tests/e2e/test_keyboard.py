"""Without a mouse: every step of the main way by keys, and the palette that knows every action."""

import re

from playwright.async_api import expect
from tests.e2e.people import Person
from tests.e2e.pictures import fill_library
from tests.e2e.windows import Window


async def test_the_main_way_goes_by_keys_alone(window: Window, person: Person) -> None:
    pictures = await fill_library(person, {"2024-05-01": 3, "2024-05-03": 3})
    page = await window.go()
    await expect(window.tiles).to_have_count(6)
    # The first tab offers to skip what stands before the pictures.
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowRight")
    await expect(window.tile(pictures["DSC_0006.jpg"])).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(window.tile(pictures["DSC_0005.jpg"])).to_be_focused()
    await page.keyboard.press("f")
    await expect(window.tile(pictures["DSC_0005.jpg"])).to_have_accessible_name(re.compile("favourite$"))
    await page.keyboard.press("Enter")
    await expect(window.viewer).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("heading", name="DSC_0004.jpg")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(window.viewer).to_have_count(0)
    # The focus is where the eyes are: at the picture that was seen last.
    await expect(window.tile(pictures["DSC_0004.jpg"])).to_be_focused()
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+ArrowRight")
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.keyboard.press("t")
    await page.keyboard.type("harbour")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Tag 2 pictures")
    await dialog.get_by_role("button", name="Add tags").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Tags added to 2 pictures")).to_be_visible()
    await page.keyboard.press("Delete")
    await expect(window.tiles).to_have_count(4)
    await page.keyboard.press("g")
    await page.keyboard.press("x")
    await expect(page.get_by_role("heading", name="Trash")).to_be_visible()
    await expect(window.tiles).to_have_count(2)
    await page.keyboard.press("g")
    await page.keyboard.press("l")
    await expect(page).to_have_url(f"{window.address}/")


async def test_arrows_move_by_rows_and_page_keys_by_screens(window: Window, person: Person) -> None:
    pictures = await fill_library(person, {"2024-05-01": 30})
    page = await window.go()
    first = window.tile(pictures["DSC_0030.jpg"])
    await first.focus()
    await page.keyboard.press("ArrowDown")
    below = page.locator("[data-media-id]:focus")
    await expect(below).to_be_visible()
    start, moved = await first.bounding_box(), await below.bounding_box()
    assert start is not None
    assert moved is not None
    assert moved["y"] > start["y"]
    assert moved["x"] < start["x"] + start["width"]
    await page.keyboard.press("ArrowUp")
    await expect(first).to_be_focused()
    await page.keyboard.press("End")
    await expect(window.tile(pictures["DSC_0001.jpg"])).to_be_focused()
    await expect(window.tile(pictures["DSC_0001.jpg"])).to_be_in_viewport()
    await page.keyboard.press("Home")
    await expect(first).to_be_focused()


async def test_the_palette_finds_actions_and_places_by_a_few_letters(window: Window) -> None:
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    palette = page.get_by_role("combobox", name="Find an action or a place")
    await page.keyboard.press("Control+k")
    await expect(palette).to_be_focused()
    await page.keyboard.type("gtjobs")
    await expect(page.get_by_role("option", name=re.compile("^Go to jobs")).first).to_have_attribute(
        "aria-selected", "true"
    )
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/jobs$"))
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await page.keyboard.press("Control+k")
    await expect(palette).to_be_focused()
    await page.keyboard.type("dark th")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    await page.keyboard.press("Control+k")
    await expect(palette).to_be_focused()
    await page.keyboard.type("zeppelin over sea")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/search"))
    await page.keyboard.press("Control+k")
    await expect(palette).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_question_mark_shows_the_keys_of_here_and_now(window: Window) -> None:
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet.get_by_text("Go to the trash")).to_be_visible()
    await expect(sheet.get_by_text("Move to trash")).to_be_visible()


async def test_keys_are_letters_where_one_writes(window: Window) -> None:
    page = await window.go("/settings/profile")
    name = page.get_by_label("Name")
    await name.fill("")
    await name.press_sequentially("gx/?j")
    await expect(name).to_have_value("gx/?j")
    await expect(page).to_have_url(re.compile("/settings/profile$"))
    await expect(page.get_by_role("dialog")).to_have_count(0)
