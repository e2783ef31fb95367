"""Settings: the person, the password, sessions, how it looks, keys for programs, users."""

import re

import httpx
from playwright.async_api import expect
from tests.e2e.conftest import LetIn, OpenWindow
from tests.e2e.people import PASSWORD, Person, log_in
from tests.e2e.running import RunningMaquette
from tests.e2e.windows import Window

NEW_PASSWORD = "a horse of another colour"


async def test_a_name_is_changed(window: Window, person: Person) -> None:
    page = await window.go("/settings")
    await expect(page).to_have_url(f"{window.address}/settings/profile")
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_text("Profile saved")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Name")).to_have_value("Ada Lovelace")
    assert (await person.api.get("/api/v1/auth/me")).json()["name"] == "Ada Lovelace"


async def test_a_new_address_needs_the_password(window: Window, person: Person) -> None:
    window.expect_fault("4.. PATCH /api/v1/auth/me")
    page = await window.go("/settings/profile")
    await page.get_by_label("Email").fill(f"new-{person.email}")
    await page.get_by_label("Current password").first.fill("not the password")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Email")).to_have_value(f"new-{person.email}")
    await page.get_by_label("Current password").first.fill(PASSWORD)
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_text("Profile saved")).to_be_visible()
    assert (await log_in(window.address, f"new-{person.email}")).status_code == 200


async def test_a_new_password_ends_the_other_logins_and_not_this_one(
    window: Window, person: Person, maquette: RunningMaquette
) -> None:
    page = await window.go("/settings/profile")
    form = page.get_by_role("region", name="Password")
    await form.get_by_label("Current password").fill(PASSWORD)
    await form.get_by_label("New password").fill(NEW_PASSWORD)
    await form.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Password changed, other sessions logged out")).to_be_visible()
    assert (await person.api.get("/api/v1/auth/me")).status_code == 401
    assert (await log_in(maquette.address, person.email, NEW_PASSWORD)).status_code == 200
    await window.go("/trash")
    await expect(page.get_by_text("The trash is empty")).to_be_visible()


async def test_a_session_elsewhere_is_ended(window: Window, person: Person) -> None:
    page = await window.go("/settings/profile")
    sessions = page.get_by_role("region", name="Sessions")
    await expect(sessions.get_by_text("This session")).to_be_visible()
    await sessions.get_by_role("button", name="End session").click()
    await expect(sessions.get_by_role("listitem")).to_have_count(1)
    assert (await person.api.get("/api/v1/auth/me")).status_code == 401


async def test_a_key_is_shown_once_works_and_is_revoked(window: Window, person: Person) -> None:
    page = await window.go("/settings/keys")
    await expect(page.get_by_text("No API keys")).to_be_visible()
    await page.get_by_role("button", name="Create key").click()
    form = page.get_by_role("dialog", name="Create an API key")
    await form.get_by_label("Name").fill("Screenshots")
    await form.get_by_role("button", name="Create key").click()
    await expect(form.get_by_role("alert")).to_have_text("Choose at least one scope.")
    await form.get_by_role("checkbox", name=re.compile(r"^media\.read")).check()
    await form.get_by_role("button", name="Create key").click()
    shown = page.get_by_role("dialog", name="Your new key")
    key = await shown.get_by_test_id("api-key").inner_text()
    async with httpx.AsyncClient(base_url=window.address, headers={"X-API-Key": key}) as program:
        assert (await program.get("/api/v1/media")).status_code == 200
        refused = await program.post("/api/v1/media", files={"file": ("x.jpg", b"x")})
        assert refused.status_code == 403

        await shown.get_by_role("button", name="I have copied it").click()
        await expect(page.get_by_text(key)).to_have_count(0)
        await expect(page.get_by_role("listitem").filter(has_text="Screenshots")).to_be_visible()
        await page.get_by_role("button", name="Revoke Screenshots").click()
        await page.get_by_role("dialog", name="Revoke this key").get_by_role("button", name="Revoke key").click()
        await expect(page.get_by_text("No API keys")).to_be_visible()
        assert (await program.get("/api/v1/media")).status_code == 401


async def test_an_administrator_lets_somebody_in_and_out_again(
    open_window: OpenWindow, administrator: Person, let_in: LetIn
) -> None:
    # Another administrator, so that the list has somebody whom this test does not touch.
    boss = await let_in(role="administrator")
    window = await open_window(boss)
    page = await window.go("/settings/users")
    await page.get_by_role("button", name="Create user").click()
    form = page.get_by_role("dialog", name="Create a user")
    email = f"{boss.id}@example.org"
    await form.get_by_label("Name").fill("Zora Neale")
    await form.get_by_label("Email").fill(email)
    await form.get_by_label("First password").fill(NEW_PASSWORD)
    await form.get_by_label("Role").select_option("viewer")
    await form.get_by_role("button", name="Create user").click()
    await expect(page.get_by_text("Zora Neale can log in now")).to_be_visible()
    line = page.get_by_role("listitem").filter(has_text=email)
    await expect(line).to_contain_text("Viewer")
    assert (await log_in(window.address, email, NEW_PASSWORD)).status_code == 200

    await line.get_by_role("button", name="Change Zora Neale").click()
    await page.get_by_role("menuitemradio", name="Member").click()
    await expect(line).to_contain_text("Member")
    await line.get_by_role("button", name="Change Zora Neale").click()
    await page.get_by_role("menuitem", name="Deactivate").click()
    await expect(line).to_contain_text("Deactivated")
    async with httpx.AsyncClient(base_url=window.address) as client:
        answer = await client.post("/api/v1/auth/login", json={"email": email, "password": NEW_PASSWORD})
    assert answer.status_code == 401

    await line.get_by_role("button", name="Change Zora Neale").click()
    await page.get_by_role("menuitem", name="Delete user").click()
    await page.get_by_role("dialog", name="Delete Zora Neale").get_by_role("button", name="Delete user").click()
    await expect(line).to_have_count(0)


async def test_a_member_sees_no_users(window: Window) -> None:
    page = await window.go("/settings/users")
    await expect(page).to_have_url(f"{window.address}/settings/profile")
    await expect(page.get_by_role("link", name="Users")).to_have_count(0)


async def test_the_theme_follows_the_system_until_one_is_chosen(window: Window) -> None:
    page = await window.go("/settings/appearance")
    body = page.locator("body")
    light, dark = ("background-color", "rgb(250, 250, 249)"), ("background-color", "rgb(18, 18, 18)")
    await expect(body).to_have_css(*light)
    await page.emulate_media(color_scheme="dark")
    await expect(body).to_have_css(*dark)
    await page.get_by_role("radio", name="Light").click()
    await expect(body).to_have_css(*light)
    await page.reload()
    await expect(page.get_by_role("radio", name="Light")).to_be_checked()
    await expect(body).to_have_css(*light)
    await page.get_by_role("radio", name="System").click()
    await expect(body).to_have_css(*dark)
