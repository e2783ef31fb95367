"""The one family of errors that a caller may see."""

from collections.abc import Mapping
from typing import Any, ClassVar


class MaquetteError(Exception):
    """Something that the caller is told: an HTTP status, a stable code, what happened and what to do."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.headers: dict[str, str] = dict(headers or {})


class BadRequest(MaquetteError):
    """The request cannot be understood as it is."""

    status = 400
    code = "bad_request"


class Unauthenticated(MaquetteError):
    """Nobody is logged in, or the credential is not valid."""

    status = 401
    code = "unauthenticated"

    def __init__(self, message: str = "Log in, or send an API key in X-API-Key.", **kwargs: Any) -> None:
        super().__init__(message, **kwargs)


class Forbidden(MaquetteError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"


class NotFound(MaquetteError):
    """There is no such thing, or the caller may not see it: the answer is the same."""

    status = 404
    code = "not_found"


class MethodNotAllowed(MaquetteError):
    """The path exists and does not take this method."""

    status = 405
    code = "method_not_allowed"


class Conflict(MaquetteError):
    """The state that the caller assumed is not the state that is."""

    status = 409
    code = "conflict"


class TooLarge(MaquetteError):
    """A limit on size was passed; the message names the limit."""

    status = 413
    code = "too_large"


class UnsupportedMediaType(MaquetteError):
    """The content is not of a kind that is accepted here."""

    status = 415
    code = "unsupported_media_type"


class ValidationFailed(MaquetteError):
    """The request was understood and a value in it is wrong; details name the fields."""

    status = 422
    code = "validation_error"


class RateLimited(MaquetteError):
    """Too many requests of this kind; headers say when to come back."""

    status = 429
    code = "rate_limited"


class StorageFailed(MaquetteError):
    """A store could not do what was asked of it."""

    status = 503
    code = "storage_error"


class OutOfSpace(StorageFailed):
    """The disk or the store is full."""

    status = 507
    code = "out_of_space"


class ServiceUnavailable(MaquetteError):
    """Something that this needs is down at the moment; trying again later helps."""

    status = 503
    code = "service_unavailable"

    def __init__(self, message: str, *, retry_after_seconds: int = 2, **kwargs: Any) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after_seconds)}, **kwargs)
