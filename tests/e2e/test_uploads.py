"""Pictures come in: dropped, picked, pasted; each with its progress, its reason when refused, and another try."""

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import Browser, Page, Request, WebSocket, expect
from tests.e2e.conftest import OpenWindow, Start
from tests.e2e.people import Person, first_administrator
from tests.e2e.pictures import write_pictures
from tests.e2e.running import RunningMaquette
from tests.e2e.test_outage import WENT_AWAY
from tests.e2e.windows import Window, opened_window

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


@pytest_asyncio.fixture(loop_scope="session")
async def idle_worker(administrator: Person) -> AsyncIterator[None]:
    """No thumbnail is made by the worker, until `resume_worker`."""
    answer = await administrator.api.post("/api/v1/jobs/kinds/media.make_variants/pause")
    assert answer.status_code == 200, answer.text
    yield
    await resume_worker(administrator)


async def resume_worker(administrator: Person) -> None:
    answer = await administrator.api.post("/api/v1/jobs/kinds/media.make_variants/resume")
    assert answer.status_code == 200, answer.text


class Heard:
    """What a page asks for and what it is told, in the order in which that happens."""

    def __init__(self, page: Page) -> None:
        self.ready: set[str] = set()
        self.asked: list[str] = []
        self.asked_early: list[str] = []
        page.on("request", self._see)
        page.on("websocket", self._listen)

    def _see(self, request: Request) -> None:
        found = re.fullmatch("/api/v1/media/(.+)/thumbnail", urlsplit(request.url).path)
        if found is None:
            return
        self.asked.append(found[1])
        if found[1] not in self.ready:
            self.asked_early.append(found[1])

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda said: self._hear(json.loads(said)))

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("name") == "media.variants_ready":
            self.ready.add(message["data"]["media_id"])


async def test_thumbnails_are_asked_for_when_they_are_made_and_the_files_themselves_are_seen_until_then(
    window: Window, person: Person, administrator: Person, files: Path, idle_worker: None
) -> None:
    heard = Heard(window.page)
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    await window.drop(*write_pictures(files, ["harbour.jpg", "dunes.jpg"]))
    await expect(page.get_by_text("2 files uploaded")).to_be_visible()
    await expect(window.tiles).to_have_count(2)
    for tile in await window.tiles.all():
        await expect(tile.locator("a > span").first).to_have_css("background-image", re.compile(r"^url\(\"blob:"))
    # The viewer shows the original meanwhile, also of what one walks to.
    await window.tiles.first.get_by_role("link").click()
    for name in ("dunes.jpg", "harbour.jpg"):
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        await expect(page.get_by_role("img", name=name)).to_have_js_property("naturalWidth", 300)
        await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Escape")
    assert heard.asked == []

    await resume_worker(administrator)
    await person.until_pictured()
    for tile in await window.tiles.all():
        await expect(tile.locator("img")).to_have_css("opacity", "1")
    assert len(set(heard.asked)) == 2
    assert heard.asked_early == []
    # What was shown meanwhile is let go.
    for tile in await window.tiles.all():
        await expect(tile.locator("a > span").first).not_to_have_css("background-image", re.compile("blob:"))


async def test_a_thumbnail_that_nobody_announces_is_asked_for_after_a_while(
    window: Window, person: Person, idle_worker: None
) -> None:
    await window.page.clock.install()
    media_id = await person.draw("harbour.jpg", 720)
    heard = Heard(window.page)
    page = await window.go()
    await expect(window.tile(media_id)).to_be_visible()
    await page.clock.run_for(9_000)
    assert heard.asked == []
    await page.clock.run_for(1_500)
    # The server makes it at once, whatever the worker does.
    await expect(window.tile(media_id).locator("img")).to_have_css("opacity", "1")
    assert set(heard.asked) == {media_id}


async def test_a_server_that_takes_no_more_is_waited_for(start_maquette: Start, browser: Browser, files: Path) -> None:
    limited = await start_maquette(limit_user_upload="2", limit_allow="[]")
    async with (
        first_administrator(limited.address) as person,
        opened_window(browser, limited.address, person, "desktop", "light") as window,
    ):
        window.expect_fault(f"429 POST /api/v1/media$|{WENT_AWAY}")
        await window.page.clock.install()
        page = await window.go()
        await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
        await window.drop(*write_pictures(files, ["harbour.jpg", "dunes.jpg", "cliffs.jpg"]))
        uploads = page.get_by_role("region", name="Uploads")
        waits = uploads.get_by_role("listitem").filter(has_text="The server takes no more files for now.")
        await expect(waits).to_have_count(1)
        await expect(waits).to_contain_text(re.compile(r"Goes on in \d\d sec"))
        await expect(uploads).to_contain_text("Uploading 2 of 3")
        await expect(uploads).to_contain_text("The server asks to wait; this goes on by itself")
        before = int(re.findall(r"Goes on in (\d+)", await waits.inner_text())[0])
        await page.clock.run_for(10_000)
        await expect(waits).to_contain_text(re.compile(rf"Goes on in ({before - 10}|{before - 11}|{before - 12}) sec"))
        await window.shoot("uploads-waiting-desktop-light")

        # A minute's wait is not worth a test's time: the limit is lifted, and the page's clock put forward.
        await asyncio.to_thread(limited.stop)
        await asyncio.to_thread(limited.start, limit_user_upload="0")
        await page.clock.run_for(61_000)
        await expect(page.get_by_text("3 files uploaded")).to_be_visible()
        await expect(window.tiles).to_have_count(3)


async def test_a_store_that_is_away_is_waited_for(window: Window, maquette: RunningMaquette, files: Path) -> None:
    originals = maquette.data / "media" / "originals"
    away = originals.with_name("originals-away")
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    window.expect_fault("503 POST /api/v1/media$")
    originals.mkdir(parents=True, exist_ok=True)
    originals.rename(away)
    originals.write_text("in the way")
    try:
        await window.choose_files(*write_pictures(files, ["harbour.jpg"]))
        line = page.get_by_role("region", name="Uploads").get_by_role("listitem")
        await expect(line).to_contain_text(re.compile(r"Goes on in [1-5] sec"))
        await expect(line).to_contain_text("The store")
    finally:
        originals.unlink()
        away.rename(originals)
    await expect(page.get_by_text("1 file uploaded")).to_be_visible()
    await expect(window.tiles).to_have_count(1)
