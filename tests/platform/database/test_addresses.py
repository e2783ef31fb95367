"""Addresses of databases that cannot be: said with the name of the setting."""

import pytest

from maquette.app import load
from maquette.platform.database.database import Database, DatabaseNotConfigured
from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.settings.loader import SettingsInvalid


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no address at all", "MAQUETTE_DATABASE_URL"),
        ("mysql://ada@localhost/pictures", "only PostgreSQL is supported, not mysql"),
        ("postgresql+psycopg2://ada@localhost/pictures", r"only PostgreSQL is supported, not postgresql\+psycopg2"),
    ],
)
def test_what_is_no_postgresql_is_refused(url: str, told: str) -> None:
    with pytest.raises(SettingsInvalid, match=told):
        load(environ={"MAQUETTE_DATABASE_URL": url})
    with pytest.raises(SettingsInvalid, match="MAQUETTE_DATABASE_REPLICA_URLS"):
        load(environ={"MAQUETTE_DATABASE_REPLICA_URLS": f'["{url}"]'})


def test_without_an_address_one_is_told_what_to_set() -> None:
    with pytest.raises(DatabaseNotConfigured, match="MAQUETTE_DATABASE_URL"):
        Database(DatabaseSettings())
