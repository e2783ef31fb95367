"""What goes on in the background: its progress, why something failed, and another try."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect
from tests.e2e.people import Person
from tests.e2e.running import RunningMaquette
from tests.e2e.windows import Window

from maquette.kit.ids import new_id


@pytest_asyncio.fixture(loop_scope="session")
async def lost_folder(maquette: RunningMaquette, administrator: Person) -> AsyncIterator[None]:
    """The folder of the thumbnails is not there, as when a disk is not mounted; a file stands in its place."""
    # A worker that just starts would not start without its folders.
    await administrator.draw("any.jpg", new_id().int % 1_000_000)
    await administrator.until_pictured()
    folder = maquette.data / "media" / "variants"
    away = folder.with_name("variants-away")
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(away)
    folder.write_text("in the way")
    yield
    if folder.is_file():
        folder.unlink()
    if away.is_dir():
        away.rename(folder)


async def test_a_failed_job_says_why_and_succeeds_when_it_is_tried_again(
    window: Window, person: Person, maquette: RunningMaquette, lost_folder: None
) -> None:
    page = await window.go("/jobs")
    await expect(page.get_by_text("Nothing to do")).to_be_visible()
    await person.draw("harbour.jpg", 700)
    group = page.get_by_role("region", name="Make thumbnails")
    await expect(group.get_by_text("1 failed")).to_be_visible()
    line = group.get_by_role("listitem")
    await expect(line).to_have_count(1)
    await expect(line).to_contain_text("Failed")
    job = (await person.api.get("/api/v1/jobs")).json()["items"][0]
    await expect(line).to_contain_text(job["error"]["message"])
    await expect(page.get_by_role("link", name="Jobs, 1 failed")).to_be_visible()

    folder = maquette.data / "media" / "variants"
    folder.unlink()
    folder.with_name("variants-away").rename(folder)
    await line.get_by_role("button", name="Try again").click()
    await expect(line).to_contain_text("Done")
    await expect(group.get_by_text("1 done", exact=True)).to_be_visible()


async def test_the_picture_itself_shows_that_its_thumbnails_failed_and_tries_again(
    window: Window, person: Person, maquette: RunningMaquette, lost_folder: None
) -> None:
    media_id = await person.draw("harbour.jpg", 701)
    await person.until_pictured()
    window.expect_fault(r"(404|5\d\d) GET /api/v1/media/.*/thumbnail")
    page = await window.go()
    await expect(page.get_by_role("img", name="Thumbnails failed")).to_be_visible()
    await window.open_picture(media_id)
    failure = page.get_by_role("alert").filter(has_text="Thumbnails could not be made")
    await expect(failure).to_be_visible()

    folder = maquette.data / "media" / "variants"
    folder.unlink()
    folder.with_name("variants-away").rename(folder)
    await failure.get_by_role("button", name="Try again").click()
    await expect(failure).to_have_count(0)
    await expect(page.get_by_role("img", name="harbour.jpg")).to_be_visible()
    await person.until_pictured()
    assert (await person.media(media_id))["variants"] == "ready"


async def test_finished_jobs_are_counted_by_kind(window: Window, person: Person) -> None:
    page = await window.go("/jobs")
    await expect(page.get_by_text("Nothing to do")).to_be_visible()
    for number in range(3):
        await person.draw(f"{number}.jpg", 710 + number)
    group = page.get_by_role("region", name="Make thumbnails")
    await expect(group.get_by_text("3 done", exact=True)).to_be_visible()
    await page.get_by_role("radio", name="Failed").click()
    await expect(group).to_have_count(0)


async def test_a_job_shows_the_picture_that_it_is_about(window: Window, person: Person) -> None:
    named = await person.draw("harbour.jpg", 730)
    titled = await person.draw("dunes.jpg", 731, title="The dunes at noon")
    await person.until_pictured()
    page = await window.go("/jobs")
    lines = page.get_by_role("region", name="Make thumbnails").get_by_role("listitem")
    await expect(lines).to_have_count(2)
    for media_id, name in ((named, "harbour.jpg"), (titled, "The dunes at noon")):
        line = lines.filter(has_text=name)
        await expect(line).to_contain_text("Done")
        await expect(line.locator("img")).to_have_js_property("complete", value=True)
        assert await line.locator("img").evaluate("img => img.naturalWidth") > 0
        await expect(line.get_by_role("link", name=name)).to_have_attribute("href", f"/media/{media_id}")
    await lines.filter(has_text="harbour.jpg").get_by_role("link", name="harbour.jpg").click()
    await expect(window.viewer).to_be_visible()


async def test_a_job_about_a_picture_that_is_gone_says_so(window: Window, person: Person) -> None:
    media_id = await person.draw("harbour.jpg", 732)
    await person.until_pictured()
    assert (await person.api.post("/api/v1/media/bulk", json={"action": "delete", "media_ids": [media_id]})).is_success
    window.expect_fault(f"404 GET /api/v1/media/{media_id}")
    page = await window.go("/jobs")
    await expect(page.get_by_role("listitem").filter(has_text="This picture is gone")).to_contain_text("Done")
