"""Checking a password so that nothing is learnt from the answer but whether it was right.

Each address has its count of failures, whether or not it has an account, and each check does the same work: one
look-up, one Argon2 verification, one locked row. The verdict is made under the lock after the verification, so that
a hundred guesses at once are worth no more than a hundred one after the other.
"""

import hmac
import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.errors import InvalidCredentials, LockedOut
from maquette.accounts.metrics import LOGINS
from maquette.accounts.models import User
from maquette.accounts.passwords import verify_password
from maquette.accounts.repository import sessions as repository
from maquette.accounts.repository import users
from maquette.accounts.schemas import normalised_email
from maquette.accounts.settings import AccountSettings
from maquette.accounts.tokens import derived_key
from maquette.kit import clock
from maquette.kit.errors import MaquetteError
from maquette.platform.runtime import Platform


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password that was checked, before the verdict."""

    address_hash: bytes
    user: User | None
    """The active user whose password it is; None for any failure."""
    better_hash: str | None


async def attempt(platform: Platform, email: str, password: str) -> Attempt:
    """Check a password. No connection is held while Argon2 works."""
    address = address_of(email)
    async with platform.database.reading() as session:
        user = await users.find_by_email(session, address)
    matches, better_hash = await verify_password(password, None if user is None else user.password_hash)
    passed = user if matches and user is not None and user.is_active else None
    return Attempt(hash_of(platform, address), passed, better_hash)


async def judge(session: AsyncSession, platform: Platform, made: Attempt) -> MaquetteError | None:
    """What to answer to the attempt: None lets it pass. A failure is counted when the session commits."""
    settings = platform.settings[AccountSettings]
    now = clock.now()
    counted = await repository.lock_failures(session, made.address_hash)
    if counted is not None:
        failures, last_failed_at = counted
        left = last_failed_at + settings.lockout - now
        if failures >= settings.lockout_failures and left > timedelta():
            return _locked(left)
    if made.user is not None:
        if counted is not None:
            await repository.forget_failures(session, made.address_hash)
        LOGINS.labels("passed").inc()
        return None
    failures = await repository.count_failure(session, made.address_hash, now, now - settings.lockout)
    if failures > settings.lockout_failures:
        # The first failures of an address find no row to lock; those of them that were too many learn nothing.
        return _locked(settings.lockout)
    LOGINS.labels("refused").inc()
    return InvalidCredentials()


def _locked(left: timedelta) -> LockedOut:
    LOGINS.labels("locked").inc()
    return LockedOut(math.ceil(left.total_seconds()))


def address_of(email: str) -> str:
    """The spelling under which an address would be kept; what is no address has no account and stays as it is."""
    try:
        return normalised_email(email.strip())
    except ValueError:
        return email.strip().casefold()


def hash_of(platform: Platform, address: str) -> bytes:
    """Under what failures of this address are counted."""
    return hmac.digest(derived_key(platform.secret_key, "login-failure"), address.encode(), "sha256")
