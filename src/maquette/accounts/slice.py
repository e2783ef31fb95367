"""Accounts: users, their logins and API keys, and the Actor that everything else asks for."""

from maquette.accounts.events import AccountChanged
from maquette.accounts.keys.endpoints import router as keys
from maquette.accounts.models import ApiKey, LoginFailure, LoginSession, User
from maquette.accounts.roles import AccountPermission
from maquette.accounts.sessions.endpoints import router as sessions
from maquette.accounts.settings import AccountSettings
from maquette.accounts.tasks import PERIODIC, TASKS
from maquette.accounts.users.endpoints import router as users
from maquette.platform.slice import Slice

slice = Slice(  # noqa: A001  # every slice calls it so
    "accounts",
    routers=(sessions, users, keys),
    tasks=TASKS,
    periodic=PERIODIC,
    events=(AccountChanged,),
    settings=(AccountSettings,),
    permissions=(AccountPermission,),
    models=(User, LoginSession, ApiKey, LoginFailure),
)
