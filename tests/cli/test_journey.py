"""The commands one after the other, on an installation that brings its own servers."""

import json
import re
import signal
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.cli.conftest import PASSWORD, Installation


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    """A machine on which nothing runs and nothing was ever made."""
    return Installation(tmp_path / "data")


@pytest.mark.timeout(300)
def test_from_nothing_to_a_library(fresh: Installation, folder: Path) -> None:
    user = fresh.make_user("ada@example.org", "--admin")
    assert (user["email"], user["role"]) == ("ada@example.org", "administrator")

    key = fresh.run("keys", "create", "--user", "ada@example.org", "--scopes", "media.read", "--json").json()["key"]
    assert len(key) > 30

    first = fresh.run("import", str(folder), "--json")
    assert first.code == 0, first.err
    assert (first.json()["new"], first.json()["already_there"], first.json()["thumbnails"]) == (5, 1, "made")

    second = fresh.run("import", str(folder), "--json")
    assert second.code == 0
    assert (second.json()["new"], second.json()["already_there"]) == (0, 6)

    demo = fresh.run("demo", "--count", "3", "--json")
    assert demo.code == 0
    assert (demo.json()["new"], demo.json()["user"], demo.json()["password"]) == (3, "ada@example.org", None)

    _serve_and_look(fresh, key)


def _serve_and_look(fresh: Installation, key: str) -> None:
    """What the commands made is what the studio shows, and commands use the servers of a studio that runs."""
    with subprocess.Popen(
        fresh.command("serve", "--port", "0"), env=fresh.environment(), stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        try:
            found = re.search(r"http://\S+", serving.stdout.readline())
            assert found is not None
            _look(fresh, key, found[0])
        finally:
            serving.send_signal(signal.SIGINT)
        assert serving.wait(20) == 0


def _look(fresh: Installation, key: str, url: str) -> None:
    with httpx.Client(base_url=f"{url}/api/v1", headers={"X-API-Key": key}) as client:
        listed = client.get("/media", params={"total": True}).json()
        assert listed["total"] == 8
        assert {each["variants"] for each in listed["items"]} == {"ready"}
        shown = client.get(f"/media/{listed['items'][0]['id']}/thumbnail")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        login = client.post("/auth/login", json={"email": "ada@example.org", "password": PASSWORD})
        assert login.status_code == 200

    doctor = fresh.run("doctor", "--json")
    states = {each["name"]: each["state"] for each in doctor.json()["findings"]}
    assert doctor.code == 0, doctor.out
    assert {states[name] for name in ("database", "valkey", "storage", "secret key", "workers")} == {"ok"}

    more = fresh.run("demo", "--count", "4", "--json").json()
    assert (more["new"], more["already_there"], more["thumbnails"]) == (1, 3, "by_worker")


def test_a_doctor_without_a_studio_says_what_to_start(fresh: Installation) -> None:
    said = fresh.run("doctor", "--json")
    assert said.code == 0
    findings = {each["name"]: each for each in said.json()["findings"]}
    assert findings["database"]["state"] == "warn"
    assert "maquette serve" in findings["database"]["advice"]
    assert not (fresh.data / "postgres").exists(), "looking must start nothing"

    plain = fresh.run("doctor")
    assert plain.code == 0
    assert "maquette serve" in plain.out


def test_migrate_brings_an_empty_database_up_to_date(fresh: Installation) -> None:
    first, second = (fresh.run("migrate", "--json") for _ in range(2))
    assert first.code == second.code == 0, first.err
    assert first.json() == second.json()
    assert json.loads(first.out)["revision"]
