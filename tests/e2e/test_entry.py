"""Coming in, going out, and logins that end while somebody is at work."""

import re

import pytest
from playwright.async_api import expect
from tests.e2e.conftest import OpenWindow
from tests.e2e.people import PASSWORD, Person
from tests.e2e.pictures import fill_library
from tests.e2e.windows import NOT_LOGGED_IN, Window


async def fill_login(window: Window, email: str, password: str) -> None:
    await window.page.get_by_label("Email").fill(email)
    await window.page.get_by_label("Password").fill(password)
    await window.page.get_by_role("button", name="Log in").click()


async def test_a_login_leads_to_where_one_wanted_to_go(open_window: OpenWindow, person: Person) -> None:
    window = await open_window()
    window.expect_fault(NOT_LOGGED_IN)
    page = await window.go("/search?q=harbour")
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await fill_login(window, person.email, PASSWORD)
    await expect(page).to_have_url(f"{window.address}/search?q=harbour")
    await expect(page.get_by_role("heading", name="Search results")).to_be_visible()


async def test_a_wrong_password_is_said_and_what_was_typed_stays(open_window: OpenWindow, person: Person) -> None:
    window = await open_window()
    window.expect_fault(f"{NOT_LOGGED_IN}|401 POST /api/v1/auth/login")
    page = await window.go("/login")
    await fill_login(window, person.email, "not the password")
    await expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is not right.")
    await expect(page.get_by_label("Email")).to_have_value(person.email)
    await fill_login(window, person.email, PASSWORD)
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()


async def test_after_too_many_failures_the_page_says_how_long_to_wait(open_window: OpenWindow) -> None:
    window = await open_window()
    window.expect_fault(f"{NOT_LOGGED_IN}|(401|429) POST /api/v1/auth/login")
    page = await window.go("/login")
    for _ in range(5):
        async with page.expect_response("**/api/v1/auth/login"):
            await fill_login(window, "nobody@example.org", "not the password")
    await fill_login(window, "nobody@example.org", "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("Too many failed logins")
    await expect(page.get_by_role("alert")).to_contain_text("You can try again in 1")


async def test_a_login_never_leads_to_another_site(open_window: OpenWindow, person: Person) -> None:
    window = await open_window()
    window.expect_fault(NOT_LOGGED_IN)
    page = await window.go("/login?next=//example.org/")
    await fill_login(window, person.email, PASSWORD)
    await expect(page).to_have_url(f"{window.address}/")


async def test_logging_out_ends_the_login(open_window: OpenWindow, person: Person) -> None:
    await fill_library(person, {"2024-05-01": 12})
    window = await open_window(person)
    # What the login page and the guard before /trash ask is all: nothing is asked in the name of who has left.
    window.expect_fault(NOT_LOGGED_IN)
    page = await window.go()
    await expect(window.tiles).to_have_count(12)
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await expect(page).to_have_url(re.compile("/login$"))
    await window.go("/trash")
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()


@pytest.mark.parametrize("path", ["/jobs", "/settings/profile", "/search?q=dsc"])
async def test_logging_out_while_the_page_is_still_asking_ends_it_as_quietly(
    open_window: OpenWindow, person: Person, path: str
) -> None:
    await fill_library(person, {"2024-05-01": 2})
    window = await open_window(person)
    window.expect_fault(NOT_LOGGED_IN)
    page = await window.go(path)
    await page.keyboard.press("Control+k")
    await page.get_by_label("Find an action or a place").fill("log out")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/login$"))
    await page.go_back()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()


async def test_logging_out_while_the_server_is_away_says_so(window: Window) -> None:
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    window.expect_fault("ERR_INTERNET_DISCONNECTED|WebSocket")
    await window.context.set_offline(offline=True)
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await expect(page.get_by_role("alert").filter(has_text="The server cannot be reached.")).to_be_visible()
    await window.context.set_offline(offline=False)
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()


async def test_an_expired_access_token_is_renewed_without_a_word(window: Window) -> None:
    page = await window.go()
    await expect(page.get_by_role("heading", name="Drop photographs here")).to_be_visible()
    await window.context.clear_cookies(name="maquette_access")
    window.expect_fault("401 GET /api/v1/")
    await page.get_by_role("link", name="Trash").click()
    await expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert "maquette_access" in {cookie.get("name") for cookie in await window.context.cookies()}


async def test_a_login_that_was_ended_elsewhere_leads_through_a_new_one_back_to_where_one_was(
    open_window: OpenWindow, person: Person
) -> None:
    await fill_library(person, {"2024-05-01": 2})
    window = await open_window(person)
    page = await window.go("/search?q=dsc")
    await expect(window.tiles).to_have_count(2)

    window.expect_fault("401 (GET|POST) /api/v1/|WebSocket|failed: GET /api/v1/ws")
    for session in (await person.api.get("/api/v1/auth/sessions")).json()["items"]:
        if not session["current"]:
            assert (await person.api.delete(f"/api/v1/auth/sessions/{session['id']}")).status_code == 204
    # Nothing has to be pressed: the page hears that its login is gone.
    await expect(page).to_have_url(re.compile(r"/login\?next="))
    await fill_login(window, person.email, PASSWORD)
    await expect(page).to_have_url(f"{window.address}/search?q=dsc")
    await expect(window.tiles).to_have_count(2)
