"""What crosses the HTTP border about accounts."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from maquette.accounts.actor import Role
from maquette.platform.jobs.task import JobRequest, Queue

CONTROL = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
"""What has no place in a line of text: control characters, line ends, and what turns the direction of writing."""

# The library's documented switch: names of home networks and of examples are as good as others where no mail is sent.
SPECIAL_USE_DOMAIN_NAMES.clear()


def normalised_email(text: str) -> str:
    """The one spelling under which an address is kept. Raises ValueError for what is none.

    Names of a home network, such as pictures@nas.local, are addresses too: nothing is ever sent there.
    """
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return found.normalized.casefold()


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(normalised_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254, "examples": ["ada@example.org"]}),
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=100, pattern=rf"^[^{CONTROL}]*[^\s{CONTROL}][^{CONTROL}]*$"),
    Field(examples=["Ada"]),
]
Password = Annotated[str, StringConstraints(min_length=10, max_length=256), Field(examples=["correct horse battery"])]

Quota = Annotated[int, Field(ge=0, le=2**60)]


class SetupState(BaseModel):
    """Whether the first administrator is still to be made."""

    needs_setup: bool
    can_register: bool


class NewAdministrator(BaseModel):
    """The first administrator."""

    email: Email
    name: Name
    password: Password


class Registration(NewAdministrator):
    """A person who makes an own account."""


class Login(BaseModel):
    """Who wants in. `totp` is asked for where a second factor is set."""

    email: str = Field(max_length=320, pattern=rf"^[^{CONTROL}]*$", examples=["ada@example.org"])
    password: str = Field(max_length=256, examples=["correct horse battery"])
    totp: str | None = Field(default=None, max_length=10)


class Tokens(BaseModel):
    """What a login gives. Browsers get the same as HttpOnly cookies."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # the name of a scheme
    expires_in: int
    """Seconds until the access token expires."""


class Refresh(BaseModel):
    """The refresh token, where it does not come as a cookie."""

    refresh_token: str | None = Field(default=None, max_length=512)


class SessionRead(BaseModel):
    """A login of the caller: one browser or program."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    last_used_at: datetime
    user_agent: str | None
    address: str | None
    current: bool
    """Whether this request comes from it."""


class SessionPage(BaseModel):
    """The caller's logins that are good at present."""

    items: list[SessionRead]


class UserRead(BaseModel):
    """A user as others see one."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str
    role: Role
    is_active: bool
    quota_bytes: int | None
    """Bytes of originals that the user may own; null is without limit."""
    created_at: datetime
    last_login_at: datetime | None


class Me(UserRead):
    """The caller."""

    permissions: list[str]
    """What the caller may do, so that the page shows only that."""


class MeUpdate(BaseModel):
    """Merge patch of the own account; a new password needs the current one."""

    name: Name | None = None
    email: Email | None = None
    current_password: str | None = Field(default=None, max_length=256)
    new_password: Password | None = None


class NewUser(BaseModel):
    """A user made by an administrator."""

    email: Email
    name: Name
    password: Password
    role: Role = Role.MEMBER
    quota_bytes: Quota | None = None


class UserUpdate(BaseModel):
    """Merge patch of a user by an administrator. A quota of null takes the limit away."""

    email: Email | None = None
    name: Name | None = None
    password: Password | None = None
    role: Role | None = None
    is_active: bool | None = None
    quota_bytes: Quota | None = None


class UserPage(BaseModel):
    """A page of users."""

    items: list[UserRead]
    next_cursor: str | None
    total: int | None = None


class NewApiKey(BaseModel):
    """A key for a program; scopes are permission names."""

    name: Name
    scopes: list[Annotated[str, Field(max_length=100)]] = Field(min_length=1, max_length=100, examples=[["users.read"]])
    expires_at: AwareDatetime | None = None


class ApiKeyRead(BaseModel):
    """A key without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    scopes: list[str]
    prefix: str
    """The first characters, by which a person recognises it."""
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


class ApiKeyCreated(ApiKeyRead):
    """A new key; the secret is shown this once."""

    key: str


class ApiKeyPage(BaseModel):
    """The caller's keys."""

    items: list[ApiKeyRead]
    next_cursor: str | None
    total: int | None = None


class Scope(BaseModel):
    """A permission that a key of the caller may have."""

    name: str
    description: str


class ScopePage(BaseModel):
    """What the caller's keys may be allowed."""

    items: list[Scope]


class PurgeLogins(JobRequest):
    """Remove logins that ended, and failed ones that no longer count."""

    kind: ClassVar[str] = "accounts.purge_logins"
    queue: ClassVar[Queue] = Queue.MAINTENANCE
