"""Reads every group of settings at once: one message lists every fault."""

import json
import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_origin

from pydantic import ValidationError

from maquette.kit.errors import MaquetteError
from maquette.platform.settings.group import SettingsGroup

PREFIX = "MAQUETTE_"
RESERVED = frozenset({"MAQUETTE_LISTEN_FD", "MAQUETTE_SKIP_WEB"})
"""Read outside the groups: by the web process's start, and by the build of the page."""

G = TypeVar("G", bound=SettingsGroup)


class SettingsInvalid(MaquetteError):
    """The environment does not make a valid configuration; the message lists every fault."""

    code = "settings_invalid"


class Settings:
    """The loaded groups, by their class: `settings[DatabaseSettings].url`."""

    def __init__(self, groups: Mapping[type[SettingsGroup], SettingsGroup]) -> None:
        self._groups = dict(groups)

    def __getitem__(self, group: type[G]) -> G:
        found = self._groups[group]
        assert isinstance(found, group)
        return found

    def replaced(self, *groups: SettingsGroup) -> "Settings":
        """A copy with these groups in place of those of the same class."""
        return Settings(self._groups | {type(group): group for group in groups})


def environment_name(field: str) -> str:
    """MAQUETTE_DATABASE_URL for `database_url`."""
    return PREFIX + field.upper()


def _value(annotation: Any, text: str) -> Any:
    """Lists and dictionaries are written as JSON or, for lists, with commas."""
    if get_origin(annotation) in (list, tuple, set, frozenset):
        if text.lstrip().startswith("["):
            return json.loads(text)
        return [part.strip() for part in text.split(",") if part.strip()]
    if get_origin(annotation) is dict:
        return json.loads(text)
    return text


def load_settings(groups: Iterable[type[SettingsGroup]], environ: Mapping[str, str] | None = None) -> Settings:
    """Every group from the environment. Raises SettingsInvalid with all faults at once."""
    environ = os.environ if environ is None else environ
    groups = tuple(dict.fromkeys(groups))
    known = {environment_name(name) for group in groups for name in group.model_fields}
    faults: list[str] = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and name not in RESERVED:
            near = get_close_matches(name, known, n=1)
            faults.append(f"{name}: no such setting" + (f"; did you mean {near[0]}?" if near else ""))
    loaded: dict[type[SettingsGroup], SettingsGroup] = {}
    for group in groups:
        values: dict[str, Any] = {}
        for name, field in group.model_fields.items():
            text = environ.get(environment_name(name))
            if text is None or text == "":
                continue
            try:
                values[name] = _value(field.annotation, text)
            except json.JSONDecodeError as error:
                faults.append(f"{environment_name(name)}: not valid JSON ({error})")
        try:
            loaded[group] = group(**values)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                field_name = str(fault["loc"][0]) if fault["loc"] else group.__name__
                faults.append(f"{environment_name(field_name)}: {fault['msg']}")
    if faults:
        message = "The settings are not valid:\n" + "\n".join(f"  - {fault}" for fault in faults)
        raise SettingsInvalid(message, details={"faults": faults})
    return Settings(loaded)
