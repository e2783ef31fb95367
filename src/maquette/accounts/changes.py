"""How a change of an account takes effect at once: here after the commit, elsewhere by an event."""

from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.authentication import recognition_of
from maquette.accounts.events import AccountChanged
from maquette.platform.events.event import emit
from maquette.platform.runtime import Platform


def tell_change(session: AsyncSession, platform: Platform, user_id: UUID) -> None:
    """Forget what is remembered of this user's logins and keys, if and when the session commits."""
    recognition = recognition_of(platform)
    # In this process it must not wait for Valkey, which may be down; the other processes hear the event.
    event.listen(session.sync_session, "after_commit", lambda _: recognition.forget_user(user_id), once=True)
    emit(session, AccountChanged(user_id=user_id))
