"""What can go wrong with media."""

from maquette.kit.errors import BadRequest, Conflict, NotFound, ServiceUnavailable, TooLarge, ValidationFailed


class MediaNotFound(NotFound):
    """There is no such media, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such media. It may have been deleted, or it belongs to somebody else.")


class TagNotFound(NotFound):
    """There is no such tag, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such tag. It may have been deleted.")


class TagExists(Conflict):
    """Another tag has this name."""

    code = "tag_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a tag called {name!r} already. Use it, or choose another name.")


class VariantFailed(NotFound):
    """The picture could not be decoded, so that it has no thumbnails."""

    code = "variant_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"No thumbnail could be made: {reason} Try again with POST .../retry.")


class UploadTooLarge(TooLarge):
    """The file is larger than is accepted."""

    def __init__(self, limit: int) -> None:
        mebibytes = f"{limit / 1024 / 1024:.10g}"
        super().__init__(
            f"The file is larger than {mebibytes} MiB ({limit:,} bytes), which is the limit. Make it smaller, "
            "or ask whoever runs this installation to raise MAQUETTE_MAX_UPLOAD_SIZE.",
            details={"limit": "max_upload_size", "max_upload_size": limit},
        )


class UploadBroken(BadRequest):
    """The body is not a form with a file in it."""

    code = "upload_broken"


class UploadInterrupted(BadRequest):
    """The body ended early: nothing of it was kept."""

    code = "upload_interrupted"


class UploadFieldInvalid(ValidationFailed):
    """A field of the form beside the file has a value that it cannot have."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(
            f"The field {field} is not valid: {message}.",
            details={"fields": [{"path": f"body.{field}", "message": message}]},
        )


class UploadExpired(ServiceUnavailable):
    """Storing took so long that the cleaner gave the file up."""

    code = "upload_expired"


class MetadataInvalid(ValidationFailed):
    """Free metadata has to be a small JSON object."""

    def __init__(self, message: str) -> None:
        super().__init__(message, details={"fields": [{"path": "body.metadata", "message": message}]})


class QuotaExceeded(TooLarge):
    """The owner's share of the storage is used up."""

    code = "quota_exceeded"

    def __init__(self, used: int, quota: int) -> None:
        super().__init__(
            f"Your storage is full: {used:,} of {quota:,} bytes are used. Delete something and empty the trash, "
            "or ask an administrator for more.",
            details={"used": used, "quota": quota},
        )
