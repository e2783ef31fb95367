"""`maquette demo`: something to look at, made here."""

from tests.cli.conftest import Installation

from maquette.ingest.demo import DemoPicture


def test_it_fills_an_empty_installation_and_says_how_to_log_in(installation: Installation) -> None:
    first = installation.run("demo", "--count", "8", "--json")
    assert first.code == 0, first.err
    report = first.json()
    assert (report["new"], report["already_there"], report["thumbnails"]) == (8, 0, "made")
    assert len(report["password"]) >= 10
    users = installation.query('SELECT email, role FROM "user"')
    assert [(row["email"], row["role"]) for row in users] == [(report["user"], "administrator")]

    rows = installation.query("SELECT * FROM media ORDER BY filename")
    assert {row["variants"] for row in rows} == {"ready"}
    assert len({(row["width"], row["height"]) for row in rows}) > 4
    assert len({row["taken_at"].year for row in rows}) > 2
    assert any(row["title"] for row in rows)
    assert all(row["tags"] for row in rows)
    assert {row["favourite"] for row in rows} == {True, False}
    assert len({row["rating"] for row in rows}) > 2

    more = installation.run("demo", "--count", "10")
    assert more.code == 0
    assert "2 pictures were drawn" in more.out
    assert "already there: 8" in more.out
    assert "password" not in more.out
    after = installation.query("SELECT * FROM media ORDER BY filename")
    assert after[:8] == rows
    assert len(after) == 10


def test_what_its_owner_changed_or_threw_away_stays_so(installation: Installation) -> None:
    installation.run("demo", "--count", "2")
    installation.query("UPDATE media SET title = 'Mine', rating = NULL")
    installation.query("UPDATE media SET trashed_at = now(), purge_at = now() WHERE filename = 'MQ_00001.jpg'")
    before = installation.query("SELECT * FROM media ORDER BY id")
    again = installation.run("demo", "--count", "2", "--json").json()
    assert (again["new"], again["already_there"]) == (0, 2)
    assert installation.query("SELECT * FROM media ORDER BY id") == before


def test_its_owner_has_to_be_there_and_to_be_clear(installation: Installation) -> None:
    installation.make_user("ada@example.org")
    installation.make_user("bob@example.org")
    unclear = installation.run("demo", "--count", "1", "--json")
    assert (unclear.code, unclear.json()["error"]["code"]) == (1, "owner_unclear")
    assert "--user" in unclear.err
    unknown = installation.run("demo", "--count", "1", "--user", "eve@example.org", "--json")
    assert (unknown.code, unknown.json()["error"]["code"]) == (1, "owner_unknown")
    assert installation.run("demo", "--count", "1", "--user", "BOB@example.org").code == 0


def test_equal_numbers_draw_equal_pictures_of_many_shapes() -> None:
    assert DemoPicture(3).draw() == DemoPicture(3).draw()
    pictures = [DemoPicture(seed) for seed in range(200)]
    assert len({picture.filename for picture in pictures}) == 200
    ratios = {round(width / height, 2) for width, height in (picture.size for picture in pictures)}
    assert len(ratios) > 8
    assert min(ratios) < 0.7
    assert max(ratios) > 2
