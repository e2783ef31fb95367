"""A fresh installation asks for its first administrator, once."""

from playwright.async_api import expect
from tests.e2e.conftest import OpenWindow, Start
from tests.e2e.people import PASSWORD
from tests.e2e.test_places import WIDTHS
from tests.e2e.windows import NOT_LOGGED_IN


async def test_the_first_page_of_all_is_accessible_and_fits(start_maquette: Start, open_window: OpenWindow) -> None:
    fresh = await start_maquette()
    for width in WIDTHS:
        window = await open_window(address=fresh.address, width=width)
        window.expect_fault(NOT_LOGGED_IN)
        page = await window.go()
        await expect(page.get_by_role("heading", name="Welcome to Maquette")).to_be_visible()
        await page.get_by_role("button", name="Create administrator").scroll_into_view_if_needed()
        await window.assert_good_in_both_themes(f"setup-{width}")


async def test_the_first_administrator_is_made_on_the_page_and_is_logged_in(
    start_maquette: Start, open_window: OpenWindow
) -> None:
    fresh = await start_maquette()
    window = await open_window(address=fresh.address)
    window.expect_fault(NOT_LOGGED_IN)
    page = await window.go("/jobs")
    await expect(page).to_have_url(f"{fresh.address}/setup")
    await expect(page.get_by_role("heading", name="Welcome to Maquette")).to_be_visible()

    await page.get_by_label("Name").fill("Ada")
    await page.get_by_label("Email").fill("ada@nas.local")
    await page.get_by_label("Password", exact=True).fill("short")
    await page.get_by_label("Password again").fill("shorter")
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_role("alert")).to_have_text(["Use at least 10 characters.", "The two passwords differ."])
    # Where the person has to go on.
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()

    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_role("alert")).to_have_text("The two passwords differ.")
    await expect(page.get_by_label("Name")).to_have_value("Ada")

    await page.get_by_label("Password again").fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page).to_have_url(f"{fresh.address}/")
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()

    # Once there is one, nobody else is asked for.
    second = await open_window(address=fresh.address)
    second.expect_fault(NOT_LOGGED_IN)
    other = await second.go("/setup")
    await expect(other).to_have_url(f"{fresh.address}/login")
    await expect(other.get_by_role("heading", name="Log in")).to_be_visible()
