"""Values from outside that PostgreSQL could not keep as they come, made fit or refused."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from pydantic import AfterValidator

from maquette.media.errors import MetadataInvalid

MAX_METADATA = 64 * 1024
MAX_KEY = 100
MAX_DEPTH = 16


def storable_time(value: datetime) -> datetime:
    """Aware, and far enough from the ends of the calendar for any zone. Raises ValueError."""
    if not 1 < value.year < 9999:
        raise ValueError("the year must be between 2 and 9998")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def storable_text(value: str) -> str:
    """Without NUL, which PostgreSQL does not keep, and without what cannot be written as UTF-8."""
    return value.replace("\0", "").encode(errors="ignore").decode()


def refuse_nul(value: str) -> str:
    """For what is compared, not kept. Raises ValueError."""
    if "\0" in value:
        raise ValueError("must not contain NUL")
    return value


Moment = Annotated[datetime, AfterValidator(storable_time)]
Text = Annotated[str, AfterValidator(storable_text)]


def merge_patch(kept: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """RFC 7396: null removes, objects merge, anything else replaces."""
    merged = dict(kept)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            merged[key] = merge_patch(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def check_metadata(value: dict[str, Any]) -> dict[str, Any]:
    """`value` if it is small, flat enough and has only keys that can be kept. Raises MetadataInvalid."""
    _check(value, MAX_DEPTH)
    if len(msgspec.json.encode(value)) > MAX_METADATA:
        raise MetadataInvalid(f"metadata may have at most {MAX_METADATA // 1024} KiB as JSON.")
    return value


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise MetadataInvalid(f"metadata may be nested at most {MAX_DEPTH} deep.")
    match value:
        case dict():
            for key, inner in value.items():
                if not 0 < len(key) <= MAX_KEY or not key.isprintable():
                    raise MetadataInvalid(f"A key of metadata has 1 to {MAX_KEY} printable characters.")
                _check(inner, depth - 1)
        case list():
            for inner in value:
                _check(inner, depth - 1)
        case str() if storable_text(value) != value:
            raise MetadataInvalid("metadata must not contain NUL, nor half a character (a lone surrogate).")
        case float() if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
            raise MetadataInvalid("Numbers in metadata must be finite.")
