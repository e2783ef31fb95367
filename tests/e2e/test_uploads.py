"""Pictures come in: dropped, picked, pasted; each with its progress, its reason when refused, and another try."""

import re
from base64 import b64encode
from pathlib import Path

from playwright.async_api import expect
from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person
from tests.e2e.pictures import write_pictures
from tests.e2e.windows import Window

SLOW = 30_000
"""Bytes per second at which a person can see a small picture go."""


async def throttle(window: Window, bytes_per_second: int) -> None:
    """Slow the uploads of a window down; -1 lets them go."""
    session = await window.context.new_cdp_session(window.page)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second},
    )


async def test_a_dropped_folder_appears_live_here_and_in_another_window(
    open_window: OpenWindow, person: Person, files: Path
) -> None:
    write_pictures(files / "holiday", ["harbour.jpg", "beach/dunes.jpg", "beach/sea.jpg"])
    (files / "holiday" / "notes.txt").write_text("not a picture")
    here, there = await open_window(person), await open_window(person)
    await here.go()
    await there.go()
    for each in (here, there):
        await expect(each.page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    await here.drop(files / "holiday")
    for each in (here, there):
        await expect(each.tiles).to_have_count(3)
        await expect(each.page.get_by_role("heading", name="May 2024", exact=True)).to_be_visible()
    await expect(here.page.get_by_text("3 files uploaded")).to_be_visible()
    await expect(here.page.get_by_text("holiday/beach/sea.jpg")).to_be_visible()
    # Thumbnails are made in the background, and come without a reload, too.
    for each in (here, there):
        for tile in await each.tiles.all():
            await expect(tile.locator("img")).to_have_css("opacity", "1")
            assert await tile.locator("img").evaluate("img => img.naturalWidth") > 0


async def test_each_file_has_its_progress(window: Window, files: Path) -> None:
    paths = write_pictures(files, ["one.jpg", "two.jpg"])
    page = await window.go()
    await throttle(window, SLOW)
    await window.choose_files(*paths)
    for name in ("one.jpg", "two.jpg"):
        await expect(page.get_by_role("progressbar", name=f"Upload of {name}")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="All uploads")).to_be_visible()
    await expect(page.get_by_text("Uploading 0 of 2")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Upload of one.jpg")).to_have_attribute(
        "aria-valuenow", re.compile(r"^[1-9]")
    )
    await throttle(window, -1)
    await expect(page.get_by_text("2 files uploaded")).to_be_visible()
    await expect(window.tiles).to_have_count(2)


async def test_leaving_while_files_are_on_their_way_asks_first(window: Window, files: Path) -> None:
    paths = write_pictures(files, ["one.jpg"])
    page = await window.go()
    await throttle(window, SLOW)
    await window.choose_files(*paths)
    await expect(page.get_by_role("progressbar", name="Upload of one.jpg")).to_be_visible()
    async with page.expect_event("dialog") as asked:
        await page.close(run_before_unload=True)
    dialog = await asked.value
    assert dialog.type == "beforeunload"
    await dialog.dismiss()
    await throttle(window, -1)
    await expect(window.tiles).to_have_count(1)


async def test_a_bad_file_says_why_and_the_good_ones_go_on(window: Window, files: Path) -> None:
    paths = write_pictures(files, ["harbour.jpg", "dunes.jpg"])
    (files / "notes.jpg").write_text("These are notes.")
    (files / "empty.png").touch()
    cut = paths[0].read_bytes()
    (files / "cut.jpg").write_bytes(cut[: len(cut) // 2])
    window.expect_fault("(400|415|422) POST /api/v1/media$")
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    await window.drop(*paths, *(files / name for name in ("notes.jpg", "empty.png", "cut.jpg")))
    await expect(page.get_by_text("3 files could not be uploaded")).to_be_visible()
    uploads = page.get_by_role("region", name="Uploads")
    for name, reason in (("notes.jpg", "not"), ("empty.png", "empty"), ("cut.jpg", "")):
        line = uploads.get_by_role("listitem").filter(has_text=name)
        await expect(line).to_contain_text(re.compile(f"{reason}.*\\.", re.IGNORECASE))
        await expect(line).not_to_contain_text("Uploaded")
    await expect(window.tiles).to_have_count(2)


async def test_an_upload_whose_connection_breaks_goes_on_with_another_try(window: Window, files: Path) -> None:
    (path,) = write_pictures(files, ["harbour.jpg"])
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    window.expect_fault("ERR_INTERNET_DISCONNECTED")
    await window.context.set_offline(offline=True)
    await window.choose_files(path)
    await expect(page.get_by_text("The connection broke while sending. Try again.")).to_be_visible()
    await window.context.set_offline(offline=False)
    await page.get_by_role("button", name="Upload harbour.jpg again").click()
    await expect(page.get_by_text("1 file uploaded")).to_be_visible()
    await expect(window.tiles).to_have_count(1)


async def test_what_is_there_already_is_not_sent_again(window: Window, person: Person, files: Path) -> None:
    paths = write_pictures(files, ["harbour.jpg"])
    await person.upload(paths[0].read_bytes(), "harbour.jpg")
    page = await window.go()
    await expect(window.tiles).to_have_count(1)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    await window.drop(*paths)
    await expect(page.get_by_text("1 was already in the library")).to_be_visible()
    await expect(window.tiles).to_have_count(1)
    assert not [url for url in posted if url.endswith("/api/v1/media")]


async def test_a_picture_can_be_pasted(window: Window, files: Path) -> None:
    (path,) = write_pictures(files, ["harbour.jpg"])
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    await page.evaluate(
        """(data) => {
            const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
            dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }""",
        b64encode(path.read_bytes()).decode(),
    )
    await expect(window.tiles).to_have_count(1)


async def test_a_whole_folder_can_be_picked(window: Window, files: Path) -> None:
    write_pictures(files / "holiday", ["harbour.jpg", "beach/dunes.jpg"])
    (files / "holiday" / "Thumbs.db").write_bytes(b"\0" * 100)
    page = await window.go()
    await window.choose_files(files / "holiday")
    await expect(page.get_by_text("2 files uploaded")).to_be_visible()
    await expect(window.tiles).to_have_count(2)
