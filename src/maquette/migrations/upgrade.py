"""Brings a database's schema to the newest revision."""

from maquette.platform.database.schema import alembic_config, newest_revision, upgrade

__all__ = ["alembic_config", "newest_revision", "upgrade"]
