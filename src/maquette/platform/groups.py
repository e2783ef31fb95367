"""The groups of settings that the platform itself reads."""

from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.jobs.settings import JobSettings
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.group import SettingsGroup
from maquette.platform.storage.settings import StorageSettings
from maquette.platform.valkey import ValkeySettings

PLATFORM_GROUPS: tuple[type[SettingsGroup], ...] = (
    GeneralSettings,
    DatabaseSettings,
    ValkeySettings,
    StorageSettings,
    JobSettings,
    LimitSettings,
)
