"""Why a picture was not accepted. The message says what happened and what to do."""

from maquette.kit.errors import BadRequest, TooLarge, UnsupportedMediaType, ValidationFailed


class EmptyPicture(BadRequest):
    """The file has no bytes."""

    code = "empty_picture"


class UnsupportedPicture(UnsupportedMediaType):
    """The content is none of the formats that are accepted, whatever its name says."""


class UndecodablePicture(ValidationFailed):
    """The content begins like a picture and is cut off or broken."""

    code = "undecodable_picture"


class PictureTooSmall(ValidationFailed):
    """A side is shorter than the least that is accepted."""

    code = "picture_too_small"


class PictureTooLarge(TooLarge):
    """A side, the area or the number of frames is above a limit; the message and the details name it."""
