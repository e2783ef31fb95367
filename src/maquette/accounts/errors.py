"""What may go wrong with accounts, by name."""

from typing import ClassVar

from maquette.kit.errors import Conflict, Forbidden, NotFound, RateLimited, Unauthenticated, ValidationFailed


class InvalidCredentials(Unauthenticated):
    """The same words for an unknown address, a wrong password and an account that is switched off."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is not right.")


class LockedOut(RateLimited):
    """Too many failed logins for this address, whether or not it has an account."""

    code = "locked_out"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"Too many failed logins for this address. Try again in {-(-retry_after_seconds // 60)} min.",
            headers={"Retry-After": str(retry_after_seconds)},
        )


class InvalidToken(Unauthenticated):
    """An access token that is expired, forged, or of a login that has ended."""

    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("The access token is not valid or not valid any more. Refresh it, or log in again.")


class InvalidRefreshToken(Unauthenticated):
    """A refresh token that is expired, forged, used before, or of a login that has ended."""

    code = "invalid_refresh_token"

    def __init__(self) -> None:
        super().__init__("This login has ended. Log in again.")


class InvalidApiKey(Unauthenticated):
    """A key that does not exist, has expired, or whose owner may not log in."""

    code = "invalid_api_key"

    def __init__(self) -> None:
        super().__init__("The API key is not valid. Make one in Settings, and send it in X-API-Key.")


class OriginRefused(Forbidden):
    """A browser's request with cookies from a page of another site."""

    code = "origin_refused"

    def __init__(self, origin: str | None) -> None:
        said = f"came from {origin!r}" if origin else "does not say from which page it came"
        super().__init__(
            f"This request uses a browser's cookies and {said}, which is not this installation. "
            "Set MAQUETTE_PUBLIC_URL or MAQUETTE_ALLOWED_ORIGINS, or send a token instead of cookies."
        )


class LoginNeeded(Forbidden):
    """Something about the account itself, asked by an API key."""

    code = "login_needed"

    def __init__(self) -> None:
        super().__init__("This concerns the account itself: log in as a person; an API key may not do it.")


class AdministratorNeeded(Forbidden):
    """Something that only administrators may do."""

    code = "administrator_needed"

    def __init__(self) -> None:
        super().__init__("Only administrators may do this.")


class AlreadySetUp(Conflict):
    """There is a first administrator already."""

    code = "already_set_up"

    def __init__(self) -> None:
        super().__init__("This installation is set up already. Log in.")


class RegistrationClosed(Forbidden):
    """Nobody may make an own account here."""

    code = "registration_closed"

    def __init__(self) -> None:
        super().__init__("Registration is closed. Ask an administrator for an account.")


class EmailTaken(Conflict):
    """Another account has this address."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("There is an account with this e-mail address already. Use another one.")


class WrongPassword(ValidationFailed):
    """The current password, asked for before a change, is not right."""

    code = "wrong_password"
    field: ClassVar[str] = "current_password"

    def __init__(self) -> None:
        super().__init__(
            "The current password is not right.",
            details={"fields": [{"path": self.field, "message": "not the current password"}]},
        )


class UserNotFound(NotFound):
    """No such user."""

    def __init__(self) -> None:
        super().__init__("There is no such user.")


class SessionNotFound(NotFound):
    """No such login of the caller."""

    def __init__(self) -> None:
        super().__init__("There is no such login of yours.")


class ApiKeyNotFound(NotFound):
    """No such key of the caller."""

    def __init__(self) -> None:
        super().__init__("There is no such API key of yours.")


class UnknownScope(ValidationFailed):
    """A scope that no part of the program knows."""

    code = "unknown_scope"

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"There is no scope {', '.join(names)}. GET /api/v1/api-keys/scopes lists them.",
            details={"fields": [{"path": "scopes", "message": f"unknown: {', '.join(names)}"}]},
        )


class ScopeNotHeld(Forbidden):
    """A scope beyond what the key's owner may do."""

    code = "scope_not_held"

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"A key cannot do more than its owner, who does not have {', '.join(names)}.", details={"scopes": names}
        )


class ExpiryPast(ValidationFailed):
    """A key that would be expired when it is made."""

    code = "expiry_past"

    def __init__(self) -> None:
        super().__init__(
            "expires_at lies in the past.", details={"fields": [{"path": "expires_at", "message": "in the past"}]}
        )


class LastAdministrator(Conflict):
    """Without this user nobody could run the installation."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__("This is the last active administrator. Make another user administrator first.")


class UserOwnsMedia(Conflict):
    """Deleting this user would lose what belongs to him."""

    code = "user_owns_media"

    def __init__(self) -> None:
        super().__init__(
            "This user still owns media, also in the trash. Deactivate the user instead, or delete the media first."
        )
