"""What commands say when something is wrong: words instead of a trace, and a code that scripts understand."""

from pathlib import Path

import pytest
from tests.cli.conftest import PASSWORD, Installation

from maquette.cli import COMMANDS


def test_help_names_every_command(installation: Installation) -> None:
    said = installation.run("--help")
    assert said.code == 0
    for name in COMMANDS:
        assert f"  {name} " in said.out
    assert installation.run("import", "--help").code == 0


def test_an_unknown_command_is_refused(installation: Installation) -> None:
    said = installation.run("dance")
    assert said.code == 2
    assert "No such command 'dance'" in said.err


@pytest.mark.parametrize(
    ("arguments", "stdin", "said_so"),
    [
        (("--email", "ada@example.org", "--name", "Ada"), "short\n", "password"),
        (("--email", "no address", "--name", "Ada"), f"{PASSWORD}\n", "email"),
        (("--email", "ada@example.org", "--name", " "), f"{PASSWORD}\n", "name"),
    ],
    ids=["weak password", "bad e-mail", "empty name"],
)
def test_users_that_cannot_be(installation: Installation, arguments: tuple[str, ...], stdin: str, said_so: str) -> None:
    said = installation.run("users", "create", *arguments, "--password-stdin", "--json", stdin=stdin)
    assert said.code == 1
    assert said.json()["error"]["code"] == "validation_error"
    assert said_so in said.err
    assert installation.query('SELECT id FROM "user"') == []


def test_what_is_not_there(installation: Installation, folder: Path) -> None:
    missing = installation.run("import", str(folder / "gone"), "--json")
    assert (missing.code, missing.json()["error"]["code"]) == (1, "path_missing")
    assert str(folder / "gone") in missing.err
    nobody = installation.run("import", str(folder), "--json")
    assert (nobody.code, nobody.json()["error"]["code"]) == (1, "owner_unknown")
    assert "maquette users create" in nobody.err
    key = installation.run("keys", "create", "--user", "eve@example.org", "--scopes", "all", "--json")
    assert (key.code, key.json()["error"]["code"]) == (1, "owner_unknown")


def test_scopes_that_nobody_has(installation: Installation) -> None:
    installation.make_user()
    said = installation.run("keys", "create", "--user", "ada@example.org", "--scopes", "media.eat", "--json")
    assert (said.code, said.json()["error"]["code"]) == (1, "unknown_scope")
    beyond = installation.run("keys", "create", "--user", "ada@example.org", "--scopes", "users.write", "--json")
    assert (beyond.code, beyond.json()["error"]["code"]) == (1, "scope_not_held")


def test_settings_with_faults_are_listed_at_once(installation: Installation, folder: Path) -> None:
    said = installation.run("import", str(folder), MAQUETTE_MAX_SIDE="wide", MAQUETTE_MAX_SIZE="1")
    assert said.code == 1
    assert "MAQUETTE_MAX_SIDE" in said.err
    assert "MAQUETTE_MAX_SIZE: no such setting" in said.err


def test_a_database_that_does_not_answer_is_named_soon(installation: Installation) -> None:
    nowhere = "postgresql://maquette@127.0.0.1:1/maquette"
    said = installation.run("users", "list", "--json", MAQUETTE_DATABASE_URL=nowhere)
    assert (said.code, said.json()["error"]["code"]) == (1, "schema_not_ready")
    doctor = installation.run("doctor", "--json", MAQUETTE_DATABASE_URL=nowhere)
    findings = {each["name"]: each for each in doctor.json()["findings"]}
    assert (doctor.code, doctor.json()["ok"]) == (1, False)
    assert findings["database"]["state"] == "fail"
    assert "MAQUETTE_DATABASE_URL" in findings["database"]["advice"]
    assert findings["valkey"]["state"] == "ok"


def test_a_data_folder_that_is_a_file_is_named(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    bare = Installation(file)
    said = bare.run("users", "list", "--json")
    assert (said.code, said.json()["error"]["code"]) == (1, "data_directory_unusable")
    assert str(file) in said.err
