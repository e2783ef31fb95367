"""One picture large: opening, zoom, neighbours, what is known of it and its editing, the original."""

import hashlib
import re
from datetime import datetime
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect
from tests.e2e.people import Person
from tests.e2e.pictures import fill_library, photograph
from tests.e2e.windows import Window

LARGE = photograph(77, datetime(2024, 6, 2, 9, 30), 2400, 1600)  # noqa: DTZ001 - EXIF dates are wall clocks


@pytest_asyncio.fixture(loop_scope="session")
async def pictures(person: Person) -> dict[str, str]:
    """Three pictures by file name, DSC_0003.jpg the newest."""
    return await fill_library(person, {"2024-05-01": 2, "2024-05-03": 1})


async def scale_of(page: Page) -> float:
    transform: str = await page.get_by_test_id("stage").locator("> div").first.evaluate("one => one.style.transform")
    found = re.search(r"scale\(([\d.]+)\)", transform)
    assert found is not None, transform
    return float(found[1])


async def test_a_picture_opens_has_its_own_address_and_closes_again(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go()
    await window.open_picture(pictures["DSC_0002.jpg"])
    await expect(page).to_have_url(f"{window.address}/media/{pictures['DSC_0002.jpg']}")
    await expect(page.get_by_role("heading", name="DSC_0002.jpg")).to_be_visible()
    shown = page.get_by_role("img", name="DSC_0002.jpg")
    await expect(shown).to_be_visible()
    await page.wait_for_function(
        "name => document.querySelector(`img[alt='${name}']`)?.naturalWidth > 0", arg="DSC_0002.jpg"
    )
    await page.keyboard.press("Escape")
    await expect(window.viewer).to_have_count(0)
    await expect(page).to_have_url(f"{window.address}/")
    await expect(window.tile(pictures["DSC_0002.jpg"])).to_be_focused()


async def test_arrows_walk_through_the_neighbours(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go()
    await window.open_picture(pictures["DSC_0003.jpg"])
    await expect(page.get_by_text("1 of 3")).to_be_visible()
    for key, name in (
        ("ArrowRight", "DSC_0002.jpg"),
        ("j", "DSC_0001.jpg"),
        ("ArrowRight", "DSC_0001.jpg"),
        ("ArrowLeft", "DSC_0002.jpg"),
        ("k", "DSC_0003.jpg"),
    ):
        await page.keyboard.press(key)
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        await expect(page).to_have_url(re.compile(pictures[name]))
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("heading", name="DSC_0002.jpg")).to_be_visible()
    # However far one has walked, back is where one came from.
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(f"{window.address}/")


async def test_an_address_opens_the_viewer_and_closing_it_leads_to_the_library(
    window: Window, pictures: dict[str, str]
) -> None:
    page = await window.go(f"/media/{pictures['DSC_0002.jpg']}")
    await expect(window.viewer).to_be_visible()
    await expect(page.get_by_text("2 of 3")).to_be_visible()
    await page.get_by_role("button", name="Close").click()
    await expect(window.tiles).to_have_count(3)
    await expect(page).to_have_url(f"{window.address}/")


async def test_keys_wheel_and_double_click_zoom(window: Window, person: Person) -> None:
    media = await person.upload(LARGE, "large.jpg")
    await person.until_pictured()
    page = await window.go(f"/media/{media['id']}")
    await expect(page.get_by_role("img", name="large.jpg")).to_be_visible()
    assert await scale_of(page) == 1
    await page.keyboard.press("+")
    await page.keyboard.press("+")
    assert await scale_of(page) > 1.5
    await page.keyboard.press("-")
    await page.keyboard.press("0")
    assert await scale_of(page) == 1
    await page.keyboard.press("z")
    await expect(page.get_by_text("100%", exact=True)).to_be_visible()
    # At that size the original itself is shown.
    assert await page.locator(f"img[src*='{media['id']}/data']").count() == 1
    await page.keyboard.press("z")
    assert await scale_of(page) == 1
    await page.mouse.move(500, 400)
    await page.mouse.wheel(0, -400)
    await expect(page.get_by_text(re.compile(r"^\d+%$"))).to_be_visible()
    await page.keyboard.press("0")
    await page.get_by_test_id("stage").dblclick()
    await expect(page.get_by_text(re.compile(r"^\d+%$"))).to_be_visible()


async def test_title_caption_and_tags_are_kept(window: Window, person: Person, pictures: dict[str, str]) -> None:
    media_id = pictures["DSC_0001.jpg"]
    page = await window.go(f"/media/{media_id}")
    await expect(page.get_by_role("heading", name="DSC_0001.jpg")).to_be_visible()
    await page.keyboard.press("i")
    info = page.get_by_role("complementary", name="Info")
    await info.get_by_label("Title").fill("Low water")
    await info.get_by_label("Title").press("Enter")
    await info.get_by_label("Caption").fill("The boats lie dry.\nNobody hurries.")
    await info.get_by_label("Caption").blur()
    tags = info.get_by_role("combobox", name="Tags")
    await tags.fill("harbour")
    await tags.press("Enter")
    await tags.fill("evening light")
    await tags.press("Enter")
    await expect(info.get_by_role("button", name="Remove the tag evening light")).to_be_visible()
    await page.wait_for_load_state("networkidle")

    await page.reload()
    await expect(page.get_by_role("heading", name="Low water")).to_be_visible()
    await expect(info.get_by_label("Title")).to_have_value("Low water")
    await expect(info.get_by_label("Caption")).to_have_value("The boats lie dry.\nNobody hurries.")
    await expect(info.get_by_role("button", name=re.compile("^Remove the tag"))).to_have_count(2)
    stored = await person.media(media_id)
    assert (stored["title"], sorted(stored["tags"])) == ("Low water", ["evening light", "harbour"])

    await info.get_by_role("button", name="Remove the tag harbour").click()
    await expect(info.get_by_role("button", name=re.compile("^Remove the tag"))).to_have_count(1)


async def test_a_new_date_moves_the_picture_in_the_timeline(window: Window, pictures: dict[str, str]) -> None:
    page = await window.go()
    await window.open_picture(pictures["DSC_0001.jpg"])
    await expect(page.get_by_role("heading", name="DSC_0001.jpg")).to_be_visible()
    await page.keyboard.press("i")
    info = page.get_by_role("complementary", name="Info")
    await info.get_by_label("Date taken").fill("2021-11-30T16:45")
    await info.get_by_label("Date taken").blur()
    await page.wait_for_load_state("networkidle")
    await page.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("heading", name="November 2021")).to_be_visible()
    await expect(window.tiles).to_have_count(3)


async def test_f_and_figures_make_favourites_and_ratings(
    window: Window, person: Person, pictures: dict[str, str]
) -> None:
    media_id = pictures["DSC_0001.jpg"]
    page = await window.go(f"/media/{media_id}")
    await expect(page.get_by_text("3 of 3")).to_be_visible()
    await page.keyboard.press("f")
    heart = window.viewer.get_by_role("button", name="Take out of favourites")
    await expect(heart).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("4")
    await page.keyboard.press("i")
    await expect(page.get_by_role("button", name="Rate 4 stars")).to_have_attribute("aria-pressed", "true")
    await page.wait_for_load_state("networkidle")
    stored = await person.media(media_id)
    assert (stored["favourite"], stored["rating"]) == (True, 4)
    await window.go("/favourites")
    await expect(window.tiles).to_have_count(1)
    await expect(window.tile(media_id)).to_be_visible()


async def test_the_download_is_the_original_byte_for_byte(window: Window, person: Person, tmp_path: Path) -> None:
    media = await person.upload(LARGE, "harbour – Ebbe.jpg")
    page = await window.go(f"/media/{media['id']}")
    await expect(page.get_by_role("heading", name="harbour – Ebbe.jpg")).to_be_visible()
    async with page.expect_download() as downloading:
        await page.keyboard.press("d")
    download = await downloading.value
    assert download.suggested_filename == "harbour – Ebbe.jpg"
    await download.save_as(tmp_path / "saved.jpg")
    saved = (tmp_path / "saved.jpg").read_bytes()
    assert hashlib.sha256(saved).hexdigest() == media["checksum"] == hashlib.sha256(LARGE).hexdigest()


async def test_a_picture_changed_in_another_window_changes_here(
    window: Window, person: Person, pictures: dict[str, str]
) -> None:
    media_id = pictures["DSC_0001.jpg"]
    page = await window.go(f"/media/{media_id}")
    await expect(page.get_by_role("heading", name="DSC_0001.jpg")).to_be_visible()
    answer = await person.api.patch(f"/api/v1/media/{media_id}", json={"title": "Named elsewhere"})
    assert answer.status_code == 200
    await expect(page.get_by_role("heading", name="Named elsewhere")).to_be_visible()


async def test_a_picture_of_somebody_else_is_not_there(window: Window, administrator: Person) -> None:
    media = await administrator.upload(photograph(78, datetime(2024, 1, 1)), "secret.jpg")  # noqa: DTZ001 - wall clock
    window.expect_fault(f"404 GET /api/v1/media/{media['id']}")
    page = await window.go(f"/media/{media['id']}")
    await expect(page.get_by_text("This picture is not here")).to_be_visible()
    await page.get_by_role("button", name="Go to the library").click()
    await expect(page).to_have_url(f"{window.address}/")
