"""Every place, on a desk and a phone, by day and by night: axe finds nothing and nothing stands out of the window."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from tests.e2e.conftest import LetIn, OpenWindow
from tests.e2e.people import Person
from tests.e2e.pictures import fill_library, write_pictures
from tests.e2e.running import RunningMaquette
from tests.e2e.windows import NOT_LOGGED_IN, Width, Window, opened_window

DAYS = {
    **{f"2025-08-{day:02d}": count for day, count in ((2, 5), (3, 2), (9, 1), (14, 6))},
    **{f"2025-06-{day:02d}": count for day, count in ((21, 7), (28, 2))},
    **{f"2024-12-{day:02d}": count for day, count in ((24, 6), (31, 3))},
    "2023-07-17": 4,
}


@dataclass(frozen=True, slots=True)
class Gallery:
    """A person with a library that looks like one, and their pictures by file name."""

    person: Person
    pictures: dict[str, str]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gallery(let_in: LetIn) -> Gallery:
    """A library that tests look at and do not change."""
    person = await let_in(role="administrator", name="Grete Hartmann")
    await let_in(name="Bartholomew Featherstonehaugh-Cholmondeley the younger")
    await let_in(role="viewer", name="李小龍")
    pictures = await fill_library(person, DAYS)
    names = list(pictures)
    for name in names[::7]:
        await person.api.patch(f"/api/v1/media/{pictures[name]}", json={"favourite": True, "tags": ["holiday", "sea"]})
    edit = {
        "title": "The lighthouse, an hour before the storm",
        "caption": "From the path above the harbour.\nThe keeper waved.",
        "tags": ["lighthouse", "sea", "a tag that is rather long for a tag"],
        "rating": 4,
    }
    await person.api.patch(f"/api/v1/media/{pictures['DSC_0036.jpg']}", json=edit)
    for name in ("DSC_0001.jpg", "DSC_0002.jpg"):
        await person.api.delete(f"/api/v1/media/{pictures[name]}")
    key = {"name": "Screenshot tool", "scopes": ["media.read"], "expires_at": None}
    assert (await person.api.post("/api/v1/api-keys", json=key)).status_code == 201
    return Gallery(person, pictures)


Reach = Callable[[Page, Gallery], Awaitable[None]]


async def nothing_more(page: Page, gallery: Gallery) -> None:
    """The address is all that it takes."""


async def select_two(page: Page, gallery: Gallery) -> None:
    """Pick two pictures by keyboard."""
    await page.locator(f"[data-media-id='{gallery.pictures['DSC_0036.jpg']}']").focus()
    await page.keyboard.press("x")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("x")
    await expect(page.get_by_text("2 selected")).to_be_visible()


async def open_palette(page: Page, gallery: Gallery) -> None:
    """Everything that can be done."""
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()


async def open_shortcuts(page: Page, gallery: Gallery) -> None:
    """The sheet of keys."""
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


async def open_info(page: Page, gallery: Gallery) -> None:
    """The panel beside the picture."""
    await page.keyboard.press("i")
    await expect(page.get_by_role("complementary", name="Info")).to_be_visible()


async def open_tagging(page: Page, gallery: Gallery) -> None:
    """The dialog that tags a selection."""
    await select_two(page, gallery)
    await page.keyboard.press("t")
    await expect(page.get_by_role("dialog", name="Tag 2 pictures")).to_be_visible()


async def open_account_menu(page: Page, gallery: Gallery) -> None:
    """The menu of the person."""
    await page.get_by_role("button", name="Your account").click()
    await expect(page.get_by_role("menuitem", name="Log out")).to_be_visible()


async def suggest(page: Page, gallery: Gallery) -> None:
    """What the search field proposes."""
    await page.keyboard.press("/")
    await page.keyboard.type("ho")
    await expect(page.get_by_role("option", name=re.compile("holiday"))).to_be_visible()


async def new_key(page: Page, gallery: Gallery) -> None:
    """The form of a key."""
    await page.get_by_role("button", name="Create key").click()
    await expect(page.get_by_role("checkbox").first).to_be_visible()


async def new_user(page: Page, gallery: Gallery) -> None:
    """The form of a user."""
    await page.get_by_role("button", name="Create user").click()
    await expect(page.get_by_role("dialog", name="Create a user")).to_be_visible()


async def ask_to_empty(page: Page, gallery: Gallery) -> None:
    """The question before the trash is emptied."""
    await page.get_by_role("button", name="Empty trash").click()
    await expect(page.get_by_role("dialog", name="Empty the trash")).to_be_visible()


PLACES: dict[str, tuple[str, Reach]] = {
    "library": ("/", nothing_more),
    "library-selection": ("/", select_two),
    "library-palette": ("/", open_palette),
    "library-shortcuts": ("/", open_shortcuts),
    "library-account": ("/", open_account_menu),
    "library-tagging": ("/", open_tagging),
    "favourites": ("/favourites", nothing_more),
    "search": ("/search?q=tag:sea", nothing_more),
    "search-suggestions": ("/", suggest),
    "search-nothing": ("/search?q=zeppelin", nothing_more),
    "viewer": ("/media/{DSC_0036.jpg}", nothing_more),
    "viewer-missing": ("/media/00000000-0000-7000-8000-000000000000", nothing_more),
    "trash": ("/trash", nothing_more),
    "trash-emptying": ("/trash", ask_to_empty),
    "jobs": ("/jobs", nothing_more),
    "settings-profile": ("/settings/profile", nothing_more),
    "settings-appearance": ("/settings/appearance", nothing_more),
    "settings-keys": ("/settings/keys", nothing_more),
    "settings-keys-new": ("/settings/keys", new_key),
    "settings-users": ("/settings/users", nothing_more),
    "settings-users-new": ("/settings/users", new_user),
    # Whether the panel is open is remembered: last.
    "viewer-info": ("/media/{DSC_0036.jpg}", open_info),
    "nowhere": ("/no/such/place", nothing_more),
}
WIDTHS: list[Width] = ["desktop", "phone"]


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=WIDTHS)
async def look(
    request: pytest.FixtureRequest, browser: Browser, maquette: RunningMaquette, gallery: Gallery
) -> AsyncIterator[tuple[Window, Width]]:
    """A window of the gallery's person for all places in turn, and its width."""
    async with opened_window(browser, maquette.address, gallery.person, request.param, "light") as window:
        yield window, request.param


@pytest.mark.parametrize("place", PLACES)
async def test_a_place_is_accessible_and_fits(look: tuple[Window, Width], gallery: Gallery, place: str) -> None:
    window, width = look
    path, reach = PLACES[place]
    page = await window.go(re.sub(r"\{(.+?)\}", lambda found: gallery.pictures[found[1]], path))
    await page.wait_for_load_state("networkidle")
    await expect(page.get_by_role("heading").first).to_be_attached()
    await reach(page, gallery)
    await window.assert_good_in_both_themes(f"{place}-{width}")
    window.expect_fault("404 GET /api/v1/media/00000000")
    window.assert_faultless()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/login", "/register"])
async def test_a_door_is_accessible_and_fits(open_window: OpenWindow, path: str, width: Width) -> None:
    window = await open_window(width=width)
    window.expect_fault(NOT_LOGGED_IN)
    page = await window.go(path)
    await expect(page.get_by_role("heading").first).to_be_visible()
    await window.assert_good_in_both_themes(f"{path.strip('/')}-{width}")


@pytest.mark.parametrize("width", WIDTHS)
async def test_an_empty_library_and_its_first_uploads_are_accessible_and_fit(
    open_window: OpenWindow, person: Person, files: Path, width: Width
) -> None:
    window = await open_window(person, width=width)
    window.expect_fault("415 POST /api/v1/media$")
    page = await window.go()
    await expect(page.get_by_role("heading", name=re.compile("photographs"))).to_be_visible()
    await window.assert_good_in_both_themes(f"library-empty-{width}")

    paths = write_pictures(files, ["harbour.jpg", "a name that goes on and on " * 6 + ".jpg"])
    (files / "notes.jpg").write_text("These are notes.")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Choose files").click()
    await (await chooser.value).set_files([*paths, files / "notes.jpg"])
    await expect(page.get_by_text("1 file could not be uploaded")).to_be_visible()
    await expect(page.get_by_role("gridcell")).to_have_count(2)
    await window.assert_good_in_both_themes(f"uploads-{width}")
