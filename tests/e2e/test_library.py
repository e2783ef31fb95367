"""The library: a timeline by day and month, its scrubber, its sizes; search; selection and what is done to it."""

import re

import pytest_asyncio
from playwright.async_api import expect
from tests.e2e.people import Person
from tests.e2e.pictures import fill_library
from tests.e2e.windows import Window

DAYS = {"2021-03-14": 12, "2023-07-01": 10, "2024-05-01": 10, "2024-05-03": 8}


@pytest_asyncio.fixture(loop_scope="session")
async def pictures(person: Person) -> dict[str, str]:
    """Forty pictures by file name, DSC_0040.jpg the newest."""
    return await fill_library(person, DAYS)


async def test_pictures_stand_by_day_under_their_month_newest_first(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go()
    await expect(page.get_by_role("heading", name="May 2024", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", name="Friday, 3 May 2024")).to_be_visible()
    first = window.tiles.first.locator("[data-media-id]")
    await expect(first).to_have_attribute("data-media-id", pictures["DSC_0040.jpg"])
    # Rows are justified: but for the last of a day, all end at the same edge.
    boxes = [await tile.bounding_box() for tile in (await window.tiles.all())[:8]]
    rows: dict[float, float] = {}
    for box in boxes:
        assert box is not None
        rows[round(box["y"])] = max(rows.get(round(box["y"]), 0), box["x"] + box["width"])
    edges = [rows[top] for top in sorted(rows)]
    assert len(edges) >= 2
    assert all(abs(edge - edges[0]) < 2 for edge in edges[:-1])


async def test_the_scrubber_leads_through_time_by_mouse_and_by_keys(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go()
    scrubber = page.get_by_role("slider", name="Scroll through time")
    await expect(scrubber).to_have_attribute("aria-valuetext", "May 2024")
    box = await scrubber.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 1)
    await expect(scrubber).to_have_attribute("aria-valuetext", "March 2021")
    await expect(window.tile(pictures["DSC_0001.jpg"])).to_be_visible()
    await expect(window.tile(pictures["DSC_0040.jpg"])).not_to_be_in_viewport()
    await scrubber.press("Home")
    await expect(scrubber).to_have_attribute("aria-valuetext", "May 2024")
    await scrubber.press("ArrowDown")
    await expect(scrubber).to_have_attribute("aria-valuetext", "July 2023")
    await expect(window.tile(pictures["DSC_0022.jpg"])).to_be_in_viewport()


async def test_rows_grow_and_shrink_and_the_choice_is_remembered(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go()
    tile = window.tile(pictures["DSC_0040.jpg"])

    async def height() -> float:
        box = await tile.bounding_box()
        assert box is not None
        return box["height"]

    medium = await height()
    await page.get_by_role("button", name="Size of the pictures").click()
    await page.get_by_role("menuitemradio", name="Small").click()
    await expect(page.get_by_role("menuitemradio")).to_have_count(0)
    small = await height()
    await page.keyboard.press("+")
    await page.keyboard.press("+")
    large = await height()
    assert small < medium < large
    await page.reload()
    await expect(tile).to_be_visible()
    assert abs(await height() - large) < 2


async def test_a_slash_searches_by_file_name(window: Window, person: Person) -> None:
    harbour = await person.draw("harbour at dawn.jpg", 901)
    await person.draw("dunes.jpg", 902)
    await person.until_pictured()
    page = await window.go()
    await expect(window.tiles).to_have_count(2)
    await page.keyboard.press("/")
    await expect(page.get_by_role("combobox", name="Search the library")).to_be_focused()
    await page.keyboard.type("harb")
    await expect(page.get_by_role("option", name=re.compile(r"harbour at dawn\.jpg"))).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/search\?q=harb$"))
    await expect(window.tiles).to_have_count(1)
    await expect(window.tile(harbour)).to_be_visible()
    await page.get_by_role("button", name="Clear the search").click()
    await expect(window.tiles).to_have_count(2)


async def test_filters_become_tokens_and_are_taken_away_again(window: Window, person: Person) -> None:
    kept = await person.draw("one.jpg", 903, tags="sea")
    await person.draw("two.jpg", 904)
    await person.until_pictured()
    page = await window.go()
    await expect(window.tiles).to_have_count(2)
    await page.keyboard.press("/")
    await expect(page.get_by_role("combobox", name="Search the library")).to_be_focused()
    await page.keyboard.type("tag:sea ")
    await page.keyboard.press("Enter")
    await expect(window.tiles).to_have_count(1)
    await expect(window.tile(kept)).to_be_visible()
    await page.get_by_role("button", name="Remove the filter tag:sea").click()
    await expect(window.tiles).to_have_count(2)
    await window.go("/search?q=two")
    await expect(page.get_by_role("button", name="Best match")).to_be_visible()
    await window.go("/search?q=zeppelin")
    await expect(page.get_by_text("Nothing matches")).to_be_visible()
    # Of nothing there is nothing to sort.
    await expect(page.get_by_role("button", name="Best match")).to_have_count(0)


async def test_shift_selects_a_range_and_tags_go_to_all_of_it(
    window: Window, person: Person, pictures: dict[str, str]
) -> None:
    page = await window.go()
    await window.tile(pictures["DSC_0040.jpg"]).hover()
    await window.tiles.nth(0).get_by_role("button", name="Select").click()
    await window.tile(pictures["DSC_0036.jpg"]).click(modifiers=["Shift"])
    await expect(page.get_by_text("5 selected")).to_be_visible()
    await expect(page.locator("[role=gridcell][aria-selected=true]")).to_have_count(5)
    # A press on one that is selected takes it out, while something is selected.
    await window.tile(pictures["DSC_0036.jpg"]).click()
    await expect(page.get_by_text("4 selected")).to_be_visible()

    await page.get_by_role("toolbar").get_by_role("button", name="Tag").click()
    field = page.get_by_role("dialog", name="Tag 4 pictures").get_by_role("combobox")
    await field.fill("harbour")
    await field.press("Enter")
    await page.get_by_role("button", name="Add tags").click()
    await expect(page.get_by_text("Tags added to 4 pictures")).to_be_visible()
    tagged = (await person.api.get("/api/v1/media", params={"tag": "harbour"})).json()["items"]
    assert {each["filename"] for each in tagged} == {f"DSC_00{number}.jpg" for number in (37, 38, 39, 40)}
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("toolbar")).to_have_count(0)


async def test_a_whole_day_is_selected_at_its_head(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go()
    await page.get_by_role("heading", name="Friday, 3 May 2024").hover()
    await page.get_by_role("button", name="Select all of Friday, 3 May 2024").click()
    await expect(page.get_by_text("8 selected")).to_be_visible()


async def test_what_is_trashed_comes_back_by_undo(window: Window, person: Person, pictures: dict[str, str]) -> None:
    page = await window.go()
    tile = window.tile(pictures["DSC_0040.jpg"])
    await tile.focus()
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+ArrowRight")
    await page.keyboard.press("Shift+ArrowRight")
    await expect(page.get_by_text("3 selected")).to_be_visible()
    await page.keyboard.press("Delete")
    await expect(tile).to_have_count(0)
    await expect(page.get_by_text("3 pictures moved to trash")).to_be_visible()
    await expect(page.get_by_role("toolbar")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(tile).to_be_visible()
    await page.wait_for_load_state("networkidle")
    trashed = (await person.api.get("/api/v1/media", params={"trashed": "true"})).json()["items"]
    assert trashed == []
    await page.reload()
    await expect(tile).to_be_visible()


async def test_a_favourite_of_one_window_is_one_in_the_other(
    window: Window, person: Person, pictures: dict[str, str]
) -> None:
    page = await window.go("/favourites")
    await expect(page.get_by_text("No favourites yet")).to_be_visible()
    answer = await person.api.patch(f"/api/v1/media/{pictures['DSC_0007.jpg']}", json={"favourite": True})
    assert answer.status_code == 200
    await expect(window.tile(pictures["DSC_0007.jpg"])).to_be_visible()
