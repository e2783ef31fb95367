"""The Content-Disposition header (RFC 6266, RFC 5987) for any name that a person gave a file."""

import unicodedata
from urllib.parse import quote

LONGEST = 200
"""Bytes of a name; most file systems take 255, and browsers may add a number."""


def safe_name(name: str, fallback: str = "file") -> str:
    """`name` without folders and control characters, short enough for a file system; the extension stays."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        character for character in last if unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp", "Co"}
    ).strip(" .")
    # Bidirectional overrides make "gpj.exe" look like "exe.jpg".
    shown = "".join(character for character in shown if not "\u202a" <= character <= "\u202e")
    stem, dot, extension = shown.rpartition(".")
    if not dot or len(extension.encode()) > 20:
        stem, dot, extension = shown, "", ""
    room = LONGEST - len((dot + extension).encode())
    stem = stem.encode()[:room].decode(errors="ignore")
    return (stem + dot + extension) or fallback


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header under which a browser saves (or, `inline`, shows) a file called `name`."""
    shown = safe_name(name)
    kind = "inline" if inline else "attachment"
    ascii_name = unicodedata.normalize("NFKD", shown).encode("ascii", "replace").decode()
    ascii_name = ascii_name.replace("\\", "_").replace('"', "'").replace("%", "_")
    header = f'{kind}; filename="{ascii_name}"'
    if ascii_name != shown:
        header += f"; filename*=UTF-8''{quote(shown, safe='')}"
    return header
