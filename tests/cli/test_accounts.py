"""`maquette users` and `maquette keys`: what an operator does with accounts when the page cannot."""

import asyncio

import pytest
from tests.cli.conftest import PASSWORD, Installation, Said

from maquette.accounts.passwords import verify_password

ANOTHER = "another horse, another battery"


def error_of(said: Said) -> str:
    assert said.code == 1, said.out
    code: str = said.json()["error"]["code"]
    return code


def password_is(installation: Installation, email: str, password: str) -> bool:
    found = installation.query('SELECT password_hash FROM "user" WHERE email = $1', email)
    return asyncio.run(verify_password(password, found[0]["password_hash"]))[0]


def test_users_are_listed_and_switched_off(installation: Installation) -> None:
    ada = installation.make_user("ada@example.org", "--admin")
    installation.make_user("bob@example.org", "--viewer")
    listed = installation.run("users", "list", "--json").json()["items"]
    assert [(user["email"], user["role"], user["is_active"]) for user in listed] == [
        ("ada@example.org", "administrator", True),
        ("bob@example.org", "viewer", True),
    ]
    off = installation.run("users", "deactivate", "BOB@example.org")
    assert (off.code, off.out) == (0, "bob@example.org is switched off.\n")
    first, second = installation.run("users", "list").out.splitlines()
    assert first.split() == [ada["id"], "administrator", "ada@example.org", "Ada"]
    assert second.endswith("bob@example.org  Ada  switched off")
    said = installation.run("demo", "--count", "1", "--user", "bob@example.org", "--json")
    assert error_of(said) == "owner_unclear"


def test_the_last_administrator_stays(installation: Installation) -> None:
    installation.make_user("ada@example.org", "--admin")
    assert error_of(installation.run("users", "deactivate", "ada@example.org", "--json")) == "last_administrator"
    assert installation.query('SELECT is_active FROM "user"') == [{"is_active": True}]


def test_a_list_has_no_end_at_the_limit_of_a_page(installation: Installation) -> None:
    installation.make_user("ada@example.org")
    installation.query(
        'INSERT INTO "user" (id, email, name, role, password_hash)'
        " SELECT gen_random_uuid(), n || '@example.org', 'User', 'member', 'none' FROM generate_series(1, 404) n"
    )
    listed = installation.run("users", "list", "--json").json()["items"]
    assert len({user["email"] for user in listed}) == len(listed) == 405


def test_a_forgotten_password_is_replaced(installation: Installation) -> None:
    installation.make_user("ada@example.org")
    arguments = ("users", "set-password", "ada@example.org", "--password-stdin", "--json")
    assert error_of(installation.run(*arguments, stdin="short\n")) == "validation_error"
    assert password_is(installation, "ada@example.org", PASSWORD)
    done = installation.run(*arguments, stdin=f"{ANOTHER}\n")
    assert (done.code, done.json()["email"]) == (0, "ada@example.org")
    assert password_is(installation, "ada@example.org", ANOTHER)
    assert not password_is(installation, "ada@example.org", PASSWORD)


@pytest.mark.parametrize(
    ("options", "told"),
    [(("--password-stdin", "--admin", "--viewer"), "exclude each other"), ((), "--password-stdin")],
    ids=["two roles", "no terminal to ask at"],
)
def test_users_that_are_asked_for_in_a_wrong_way(
    installation: Installation, options: tuple[str, ...], told: str
) -> None:
    wanted = ("users", "create", "--email", "ada@example.org", "--name", "Ada", *options, "--json")
    said = installation.run(*wanted, stdin=f"{PASSWORD}\n")
    assert error_of(said) == "bad_request"
    assert told in said.err
    assert installation.query('SELECT id FROM "user"') == []


def test_keys_are_made_listed_and_revoked(installation: Installation) -> None:
    installation.make_user("ada@example.org")
    owner = ("--user", "ada@example.org")
    secret = installation.run("keys", "create", *owner, "--scopes", "media.read, media.upload", "--name", "camera").out
    limited = installation.run("keys", "create", *owner, "--scopes", "all", "--days", "30", "--json").json()
    listed = installation.run("keys", "list", *owner, "--json")
    assert [(key["name"], key["id"] == limited["id"]) for key in listed.json()["items"]] == [
        ("command line", True),
        ("camera", False),
    ]
    assert listed.json()["items"][1]["scopes"] == ["media.read", "media.upload"]
    plain = installation.run("keys", "list", *owner).out
    assert f"until {limited['expires_at'][:10]}" in plain.splitlines()[0]
    assert "until" not in plain.splitlines()[1]
    for shown in (listed.out, plain):
        assert secret.strip() not in shown
        assert limited["key"] not in shown

    gone = installation.run("keys", "revoke", limited["id"])
    assert (gone.code, gone.out) == (0, f"Revoked {limited['id']}.\n")
    assert installation.query("SELECT name FROM api_key") == [{"name": "camera"}]
    again = installation.run("keys", "revoke", limited["id"], "--json")
    assert error_of(again) == "not_found"


def test_an_owner_that_is_no_address_is_named(installation: Installation) -> None:
    said = installation.run("keys", "list", "--user", "ada", "--json")
    assert error_of(said) == "owner_unknown"
    assert "ada is no e-mail address" in said.err
