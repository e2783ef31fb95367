"""Who sends this request: `authenticate`, for dependencies, WebSockets and raw routes alike.

What was found is remembered in this process for a few seconds, so that a hot route asks the database once and
not each time. Whatever ends a login, a key or an account forgets it at once here, and over the event bus elsewhere.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from starlette.requests import HTTPConnection

from maquette.accounts.actor import Actor, ActorKind, Role
from maquette.accounts.credentials import read_credentials
from maquette.accounts.errors import InvalidApiKey, InvalidToken
from maquette.accounts.events import AccountChanged
from maquette.accounts.origins import needs_origin, require_own_origin
from maquette.accounts.repository import keys, sessions
from maquette.accounts.roles import permissions_of, registered
from maquette.accounts.tokens import AccessClaims, TokenSigner
from maquette.kit import clock
from maquette.platform.events.bus import Received
from maquette.platform.limiting import CALLER, HEADERS, check_limit
from maquette.platform.limits.limiter import Group
from maquette.platform.runtime import Platform
from maquette.platform.settings.general import GeneralSettings

K = TypeVar("K")
V = TypeVar("V")

REMEMBERED_FOR = timedelta(seconds=5)
"""How long another process may still honour what this one has ended, when the event bus is down."""
USE_NOTED_EVERY = timedelta(minutes=1)
REMEMBERED_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A credential that is good until it is asked about again."""

    actor: Actor
    limit_caller: str
    """Under which name the rate limits count this caller."""
    until: datetime


class Recognition:
    """What one process knows of the credentials that it has seen lately."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.signer = TokenSigner(platform.secret_key)
        self._permissions = registered(platform.slices)
        self._of_role = {role: permissions_of(role, self._permissions) for role in Role}
        self._tokens: OrderedDict[str, AccessClaims] = OrderedDict()
        self._key_ids: OrderedDict[bytes, UUID] = OrderedDict()
        self._standings: OrderedDict[UUID, Standing] = OrderedDict()
        self._epoch = 0
        platform.events.on_event(AccountChanged, self._hear)

    def forget(self, *credential_ids: UUID) -> None:
        """Ask the database again about these logins and keys at their next request."""
        # An answer that is under way was asked before the change: the epoch keeps it from being remembered.
        self._epoch += 1
        for credential_id in credential_ids:
            self._standings.pop(credential_id, None)

    def forget_user(self, user_id: UUID) -> None:
        """Ask the database again about every login and key of this user."""
        self.forget(*[key for key, standing in self._standings.items() if standing.actor.user_id == user_id])

    async def _hear(self, event: Received) -> None:
        self.forget_user(UUID(event.data["user_id"]))

    def permissions_of(self, role: Role) -> frozenset[str]:
        """What `role` may do in this installation."""
        return self._of_role[role]

    async def by_token(self, token: str) -> Standing | None:
        """The standing of the user whose access token this is, or None."""
        claims = self._tokens.get(token)
        if claims is None:
            claims = self.signer.read_access(token)
            if claims is None:
                return None
            _remember(self._tokens, token, claims)
        elif claims.expires_at <= clock.now():
            del self._tokens[token]
            return None
        found = await self._standing(claims.session_id, self._load_session)
        return found if found is not None and found.actor.user_id == claims.user_id else None

    async def by_key(self, key: str) -> Standing | None:
        """The standing of this key, or None."""
        key_hash = sha256(key.encode()).digest()
        key_id = self._key_ids.get(key_hash)
        if key_id is None:
            async with self.platform.database.reading() as session:
                key_id = await keys.find_id(session, key, key_hash)
            if key_id is None:
                return None
            _remember(self._key_ids, key_hash, key_id)
        return await self._standing(key_id, self._load_key)

    async def again(self, actor: Actor) -> Actor | None:
        """The actor as he stands now, or None where his login or key has ended."""
        if actor.credential_id is None:
            return actor
        load = self._load_key if actor.kind is ActorKind.API_KEY else self._load_session
        found = await self._standing(actor.credential_id, load)
        return None if found is None else found.actor

    async def _standing(self, credential_id: UUID, load: Callable[[UUID], Awaitable[Actor | None]]) -> Standing | None:
        known = self._standings.get(credential_id)
        asked_at = clock.now()
        if known is not None and known.until > asked_at:
            return known
        epoch = self._epoch
        actor = await load(credential_id)
        if actor is None:
            self._standings.pop(credential_id, None)
            return None
        caller = f"key:{credential_id}" if actor.kind is ActorKind.API_KEY else f"user:{actor.user_id}"
        standing = Standing(actor, caller, asked_at + REMEMBERED_FOR)
        if epoch == self._epoch:
            _remember(self._standings, credential_id, standing)
        return standing

    async def _load_session(self, session_id: UUID) -> Actor | None:
        async with self.platform.database.reading() as session:
            found = await sessions.find_standing(session, session_id)
        if found is None:
            return None
        if clock.now() - found.last_used_at >= USE_NOTED_EVERY:
            async with self.platform.database.transaction() as session:
                await sessions.note_use(session, session_id, clock.now())
        role = Role(found.role)
        return Actor(ActorKind.USER, found.user_id, role, self._of_role[role], session_id)

    async def _load_key(self, key_id: UUID) -> Actor | None:
        async with self.platform.database.reading() as session:
            found = await keys.find_standing(session, key_id)
        if found is None:
            return None
        if found.last_used_at is None or clock.now() - found.last_used_at >= USE_NOTED_EVERY:
            async with self.platform.database.transaction() as session:
                await keys.note_use(session, key_id, clock.now())
        role = Role(found.role)
        return Actor(ActorKind.API_KEY, found.user_id, role, self._of_role[role] & frozenset(found.scopes), key_id)


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    if len(known) > REMEMBERED_TOKENS:
        known.popitem(last=False)


def recognition_of(platform: Platform) -> Recognition:
    """What this process knows of credentials."""
    return platform.remembered(Recognition, lambda: Recognition(platform))


async def authenticate(connection: HTTPConnection, platform: Platform) -> Actor | None:
    """The caller, or None for a stranger.

    A key or a token that was sent on purpose and is wrong raises Unauthenticated. A browser's cookie that is over
    makes its sender a stranger; one that comes from a page of another site raises OriginRefused. Every read counts
    towards the limit of reads here, because each one passes here; so does everything whose sender stays unknown.
    """
    try:
        return await _recognise(connection, platform)
    finally:
        state = connection.scope.setdefault("state", {})
        is_read = connection.scope.get("method") == "GET"
        # A route with a short way asks again on the long one.
        if (is_read or CALLER not in state) and HEADERS not in state:
            await check_limit(connection, platform, Group.READ)


async def _recognise(connection: HTTPConnection, platform: Platform) -> Actor | None:
    proofs = read_credentials(connection)
    recognition = recognition_of(platform)
    if proofs.api_key is not None:
        standing = await recognition.by_key(proofs.api_key)
        if standing is None:
            raise InvalidApiKey
    elif proofs.authorization is not None:
        scheme, _, token = proofs.authorization.partition(" ")
        standing = await recognition.by_token(token.strip()) if scheme.lower() == "bearer" else None
        if standing is None:
            raise InvalidToken
    elif proofs.access_cookie is not None:
        standing = await recognition.by_token(proofs.access_cookie)
        if standing is None:
            return None
        if needs_origin(connection):
            require_own_origin(connection, platform.settings[GeneralSettings])
    else:
        return None
    connection.scope.setdefault("state", {})[CALLER] = standing.limit_caller
    return standing.actor


async def reauthenticate(actor: Actor, platform: Platform) -> Actor | None:
    """The actor as he stands now, or None where his login has ended: for connections that outlive a token."""
    return await recognition_of(platform).again(actor)
