"""Settings: read from the environment, faults told all at once, and one secret key for all processes."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.groups import PLATFORM_GROUPS
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.settings.general import GeneralSettings, LogFormat
from maquette.platform.settings.group import SettingsGroup
from maquette.platform.settings.loader import SettingsInvalid, load_settings
from maquette.platform.settings.secret import secret_key
from maquette.platform.valkey import ValkeySettings


class Kitchen(SettingsGroup):
    """A group of a test."""

    title: ClassVar[str] = "Kitchen"

    spoons: int = Field(default=3, ge=0)
    """Number of spoons."""
    colours: list[str] = Field(default_factory=list)
    """Colours of the plates."""
    shelf: dict[str, int] = Field(default_factory=dict)
    """What stands where."""


def test_nothing_has_to_be_set() -> None:
    loaded = load_settings(PLATFORM_GROUPS, {})
    assert loaded[GeneralSettings].log_format is LogFormat.CONSOLE
    assert loaded[LimitSettings].limit_read == 1200


def test_one_message_lists_every_fault() -> None:
    environ = {
        "MAQUETTE_SPOONS": "many",
        "MAQUETTE_LOG_LEVEL": "LOUD",
        "MAQUETTE_SECRET_KEY": "too short",
        "MAQUETTE_DATABASE_URL": "mysql://host/name",
        "MAQUETTE_REDIS_URL": "http://host",
        "MAQUETTE_SHELF": "{broken",
        "MAQUETTE_LIMIT_REED": "5",
        "MAQUETTE_STORAGE_URL": "ftp://host",
    }
    with pytest.raises(SettingsInvalid) as caught:
        load_settings((*PLATFORM_GROUPS, Kitchen), environ)
    for name in environ:
        assert name in caught.value.message
    assert "did you mean MAQUETTE_LIMIT_READ?" in caught.value.message
    assert len(caught.value.details["faults"]) == len(environ)


@pytest.mark.parametrize(
    ("text", "expected"), [("red, green ,blue", ["red", "green", "blue"]), ('["a,b"]', ["a,b"]), ("", []), (",", [])]
)
def test_lists_are_written_with_commas_or_as_json(text: str, expected: list[str]) -> None:
    assert load_settings([Kitchen], {"MAQUETTE_COLOURS": text})[Kitchen].colours == expected


def test_dictionaries_are_json() -> None:
    assert load_settings([Kitchen], {"MAQUETTE_SHELF": '{"cup": 2}'})[Kitchen].shelf == {"cup": 2}


def test_other_peoples_variables_are_left_alone() -> None:
    assert load_settings([Kitchen], {"PATH": "/bin", "HOME": "/root"})[Kitchen].spoons == 3


def test_a_group_can_be_replaced_and_the_first_stays() -> None:
    loaded = load_settings([Kitchen], {})
    assert loaded.replaced(Kitchen(spoons=9))[Kitchen].spoons == 9
    assert loaded[Kitchen].spoons == 3


@pytest.mark.parametrize("group", PLATFORM_GROUPS, ids=lambda group: str(group.title))
def test_every_setting_says_what_it_is(group: type[SettingsGroup]) -> None:
    assert [name for name, field in group.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("url", ["postgres://u:p@h/n", "postgresql://u:p@h/n", "postgresql+asyncpg://u:p@h/n"])
def test_any_spelling_of_postgresql_is_the_one_driver(url: str) -> None:
    loaded = load_settings([DatabaseSettings], {"MAQUETTE_DATABASE_URL": url})
    assert loaded[DatabaseSettings].database_url == "postgresql+asyncpg://u:p@h/n"


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://host:6379/1", "redis://host:6379/1"),
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?virtual_host=3"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0"),
    ],
)
def test_celery_is_told_the_same_valkey_in_its_own_words(url: str, broker: str) -> None:
    assert ValkeySettings(redis_url=url).broker_url == broker


def test_a_given_key_is_the_key(tmp_path: Path) -> None:
    given = "0123456789" * 4
    assert secret_key(GeneralSettings(data_dir=tmp_path, secret_key=given)) == given.encode()
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = GeneralSettings(data_dir=tmp_path / "new")
    first = secret_key(settings)
    assert len(first) >= 32
    assert secret_key(settings) == first
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret-key"]
    assert stat.S_IMODE((settings.data_dir / "secret-key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from maquette.platform.settings.general import GeneralSettings\n"
        "from maquette.platform.settings.secret import secret_key\n"
        "print('ready', flush=True); sys.stdin.read(1)\n"
        "print(secret_key(GeneralSettings(data_dir=Path(sys.argv[1]))).decode())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        for _ in range(6)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    keys = {process.communicate(timeout=30)[0] for process in started}
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
