"""Browser windows that watch themselves: what goes wrong in one without being expected fails its test."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)
from tests.e2e.people import Person, log_in

Theme = Literal["light", "dark"]
Width = Literal["desktop", "phone"]

SIZES: dict[Width, tuple[int, int]] = {"desktop": (1440, 900), "phone": (390, 844)}
AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = os.environ.get("MAQUETTE_SCREENSHOTS")
"""A folder into which pictures of every place are put, for a person to look at."""

# The browser says so of every answer from 400 on; the answer itself is a fault already.
SAID_TWICE = "Failed to load resource"
# What the page itself gave up: a picture that was scrolled away, a page that was left.
GIVEN_UP = {"net::ERR_ABORTED"}
NOT_LOGGED_IN = r"401 GET /api/v1/auth/me|401 POST /api/v1/auth/refresh"


@dataclass  # without slots: Playwright keeps its wrappers on the object whose methods listen
class Window:
    """A window with one page."""

    address: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    def watch(self) -> None:
        """Begin to note what goes wrong."""
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.context.on("request", self._see_request)
        self.context.on("requestfailed", self._see_failure)
        self.context.on("response", self._see_response)

    def expect_fault(self, pattern: str) -> None:
        """Faults that match are part of the test."""
        self._expected.append(re.compile(pattern))

    def assert_faultless(self) -> None:
        """Fail with everything that went wrong."""
        unexpected = [one for one in self.faults if not any(each.search(one) for each in self._expected)]
        assert unexpected == [], unexpected
        assert self.strangers == [], "the page asks other servers"

    async def go(self, path: str = "/") -> Page:
        """Open an address of the program."""
        await self.page.goto(f"{self.address}{path}")
        return self.page

    @property
    def tiles(self) -> Locator:
        """The pictures of the place that is open."""
        return self.page.get_by_role("gridcell")

    def tile(self, media_id: str) -> Locator:
        """The picture of this media in the place that is open."""
        return self.page.locator(f"[role=gridcell] [data-media-id='{media_id}']")

    @property
    def viewer(self) -> Locator:
        """The viewer, when it is open."""
        return self.page.get_by_role("dialog", name=re.compile("^Viewer: "))

    async def open_picture(self, media_id: str) -> None:
        """Open a picture of the place that is open."""
        await self.tile(media_id).click()
        await expect(self.viewer).to_be_visible()

    async def choose_files(self, *paths: Path) -> None:
        """Pick files from the menu of the top bar; one folder is picked as a folder."""
        is_folder = len(paths) == 1 and paths[0].is_dir()
        await self.page.get_by_role("button", name="Upload", exact=True).click()
        async with self.page.expect_file_chooser() as chooser:
            await self.page.get_by_role("menuitem", name="Choose a folder" if is_folder else "Choose files").click()
        await (await chooser.value).set_files(list(paths) if not is_folder else paths[0])

    async def drop(self, *paths: Path) -> None:
        """Drop files and folders on the middle of the window, as a file manager does."""
        session = await self.context.new_cdp_session(self.page)
        size = self.page.viewport_size or {"width": 800, "height": 600}
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            await session.send(
                "Input.dispatchDragEvent",
                {"type": kind, "x": size["width"] // 2, "y": size["height"] // 2, "data": data},
            )
        await session.detach()

    async def become(self, person: Person, password: str | None = None) -> None:
        """Be logged in as this person, without the login page."""
        answer = await log_in(self.address, person.email, password or person.password)
        host = urlsplit(self.address).hostname or ""
        await self.context.add_cookies(
            [
                {
                    "name": cookie.name,
                    "value": cookie.value or "",
                    "domain": host,
                    "path": cookie.path,
                    "httpOnly": True,
                }
                for cookie in answer.cookies.jar
            ]
        )

    async def assert_accessible(self, *, rules: tuple[str, ...] = ()) -> None:
        """Fail with everything that axe finds in the page as it stands, by these rules or by all."""
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": list(rules)} if rules else {}
        found: list[dict[str, Any]] = (await self.page.evaluate("options => axe.run(options)", options))["violations"]
        assert found == [], "\n".join(
            f"{one['id']} ({one['help']}): {node['html'][:300]}\n    {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        )

    async def assert_good_in_both_themes(self, name: str) -> None:
        """What every place must be: accessible by day, legible by night, and no wider than the window."""
        await self.assert_fits()
        await self.shoot(f"{name}-light")
        await self.assert_accessible()
        await self.page.emulate_media(color_scheme="dark")
        await self.shoot(f"{name}-dark")
        # Of what axe looks at, only colours are another matter by night.
        await self.assert_accessible(rules=("color-contrast",))
        await self.page.emulate_media(color_scheme="light")

    async def assert_fits(self) -> None:
        """Fail where the page is wider than the window."""
        over = await self.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{over} px stand out of the window"

    async def shoot(self, name: str) -> None:
        """Keep a picture of the window, where somebody asked for it."""
        if SCREENSHOTS:
            await self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", animations="disabled")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and SAID_TWICE not in message.text:
            self.faults.append(f"console: {message.text}")

    def _see_request(self, request: Request) -> None:
        split = urlsplit(request.url)
        if split.scheme not in {"data", "blob"} and split.hostname != "127.0.0.1":
            self.strangers.append(request.url)

    def _see_failure(self, request: Request) -> None:
        if request.failure not in GIVEN_UP:
            self.faults.append(f"failed: {request.method} {urlsplit(request.url).path}: {request.failure}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status} {response.request.method} {urlsplit(response.url).path}")


@asynccontextmanager
async def opened_window(
    browser: Browser, address: str, person: Person | None, width: Width, theme: Theme, **options: Any
) -> AsyncIterator[Window]:
    """A window of a fresh browser profile; leaving it checks that nothing went wrong in it."""
    size = SIZES[width]
    is_phone = width == "phone"
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        has_touch=is_phone,
        is_mobile=is_phone,
        color_scheme=theme,
        # What moves makes contrast a matter of the moment.
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        **options,
    )
    try:
        context.set_default_timeout(8_000)
        window = Window(address, context, await context.new_page())
        window.watch()
        if person is not None:
            await window.become(person)
        yield window
        window.assert_faultless()
    finally:
        await context.close()
