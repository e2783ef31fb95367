"""Tables of accounts: users, their login sessions and API keys, and what the lock-out counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from maquette.accounts.actor import Role
from maquette.kit.database.models import Identified, Model, Updated

ROLES = ", ".join(f"'{role}'" for role in Role)


class User(Identified, Updated, Model):
    """A person with an account. The address is kept normalised, so that one address is one account."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint(f"role IN ({ROLES})", name="role"),)

    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20), default=Role.MEMBER.value)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    password_hash: Mapped[str] = mapped_column(Text)
    quota_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes of originals that this user may own; none is without limit."""
    last_login_at: Mapped[datetime | None]


class LoginSession(Identified, Model):
    """One login of a user, and the family of refresh tokens that descends from it.

    Refresh tokens carry a generation; only the present one is good. An older one that comes again was stolen
    or its successor was, and ends the session.
    """

    __tablename__ = "login_session"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    generation: Mapped[int] = mapped_column(default=0)
    rotated_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str | None] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(String(64))


class ApiKey(Identified, Model):
    """A key for programs. Only its hash is kept; the prefix is what a person recognises it by."""

    __tablename__ = "api_key"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16), index=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(100)))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class LoginFailure(Model):
    """Failed logins for an address, whether or not it has an account: both are locked alike.

    The address is kept as a keyed hash, because what strangers type into a login form is nobody's business.
    """

    __tablename__ = "login_failure"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    last_failed_at: Mapped[datetime] = mapped_column(index=True)
