"""How a long command ends that was interrupted or could not do everything, in words for people."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Installation

from maquette.cli.interruption import Interruption


async def test_the_first_ctrl_c_ends_in_good_order_and_the_second_at_once() -> None:
    told: list[str] = []
    with Interruption(lambda: told.append("first")) as interruption:
        assert interruption.exit_code == 0
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.05)
        assert (told, interruption.exit_code) == (["first"], 130)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(10)
        pytest.fail("the second signal did not end the command")
    assert (told, interruption.exit_code) == (["first"], 130)


async def test_what_else_cancels_a_command_is_not_taken_for_a_signal() -> None:
    async def command() -> None:
        with Interruption():
            await asyncio.sleep(10)

    running = asyncio.create_task(command())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_a_full_quota_is_said_in_words(installation: Installation, folder: Path) -> None:
    user = installation.make_user()
    installation.query('UPDATE "user" SET quota_bytes = 1 WHERE id = $1::uuid', user["id"])
    said = installation.run("import", str(folder))
    assert said.code == 1
    assert "Imported 0 pictures" in said.out
    assert "  not tried: " in said.out
    assert "It ended early: " in said.out


def test_who_makes_the_thumbnails_is_said_in_words(installation: Installation, folder: Path) -> None:
    installation.make_user()
    installation.pretend_worker()
    said = installation.run("import", str(folder))
    assert said.code == 0
    assert "The running worker makes the thumbnails." in said.out


def test_without_valkey_pictures_come_in_with_their_thumbnails(installation: Installation, folder: Path) -> None:
    installation.make_user()
    nowhere = "redis://127.0.0.1:1/0"
    said = installation.run("import", str(folder), "--json", MAQUETTE_REDIS_URL=nowhere)
    assert said.code == 0, said.err
    assert (said.json()["new"], said.json()["thumbnails"]) == (5, "made")
    assert {row["variants"] for row in installation.query("SELECT variants FROM media")} == {"ready"}


@pytest.mark.skipif(sys.platform != "linux", reason="there is no file of this kind")
def test_a_file_that_cannot_be_read_is_named_and_the_rest_comes_in(installation: Installation, folder: Path) -> None:
    installation.make_user()
    # A regular file by its kind, whose bytes the system refuses even to root.
    (folder / "refused.jpg").symlink_to("/proc/self/mem")
    said = installation.run("import", str(folder), "--json")
    assert said.code == 1
    assert [(Path(each["path"]).name, each["code"]) for each in said.json()["failed"]] == [
        ("refused.jpg", "unreadable")
    ]
    assert "Input/output error" in said.json()["failed"][0]["reason"]
    assert said.json()["new"] == 5
