"""The fields that an upload may bring along."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from maquette.media.errors import UploadFieldInvalid
from maquette.media.schemas import TagName, Visibility
from maquette.media.values import Moment, Text


def _split(value: Any) -> Any:
    """Tags come repeated, or in one field with commas."""
    if not isinstance(value, list):
        return value
    return [name.strip() for part in value for name in str(part).split(",") if name.strip()]


def _none_if_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _in_the_future(value: datetime | None) -> datetime | None:
    if value is not None and value <= datetime.now(UTC):
        raise ValueError("must lie in the future")
    return value


class UploadFields(BaseModel):
    """What an uploader says of a media."""

    model_config = ConfigDict(frozen=True)

    title: Annotated[Text | None, BeforeValidator(_none_if_blank)] = Field(default=None, max_length=500)
    caption: Annotated[Text | None, BeforeValidator(_none_if_blank)] = Field(default=None, max_length=10_000)
    tags: Annotated[list[TagName], BeforeValidator(_split)] = Field(default_factory=list, max_length=200)
    visibility: Visibility = Visibility.PRIVATE
    expires_at: Annotated[Moment | None, BeforeValidator(_none_if_blank), AfterValidator(_in_the_future)] = None
    delete_token: bool = False
    """Whether to answer with a token that deletes the media without a login."""
    last_modified: Annotated[Moment | None, BeforeValidator(_none_if_blank)] = None
    """The file's own date: where the picture says no better one, it stands under this day."""


LISTS = frozenset({"tags"})


def parse_fields(fields: Mapping[str, Sequence[str]]) -> UploadFields:
    """The typed fields of a form; unknown ones are passed over. Raises UploadFieldInvalid."""
    values = {
        name: list(given) if name in LISTS else given[-1]
        for name, given in fields.items()
        if name in UploadFields.model_fields
    }
    try:
        return UploadFields.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise UploadFieldInvalid(".".join(map(str, fault["loc"])), fault["msg"]) from None
