"""Access and refresh tokens: signed by PyJWT with a key of their own each, so that one never passes for the other."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from maquette.accounts.actor import Role
from maquette.kit import clock

ALGORITHM = "HS256"
ACCESS_AUDIENCE = "maquette.access"
REFRESH_AUDIENCE = "maquette.refresh"
MAX_LENGTH = 1024
"""Longer texts are no tokens of ours and are not worth decoding."""


def derived_key(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose only, of 32 bytes, from the installation's secret."""
    return hmac.digest(secret, b"maquette/" + purpose.encode(), "sha256")


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says. The role is for the client to read; the database has the last word."""

    user_id: UUID
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """What a refresh token says: the login, and how often it has been refreshed before."""

    session_id: UUID
    generation: int


class TokenSigner:
    """Makes and reads the tokens of one installation."""

    def __init__(self, secret: bytes) -> None:
        self._access_key = derived_key(secret, ACCESS_AUDIENCE)
        self._refresh_key = derived_key(secret, REFRESH_AUDIENCE)

    def access_token(self, user_id: UUID, session_id: UUID, role: Role, lifetime: timedelta) -> str:
        """A token that proves this login for `lifetime`."""
        issued = clock.now()
        claims = {
            "sub": str(user_id),
            "sid": str(session_id),
            "role": str(role),
            "iat": issued,
            "exp": issued + lifetime,
            "aud": ACCESS_AUDIENCE,
        }
        return jwt.encode(claims, self._access_key, algorithm=ALGORITHM)

    def refresh_token(self, session_id: UUID, generation: int, lifetime: timedelta) -> str:
        """A token that continues this login once."""
        issued = clock.now()
        claims = {
            "sid": str(session_id),
            "gen": generation,
            "iat": issued,
            "exp": issued + lifetime,
            "aud": REFRESH_AUDIENCE,
        }
        return jwt.encode(claims, self._refresh_key, algorithm=ALGORITHM)

    def read_access(self, token: str) -> AccessClaims | None:
        """The claims of a good access token, or None."""
        claims = _read(token, self._access_key, ACCESS_AUDIENCE, "sub", "sid")
        if claims is None:
            return None
        user_id, session_id = _uuid(claims["sub"]), _uuid(claims["sid"])
        if user_id is None or session_id is None:
            return None
        return AccessClaims(user_id, session_id, datetime.fromtimestamp(int(claims["exp"]), UTC))

    def read_refresh(self, token: str) -> RefreshClaims | None:
        """The claims of a good refresh token, or None."""
        claims = _read(token, self._refresh_key, REFRESH_AUDIENCE, "sid", "gen")
        if claims is None:
            return None
        session_id, generation = _uuid(claims["sid"]), claims["gen"]
        if session_id is None or not isinstance(generation, int):
            return None
        return RefreshClaims(session_id, generation)


def _read(token: str, key: bytes, audience: str, *required: str) -> dict[str, int | str] | None:
    if len(token) > MAX_LENGTH:
        return None
    try:
        claims: dict[str, int | str] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            # The clocks of two machines differ: a token from a moment ahead is a token.
            options={"require": ["exp", "iat", "aud", *required], "strict_aud": True, "verify_iat": False},
        )
    except (jwt.InvalidTokenError, UnicodeError):
        return None
    # PyJWT asks the machine's clock; the program's own clock may be ahead of it in tests.
    return claims if int(claims["exp"]) > clock.now().timestamp() else None


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
