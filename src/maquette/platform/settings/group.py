"""A slice's own group of settings."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class SettingsGroup(BaseModel):
    """Typed settings read from MAQUETTE_<FIELD>; every field has a description, which the reference page shows."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)

    title: ClassVar[str]
    """The heading of this group on the settings page."""
