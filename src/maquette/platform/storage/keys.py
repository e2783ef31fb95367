"""Keys: the names of files within a store, such as `ab/cd/0190....jpg`. The same rule for every kind of store."""

from maquette.platform.storage.errors import KeyInvalid

MAX_KEY = 1024
MAX_PART = 255
STAGING = ".staging"
"""Folder within a local store where files stand until they are whole; no key reaches into it."""


def checked(key: str) -> str:
    """`key`, if every store can hold it and it stays inside the store. Raises KeyInvalid."""
    parts = key.split("/")
    if (
        not key
        or len(key.encode(errors="replace")) > MAX_KEY
        or parts[0] == STAGING
        or any(part in {"", ".", ".."} or len(part.encode(errors="replace")) > MAX_PART for part in parts)
        or any(character < " " or character in "\\\x7f" or "\ud800" <= character <= "\udfff" for character in key)
    ):
        raise KeyInvalid(f"{key[:100]!r} cannot be the name of a stored file.")
    return key


def checked_prefix(prefix: str) -> str:
    """`prefix` as a folder: empty, or ending with a slash. Raises KeyInvalid."""
    trimmed = prefix.rstrip("/")
    return checked(trimmed) + "/" if trimmed else ""
