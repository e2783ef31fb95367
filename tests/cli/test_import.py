"""`maquette import`: everything that is a picture comes in, nothing twice, and whatever is wrong is said."""

import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Installation, Said, break_some

from maquette.ingest.service import walk
from maquette.kit.imaging.drawing import draw_picture

MEDIA = "SELECT filename, origin, variants, checksum, version, updated_at FROM media ORDER BY filename, checksum"
NOBODY = 65534


def reasons(said: Said) -> dict[str, str]:
    """File name to the code of what was wrong with it."""
    return {Path(each["path"]).name: each["code"] for each in said.json()["failed"]}


def files_below(folder: Path) -> set[str]:
    """Every file, by its path."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_pictures_come_in_once_with_their_thumbnails(installation: Installation, folder: Path) -> None:
    installation.make_user()
    said = installation.run("import", str(folder), "--json")
    assert said.code == 0, said.err
    report = said.json()
    assert (report["new"], report["already_there"], report["failed"]) == (5, 1, [])
    # The Finder's note and the folder of thumbnails; the text and the film.
    assert report["passed_over"] == {"hidden": 2, "no_pictures": 2, "special": 0}
    assert report["thumbnails"] == "made"
    before = installation.query(MEDIA)
    assert {row["filename"] for row in before} - {"one.jpg", "one again.jpg"} == {
        "two.JPG",
        "three.jpeg",
        "four.jpg",
        "five",
    }
    assert {(row["origin"], row["variants"]) for row in before} == {("ingested", "ready")}

    again = installation.run("import", str(folder))
    assert again.code == 0
    assert "Imported 0 pictures" in again.out
    assert "already there: 6" in again.out
    assert installation.query(MEDIA) == before


def test_a_dry_run_says_what_would_happen_and_writes_nothing(installation: Installation, folder: Path) -> None:
    installation.make_user()
    broken = break_some(folder)
    files = files_below(installation.data)
    dry = installation.run("import", str(folder), "--dry-run", "--json")
    assert installation.query(MEDIA) == []
    assert files_below(installation.data) == files

    wet = installation.run("import", str(folder), "--json")
    assert dry.code == wet.code == 1
    assert (dry.json()["dry_run"], dry.json()["thumbnails"]) == (True, None)
    assert reasons(dry) == reasons(wet)
    assert set(reasons(wet)) == broken
    same = ("new", "new_bytes", "already_there", "passed_over", "not_tried")
    assert [dry.json()[name] for name in same] == [wet.json()[name] for name in same]


def test_bad_files_are_listed_with_their_reasons_and_stop_nothing(installation: Installation, folder: Path) -> None:
    installation.make_user()
    break_some(folder)
    said = installation.run("import", str(folder), "--json", MAQUETTE_MAX_UPLOAD_SIZE="6000")
    assert said.code == 1
    assert (
        reasons(said).items()
        >= {
            "cut off.jpg": "undecodable_picture",
            "text.png": "unsupported_media_type",
            "empty.jpg": "empty_picture",
            "tiny.jpg": "picture_too_small",
            "nowhere.jpg": "unreadable",
        }.items()
    )
    assert "too_large" in reasons(said).values()
    assert said.json()["not_tried"] == 0
    plain = installation.run("import", str(folder))
    assert plain.code == 1
    assert f"{folder / 'empty.jpg'}: The file is empty." in plain.out


def test_links_that_go_round_are_followed_once(folder: Path) -> None:
    (folder / "old/up").symlink_to(folder)
    (folder / "old/beach").symlink_to(folder / "2024/beach")
    (folder / "self").symlink_to(folder / "self")
    os.mkfifo(folder / "pipe")
    found = walk(folder)
    names = [each.path.name for each in found.files]
    assert sorted(names) == sorted(
        ["one.jpg", "two.JPG", "three.jpeg", "four.jpg", "five", "one again.jpg", "notes.txt", "film.mov"]
    )
    assert found.special == 1
    assert [Path(each.path).name for each in found.failed] == ["self"]


def test_one_picture_is_enough(folder: Path) -> None:
    assert [each.path for each in walk(folder / "one.jpg").files] == [folder / "one.jpg"]


def test_what_may_not_be_read_is_named(folder: Path) -> None:
    (folder / "old").chmod(0)
    (folder / "one.jpg").chmod(0)
    with powerless(folder):
        found = walk(folder)
    (folder / "old").chmod(0o700)
    assert [(Path(each.path).name, each.code) for each in found.failed] == [("old", "unreadable")]
    assert "Permission denied" in found.failed[0].reason


@contextmanager
def powerless(folder: Path) -> Iterator[None]:
    """As a user without rights of its own; only root can become one."""
    if os.geteuid() != 0:
        yield
        return
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == 0 and parent not in {Path("/"), Path("/tmp")}:
            parent.chmod(parent.stat().st_mode | 0o055)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_names_that_are_no_utf_8_come_in(installation: Installation, tmp_path: Path) -> None:
    installation.make_user()
    folder = tmp_path / "strange"
    folder.mkdir()
    names = (b"\xff\xfe.jpg", b"a\nb.jpg", "\N{PARTY POPPER}.jpg".encode(), b"x" * 250 + b".jpg")
    for number, name in enumerate(names):
        (folder / os.fsdecode(name)).write_bytes(draw_picture(number, 64, 64))
    dry = installation.run("import", str(folder), "--dry-run", "--json")
    wet = installation.run("import", str(folder), "--json")
    assert (dry.json()["new"], wet.json()["new"], wet.code) == (4, 4, 0)
    kept = {row["filename"] for row in installation.query(MEDIA)}
    assert "\N{PARTY POPPER}.jpg" in kept
    assert all(name.isprintable() for name in kept)


def test_the_own_data_folder_is_no_source(installation: Installation, tmp_path: Path) -> None:
    installation.make_user()
    assert installation.run("demo", "--count", "1", "--json").code == 0
    around = installation.run("import", str(tmp_path), "--json")
    assert (around.json()["new"], around.json()["already_there"]) == (0, 0)
    inside = installation.run("import", str(installation.data), "--json")
    assert inside.code == 1
    assert inside.json()["error"]["code"] == "path_inside_data_folder"


def test_a_worker_that_runs_makes_the_thumbnails(installation: Installation, folder: Path) -> None:
    installation.make_user()
    installation.pretend_worker()
    said = installation.run("import", str(folder), "--json")
    assert said.json()["thumbnails"] == "by_worker"
    assert {row["variants"] for row in installation.query(MEDIA)} == {"pending"}
    queued = installation.query("SELECT kind FROM job WHERE state = 'queued'")
    assert [row["kind"] for row in queued].count("media.make_variants") == 5


def test_a_full_quota_ends_the_run_and_says_so(installation: Installation, folder: Path) -> None:
    user = installation.make_user()
    installation.query('UPDATE "user" SET quota_bytes = 9000 WHERE id = $1::uuid', user["id"])
    said = installation.run("import", str(folder), "--json")
    assert said.code == 1
    assert said.json()["ended_by"]["code"] == "quota_exceeded"
    assert said.json()["not_tried"] > 0
    assert sum(row["size"] for row in installation.query("SELECT size FROM media")) <= 9000


def test_a_viewer_may_not_import(installation: Installation, folder: Path) -> None:
    installation.make_user("eve@example.org", "--viewer")
    said = installation.run("import", str(folder), "--json")
    assert said.code == 1
    assert said.json()["ended_by"]["code"] == "forbidden"
    assert installation.query(MEDIA) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_import_leaves_whole_pictures_and_goes_on_later(
    installation: Installation, tmp_path: Path, number: signal.Signals
) -> None:
    installation.make_user()
    many = tmp_path / "many"
    many.mkdir()
    for seed in range(150):
        (many / f"{seed}.jpg").write_bytes(draw_picture(seed, 96, 96))
    with subprocess.Popen(
        installation.command("import", str(many), "--json"),
        env=installation.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as importing:
        until = time.monotonic() + 60
        while not installation.query(MEDIA) and time.monotonic() < until:
            time.sleep(0.02)
        importing.send_signal(number)
        out, err = importing.communicate(timeout=30)
    report: dict[str, Any] = Said(importing.returncode, out, err).json()
    assert importing.returncode == 128 + number, err
    assert report["interrupted"] is True
    assert report["new"] == len(installation.query(MEDIA)) > 0
    assert report["not_tried"] == 150 - report["new"] > 0

    rest = installation.run("import", str(many), "--json").json()
    assert (rest["new"], rest["already_there"]) == (report["not_tried"], report["new"])
    assert {row["variants"] for row in installation.query(MEDIA)} == {"ready"}


def test_a_terminal_shows_a_bar_and_json_stays_alone(installation: Installation, folder: Path) -> None:
    installation.make_user()
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        installation.command("import", str(folder), "--json"),
        env=installation.environment(TERM="xterm", COLUMNS="120"),
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as importing:
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
        out = importing.communicate(timeout=60)[0]
    os.close(ours)
    text = shown.decode(errors="replace")
    assert Said(importing.returncode, out, text).json()["new"] == 5
    assert "Importing" in text
    assert "8/8" in text
    assert "/s" in text
    assert "Thumbnails" in text
